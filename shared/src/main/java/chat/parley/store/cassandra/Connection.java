package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.InvalidKeyspaceException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.ssl.ProgrammaticSslEngineFactory;
import io.vertx.cassandra.CassandraClient;
import io.vertx.cassandra.CassandraClientOptions;
import io.vertx.cassandra.ResultSet;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client of the driver, and what is asked of it while the caller waits: at the start, by the schema. */
final class Connection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** The driver's profile of conditional writes. */
    static final String CONDITIONAL = "conditional";

    /** Requests of the logs that are out at once, besides those of the tables. */
    static final int LOG_OUT_MAX = 256;

    private static final int START_SECONDS = 60;
    private static final int CLOSE_SECONDS = 10;
    private static final int QUIET_MILLIS = 100;
    private static final int IO_THREADS = 2;

    private final CassandraOptions options;
    private final CassandraClient client;

    /** @param keyspace that statements are about; null: none */
    private Connection(Vertx vertx, CassandraOptions options, @Nullable String keyspace) throws CannotOpen {
        this.options = options;
        CqlSessionBuilder session = CqlSession.builder()
                .withConfigLoader(config(options))
                .withLocalDatacenter(options.localDatacenter())
                .withKeyspace(keyspace);
        for (String point : options.contactPoints()) {
            session.addContactPoint(
                    new InetSocketAddress(CassandraOptions.hostOf(point), CassandraOptions.portOf(point)));
        }
        CassandraOptions.Credentials credentials = options.credentials();
        if (credentials != null) session.withAuthCredentials(credentials.username(), credentials.password());
        if (options.tls()) {
            session.withSslEngineFactory(new ProgrammaticSslEngineFactory(trust(options.caFile()), null, true));
        }
        client = CassandraClient.create(vertx, new CassandraClientOptions(session));
    }

    /** Connects, without a keyspace. */
    static Connection open(Vertx vertx, CassandraOptions options) throws CannotOpen {
        return open(new Connection(vertx, options, null));
    }

    /** Connects to the keyspace, if it is there. */
    static Connection openKeyspace(Vertx vertx, CassandraOptions options) throws CannotOpen {
        return open(new Connection(vertx, options, options.keyspace()));
    }

    private static Connection open(Connection connection) throws CannotOpen {
        try {
            connection.ask("SELECT key FROM system.local");
            return connection;
        } catch (CannotOpen | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static DriverConfigLoader config(CassandraOptions options) {
        Duration timeout = Duration.ofMillis(options.requestMillis());
        return DriverConfigLoader.programmaticBuilder()
                .withString(DefaultDriverOption.SESSION_NAME, "parley")
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, timeout)
                .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, timeout)
                .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, timeout)
                // A node that does not know a new table yet fails whoever asks for it.
                .withDuration(
                        DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT, Duration.ofSeconds(START_SECONDS))
                // In V5 the driver takes the end of a conditional write's time-out for the next answer, cannot read
                // that, and closes the connection: all that is out on it is lost.
                .withString(DefaultDriverOption.PROTOCOL_VERSION, "V4")
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                .withString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY, "LOCAL_SERIAL")
                .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, options.requestsMax() + LOG_OUT_MAX)
                .withInt(DefaultDriverOption.NETTY_IO_SIZE, IO_THREADS)
                .withString(DefaultDriverOption.NETTY_IO_SHUTDOWN_UNIT, "MILLISECONDS")
                .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, QUIET_MILLIS)
                .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_TIMEOUT, CLOSE_SECONDS * 1000)
                .withString(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_UNIT, "MILLISECONDS")
                .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, QUIET_MILLIS)
                .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_TIMEOUT, CLOSE_SECONDS * 1000)
                .withStringList(DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(options.keyspace()))
                .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(50))
                .startProfile(CONDITIONAL)
                .withClass(DefaultDriverOption.RETRY_POLICY_CLASS, NeverRetry.class)
                .endProfile()
                .build();
    }

    private static SSLContext trust(@Nullable Path caFile) throws CannotOpen {
        try {
            if (caFile == null) return SSLContext.getDefault();
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (InputStream pem = Files.newInputStream(caFile)) {
                int number = 0;
                for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                    trusted.setCertificateEntry("ca-" + number++, each);
                }
                if (number == 0) throw new CannotOpen("There is no certificate in " + caFile + ".");
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new CannotOpen("The certificates in " + caFile + " cannot be used: " + e.getMessage() + ".", e);
        }
    }

    CassandraClient client() {
        return client;
    }

    String keyspace() {
        return options.keyspace();
    }

    /** Its addresses, for a sentence. */
    String where() {
        return String.join(", ", options.contactPoints());
    }

    ResultSet ask(String statement) throws CannotOpen {
        return ask(SimpleStatement.newInstance(statement));
    }

    /** Waits longer than a request of the store does: a table is made on all nodes. */
    ResultSet ask(SimpleStatement statement) throws CannotOpen {
        return await(client.execute(statement.setTimeout(Duration.ofSeconds(START_SECONDS))));
    }

    PreparedStatement prepare(String statement) throws CannotOpen {
        return await(client.prepare(statement));
    }

    /** The nodes of the local data centre that are there. */
    List<Node> nodes() throws CannotOpen {
        List<Node> nodes = new ArrayList<>();
        for (Node node : await(client.metadata()).getNodes().values()) {
            if (node.getState() == NodeState.UP && options.localDatacenter().equals(node.getDatacenter()))
                nodes.add(node);
        }
        return nodes;
    }

    private <T> T await(Future<T> future) throws CannotOpen {
        try {
            return future.await(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new CannotOpen("The Cassandra at " + where() + " did not answer in " + START_SECONDS + " s.", e);
        } catch (InvalidKeyspaceException e) {
            throw new CannotOpen(
                    "There is no keyspace " + options.keyspace() + " in the Cassandra at " + where()
                            + "; run ./parley schema, or set another store.cassandra.keyspace.",
                    e);
        } catch (Exception e) { // await throws what the future failed with, checked or not
            throw new CannotOpen(
                    "The Cassandra at " + where() + " cannot be used with the local data centre "
                            + options.localDatacenter() + ": "
                            + String.valueOf(e.getMessage()).replaceFirst("\\.?\\s*$", "."),
                    e);
        }
    }

    @Override
    public void close() {
        try {
            client.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) { // it is gone with the process
            log.warn("a connection to Cassandra was not closed", e);
        }
    }
}
