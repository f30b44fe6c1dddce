package chat.parley.node;

import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraOptions.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of the store on Cassandra, which a node on the embedded store does not have, but knows. */
final class CassandraSettings {
    static final String TYPE = "cassandra";

    private CassandraSettings() {}

    /**
     * @param isUsed whether it is the store of this node
     * @param logKept as of the embedded store
     * @param isExported whether the logs go elsewhere, too
     * @return null if it is not
     */
    static @Nullable CassandraOptions read(Settings settings, boolean isUsed, Duration logKept, boolean isExported) {
        CassandraOptions unset = CassandraOptions.defaults();
        List<String> contactPoints = settings.list(
                "store.cassandra.contactPoints",
                "hosts, each with :port if it is not 9042",
                text -> CassandraOptions.isContactPoint(text) ? text : null,
                "Cassandra nodes that are asked first; the others are learnt from them.");
        String datacenter = settings.text(
                "store.cassandra.localDatacenter",
                unset.localDatacenter(),
                "The data centre of Cassandra that all sequencers use.");
        String keyspace =
                settings.text("store.cassandra.keyspace", unset.keyspace(), "Keyspace of all data but tokens.");
        Login login = Login.read(settings, "store.cassandra", "Cassandra");
        Credentials credentials = login == null ? null : new Credentials(login.username(), login.password());
        boolean tls = settings.flag(
                "store.cassandra.tls",
                false,
                "Whether connections are encrypted, and the certificates of nodes checked with their names.");
        String caFile = settings.optionalText(
                "store.cassandra.caFile",
                "Certificates in PEM that sign those of the nodes, if Java does not know them.");
        int replication = settings.number(
                "store.cassandra.replication",
                1,
                10,
                unset.replication(),
                "Copies of each row, when ./parley schema makes the keyspace.");
        boolean periodic = settings.flag(
                "store.cassandra.periodicCommitLog",
                false,
                "Accepts nodes with commitlog_sync: periodic, where a power cut of all replicas takes acknowledged"
                        + " messages.");
        long requestMillis = settings.number(
                "store.cassandra.requestMillis",
                500,
                60_000,
                unset.requestMillis(),
                "After which a request has no answer; longer than the time limits of Cassandra.");
        int requestsMax = settings.number(
                "store.cassandra.requestsMax", 16, 16_384, unset.requestsMax(), "Requests that are out at once.");
        int waitingMax = settings.number(
                "store.cassandra.waitingMax",
                100,
                1_000_000,
                unset.waitingMax(),
                "Requests that wait for that; more are refused as unavailable.");
        settings.require(
                CassandraOptions.isKeyspace(keyspace),
                "store.cassandra.keyspace cannot be '" + keyspace
                        + "'; allowed: small letters, digits and _, at most 48, the first a letter.");
        settings.require(
                !isUsed || !contactPoints.isEmpty(),
                "with store.type cassandra, store.cassandra.contactPoints has to say where it is.");
        if (!isUsed || contactPoints.isEmpty() || !CassandraOptions.isKeyspace(keyspace)) return null;
        return new CassandraOptions(
                contactPoints,
                datacenter,
                keyspace,
                credentials,
                tls,
                caFile == null ? null : Path.of(caFile),
                replication,
                periodic,
                requestMillis,
                requestsMax,
                waitingMax,
                unset.partitionRows(),
                logKept,
                isExported,
                unset.trimEvery(),
                unset.clock());
    }
}
