package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import chat.parley.store.OpenStore;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store of a cluster: all ports on Cassandra. */
public final class CassandraStore implements OpenStore {
    private static final Logger log = LoggerFactory.getLogger(CassandraStore.class);
    private static final Set<String> DURABLE = Set.of("batch", "group");

    private final Vertx vertx;
    private final Connection connection;
    private final Requests logs;
    private final Requests tables;
    private final CassandraLog shardLog;
    private final Trimming trimming;
    private final Stores stores;
    private final long trimTimer;

    /**
     * Connects, and checks that Cassandra keeps what is promised. Blocks the caller, who is not on an event loop.
     *
     * @throws CannotOpen with one sentence for the operator
     */
    public static CassandraStore open(Vertx vertx, CassandraOptions options) throws CannotOpen {
        Connection connection = Connection.openKeyspace(vertx, options);
        try {
            for (Node node : connection.nodes()) requireSettings(connection, node, options);
            Format format = Format.of(
                    options.keyspace(),
                    CassandraSchema.said(connection),
                    CassandraSchema.VERSION,
                    options.partitionRows());
            return new CassandraStore(vertx, connection, options, format);
        } catch (CannotOpen | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private CassandraStore(Vertx vertx, Connection connection, CassandraOptions options, Format format)
            throws CannotOpen {
        this.vertx = vertx;
        this.connection = connection;
        logs = new Requests(vertx, connection.client(), Connection.LOG_OUT_MAX, options.waitingMax());
        tables = new Requests(vertx, connection.client(), options.requestsMax(), options.waitingMax());
        shardLog = new CassandraLog(connection, logs, format);
        stores = new Stores(
                shardLog,
                new CassandraProjections(connection, tables, format.incarnation()),
                new CassandraHistory(connection, tables),
                new CassandraDirectory(connection, tables));
        trimming = new Trimming(connection, logs, shardLog, options);
        trimTimer = vertx.setPeriodic(options.trimEvery().toMillis(), timer -> trim());
    }

    /** Each node has settings of its own. */
    private static void requireSettings(Connection connection, Node node, CassandraOptions options) throws CannotOpen {
        String where = String.valueOf(node.getEndPoint());
        requirePaxos(where, setting(connection, node, "paxos_variant"));
        requireSync(where, setting(connection, node, "commitlog_sync"), options.periodicCommitLog());
    }

    /** With the first variant, it cannot be told of some failures whether anything was written. */
    static void requirePaxos(String node, String variant) throws CannotOpen {
        if (variant.equals("v2")) return;
        throw new CannotOpen("The Cassandra node " + node + " has paxos_variant: " + variant
                + "; set it to v2 in the cassandra.yaml of every node.");
    }

    static void requireSync(String node, String sync, boolean isPeriodicAccepted) throws CannotOpen {
        if (DURABLE.contains(sync)) return;
        if (!isPeriodicAccepted) {
            throw new CannotOpen("The Cassandra node " + node + " has commitlog_sync: " + sync
                    + ", with which a power cut can take acknowledged messages; set it to batch in the"
                    + " cassandra.yaml of every node, or accept that with store.cassandra.periodicCommitLog.");
        }
        log.warn(
                "the Cassandra node {} has commitlog_sync: {}; a power cut of all replicas can take acknowledged"
                        + " messages",
                node,
                sync);
    }

    private static String setting(Connection connection, Node node, String name) throws CannotOpen {
        Row row = connection
                .ask(SimpleStatement.newInstance("SELECT value FROM system_views.settings WHERE name = ?", name)
                        .setNode(node))
                .one();
        String value = row == null ? null : row.getString("value");
        return value == null ? "(unknown)" : value;
    }

    @Override
    public Stores stores() {
        return stores;
    }

    @Override
    public Future<?> check() {
        return shardLog.cursors(0);
    }

    @Override
    public Figures figures() {
        return new Figures()
                .count(Metric.STORE_CONDITIONAL_WRITES, this::conditionalWrites)
                .count(Metric.STORE_CONFLICTS, shardLog::conflicts)
                .with(logs.figures())
                .with(tables.figures());
    }

    /** Conditional writes so far. */
    public long conditionalWrites() {
        return shardLog.conditionalWrites();
    }

    /** Removes what no one needs of the logs of the shards that are written here; a failure is made good by the next. */
    Future<Integer> trim() {
        return trimming.run(shardLog.written())
                .onFailure(e -> log.warn("the logs of the shards were not trimmed, which will be tried again", e));
    }

    /** What was sent may still be carried out. Blocks. */
    @Override
    public void close() {
        vertx.cancelTimer(trimTimer);
        connection.close();
    }
}
