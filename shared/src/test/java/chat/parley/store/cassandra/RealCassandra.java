package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import chat.parley.store.Stores;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Stores on a real Cassandra: one process for all tests of the module, a keyspace for each class, emptied for each test. */
final class RealCassandra implements BeforeAllCallback, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(RealCassandra.class);

    private final CassandraOptions adapted;
    private final Vertx vertx = Vertx.vertx();
    private final List<CassandraStore> open = new ArrayList<>();
    private CassandraOptions options;
    private CqlSession session;
    private CassandraStore store;

    RealCassandra() {
        this(CassandraOptions.defaults().partitionRows());
    }

    RealCassandra(long partitionRows) {
        adapted = TestOptions.of(partitionRows);
    }

    /** The process, and how many keyspaces it has had. */
    private static final class Running implements AutoCloseable {
        final CassandraProcess process;
        int keyspaces;

        Running() throws IOException, InterruptedException {
            process = CassandraProcess.startAlone(Path.of("target"));
        }

        @Override
        public void close() {
            process.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Running running = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        Running.class,
                        first -> {
                            try {
                                return new Running();
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        Running.class);
        String keyspace = "test_" + ++running.keyspaces;
        options = TestOptions.at(adapted, running.process.address(), keyspace);
        CassandraSchema.apply(vertx, options);
        session = CqlSession.builder()
                .addContactPoint(new InetSocketAddress(running.process.address(), 9042))
                .withLocalDatacenter(options.localDatacenter())
                .withKeyspace(keyspace)
                .withConfigLoader(DriverConfigLoader.programmaticBuilder()
                        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                        .build())
                .build();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        open.forEach(CassandraStore::close);
        if (session != null) session.close();
        vertx.close();
    }

    Vertx vertx() {
        return vertx;
    }

    CqlSession session() {
        return session;
    }

    CassandraOptions options() {
        return options;
    }

    /** Another client of the same data. */
    CassandraStore open(CassandraOptions its) throws CannotOpen {
        CassandraStore store = CassandraStore.open(vertx, its);
        open.add(store);
        return store;
    }

    /** Removes all data. */
    void empty() {
        List<CompletionStage<?>> emptied = new ArrayList<>();
        for (TableMetadata table : session.getMetadata()
                .getKeyspace(options.keyspace())
                .orElseThrow()
                .getTables()
                .values()) {
            if (!table.getName().asInternal().equals("format"))
                emptied.add(session.executeAsync("TRUNCATE " + table.getName()));
        }
        emptied.forEach(each -> each.toCompletableFuture().join());
    }

    /** Stores without any data, until they are asked for again; they know nothing of what was before that could be wrong now. */
    Stores stores() throws CannotOpen {
        empty();
        if (store == null) store = open(options);
        return store.stores();
    }
}
