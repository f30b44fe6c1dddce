package chat.parley.store.cassandra;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the store on Cassandra.
 *
 * @param contactPoints nodes to ask first, {@code host} or {@code host:port}; the others are learnt from them
 * @param localDatacenter the one data centre that the sequencers are in
 * @param credentials null: none are asked for
 * @param tls whether connections are encrypted, and the nodes' names checked
 * @param caFile certificates, in PEM, that the nodes' have to be signed with; null: those that Java knows
 * @param replication copies of each row, of a keyspace that {@link CassandraSchema} makes
 * @param periodicCommitLog whether it is accepted that a power cut of all replicas takes acknowledged messages with it
 * @param requestMillis after which a request has no answer
 * @param requestsMax requests of the tables that are out at once
 * @param waitingMax requests that wait; the next one fails with {@code Unavailable}
 * @param partitionRows positions of a shard's log in one partition; fixed for the life of the data
 * @param logKept closed partitions of a log whose last row is older, and that all cursors have passed, are emptied
 * @param exported whether the exported cursor is one of these
 * @param trimEvery how often that is looked for
 * @param clock says how old a log row is
 */
public record CassandraOptions(
        List<String> contactPoints,
        String localDatacenter,
        String keyspace,
        @Nullable Credentials credentials,
        boolean tls,
        @Nullable Path caFile,
        int replication,
        boolean periodicCommitLog,
        long requestMillis,
        int requestsMax,
        int waitingMax,
        long partitionRows,
        Duration logKept,
        boolean exported,
        Duration trimEvery,
        InstantSource clock) {
    private static final int PORT = 9042;

    public CassandraOptions {
        contactPoints = List.copyOf(contactPoints);
        if (contactPoints.isEmpty()) throw new IllegalArgumentException("no contact point");
        if (!isKeyspace(keyspace)) throw new IllegalArgumentException("not the name of a keyspace");
    }

    /** Who the node is to Cassandra. */
    public record Credentials(String username, String password) {
        @Override
        public String toString() {
            return username;
        }
    }

    /** A Cassandra on this machine. */
    public static CassandraOptions defaults() {
        return new CassandraOptions(
                List.of("127.0.0.1:" + PORT),
                "datacenter1",
                "parley",
                null,
                false,
                null,
                3,
                false,
                5_000,
                512,
                20_000,
                10_000,
                Duration.ofDays(7),
                false,
                Duration.ofHours(1),
                InstantSource.system());
    }

    /** Whether it names a keyspace without quotes. */
    public static boolean isKeyspace(String name) {
        return name.matches("[a-z][a-z0-9_]{0,47}");
    }

    /** The host of a contact point. */
    static String hostOf(String contactPoint) {
        int colon = contactPoint.lastIndexOf(':');
        return isPlain(contactPoint, colon) ? contactPoint : contactPoint.substring(0, colon);
    }

    /** The port of a contact point. @throws NumberFormatException if it is none */
    static int portOf(String contactPoint) {
        int colon = contactPoint.lastIndexOf(':');
        return isPlain(contactPoint, colon) ? PORT : Integer.parseInt(contactPoint.substring(colon + 1));
    }

    /** Whether a port can be told from a host, and is one. */
    public static boolean isContactPoint(String text) {
        try {
            int port = portOf(text);
            return !hostOf(text).isBlank() && port > 0 && port <= 65_535;
        } catch (NumberFormatException notOne) {
            return false;
        }
    }

    /** Without a port: no colon, or an address of version 6 that is not in brackets. */
    private static boolean isPlain(String contactPoint, int colon) {
        return colon < 0
                || contactPoint.indexOf(':') < colon && contactPoint.charAt(colon - 1) != ']'
                || contactPoint.endsWith("]");
    }
}
