package chat.parley.node;

import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraOptions.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of the store on Cassandra, which a node on the embedded store does not have, but knows. */
final class CassandraSettings {
    static final String TYPE = "cassandra";

    private CassandraSettings() {}

    /** @param isUsed whether it is the store of this node @param logKept as of the embedded store @return null if it is not */
    static @Nullable CassandraOptions read(Settings settings, boolean isUsed, Duration logKept) {
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
        Credentials credentials = credentials(settings);
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
                unset.trimEvery(),
                unset.clock());
    }

    private static @Nullable Credentials credentials(Settings settings) {
        String username = settings.optionalText("store.cassandra.username", "Who the node is to Cassandra.");
        String password = settings.secret("store.cassandra.password", "Its password.");
        String file = settings.optionalText("store.cassandra.passwordFile", "File with its password, instead.");
        settings.require(
                (username != null) == (password != null || file != null) && (password == null || file == null),
                "store.cassandra.username goes with one of store.cassandra.password and store.cassandra.passwordFile.");
        if (username == null) return null;
        if (password != null) return new Credentials(username, password);
        if (file == null) return null;
        try {
            return new Credentials(username, Files.readString(Path.of(file)).strip());
        } catch (IOException unreadable) {
            settings.require(false, "the file of store.cassandra.passwordFile, " + file + ", cannot be read.");
            return null;
        }
    }
}
