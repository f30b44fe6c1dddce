package chat.parley.store.cassandra;

import java.time.InstantSource;
import java.util.List;

/** Settings of the store in tests. */
final class TestOptions {
    private static final long REQUEST_MILLIS = 20_000;

    /** Where nodes stop that may have been asked. */
    private static final long CLUSTER_REQUEST_MILLIS = 4_000;

    private TestOptions() {}

    static CassandraOptions of(long partitionRows) {
        CassandraOptions of = CassandraOptions.defaults();
        return with(of, of.contactPoints(), of.keyspace(), 1, partitionRows, of.clock());
    }

    static CassandraOptions at(CassandraOptions of, String address, String keyspace) {
        return with(of, List.of(address), keyspace, of.replication(), of.partitionRows(), of.clock());
    }

    static CassandraOptions with(CassandraOptions of, InstantSource clock) {
        return with(of, of.contactPoints(), of.keyspace(), of.replication(), of.partitionRows(), clock);
    }

    static CassandraOptions withKeyspace(CassandraOptions of, String keyspace) {
        return with(of, of.contactPoints(), keyspace, of.replication(), of.partitionRows(), of.clock());
    }

    static CassandraOptions withPartitionRows(CassandraOptions of, long partitionRows) {
        return with(of, of.contactPoints(), of.keyspace(), of.replication(), partitionRows, of.clock());
    }

    static CassandraOptions withReplication(CassandraOptions of, int replication) {
        return with(of, of.contactPoints(), of.keyspace(), replication, of.partitionRows(), of.clock());
    }

    private static CassandraOptions with(
            CassandraOptions of,
            List<String> contactPoints,
            String keyspace,
            int replication,
            long partitionRows,
            InstantSource clock) {
        return new CassandraOptions(
                contactPoints,
                of.localDatacenter(),
                keyspace,
                null,
                false,
                null,
                replication,
                of.periodicCommitLog(),
                replication > 1 ? CLUSTER_REQUEST_MILLIS : REQUEST_MILLIS,
                of.requestsMax(),
                of.waitingMax(),
                partitionRows,
                of.logKept(),
                of.exported(),
                of.trimEvery(),
                clock);
    }
}
