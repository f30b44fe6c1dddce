package chat.parley.store.cassandra;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.store.Scribe;
import chat.parley.store.ShardCursors;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.Progress;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Cassandra's own snapshots, as conf/README.md says that they are taken and brought back, and {@code renew}. */
@Tag("real")
@Tag("long")
class CassandraSnapshotTest {
    private static final int SHARD = 3;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final String KEYSPACE = "parley";
    private static final String HOST = "127.0.0.1";

    @Test
    void snapshotsInTheOrderOfTheManualAreOneStateOfTheData() throws Exception {
        int port = freePort();
        Vertx vertx = Vertx.vertx();
        try (CassandraProcess cassandra = CassandraProcess.startWithJmx(Path.of("target"), port)) {
            CassandraOptions options = TestOptions.at(TestOptions.of(10_000), cassandra.address(), KEYSPACE);
            CassandraSchema.apply(vertx, options);
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicInteger answered = new AtomicInteger();
            List<StoredEntry> all;
            int before;
            long incarnation;
            try (CassandraStore store = CassandraStore.open(vertx, options)) {
                incarnation = store.stores().log().incarnation();
                Scribe scribe = new Scribe(store.stores());
                scribe.group(ONE, BOB);
                Thread writer = new Thread(() -> {
                    while (!isOver.get()) {
                        long position =
                                scribe.message(ONE, ANN, "message " + answered).position();
                        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(position, position, 0))));
                        answered.incrementAndGet();
                    }
                });
                writer.start();
                while (answered.get() < 20) Thread.onSpinWait();
                before = answered.get();
                for (String tables : ofTheManual())
                    nodetool(cassandra, port, "snapshot", "-t", "monday", "-kt", tables);
                int after = answered.get();
                isOver.set(true);
                writer.join();
                assertThat(after).as("they wrote meanwhile").isGreaterThan(before + 10);
                all = page(store.stores());
            }
            Path kept = keep(cassandra.folder());
            try (CqlSession session = session(cassandra.address())) {
                session.execute("DROP KEYSPACE " + KEYSPACE);
                CassandraSchema.apply(vertx, options);
                session.execute("TRUNCATE " + KEYSPACE + ".format");
            }
            bringBack(port, kept);
            Facts renewed = CassandraBackup.renew(vertx, options, new Progress(line -> {}));

            assertThat(renewed.incarnation()).isGreaterThan(incarnation);
            try (CassandraStore again = CassandraStore.open(vertx, options)) {
                List<StoredEntry> page = page(again.stores());
                assertThat(page).isEqualTo(all.subList(0, page.size())).hasSizeGreaterThanOrEqualTo(before + 2);
                assertThat(page.size()).isLessThan(all.size()).isEqualTo((int) renewed.entries());
                assertThat(await(again.stores().log().head(SHARD)).position()).isEqualTo(page.size());
            }
        } finally {
            vertx.close();
        }
    }

    /** What is behind {@code -kt} in each line. */
    private static List<String> ofTheManual() throws IOException {
        List<String> rounds = new ArrayList<>();
        Matcher line = Pattern.compile("(?m)^    nodetool snapshot -t monday -kt (.*)$")
                .matcher(Files.readString(Path.of("..", "conf", "README.md")));
        while (line.find()) rounds.add(line.group(1));
        Set<String> named = Stream.of(String.join(",", rounds).split(","))
                .map(table -> table.replace("parley.", ""))
                .collect(Collectors.toSet());
        Set<String> known = Stream.concat(
                        CassandraBackup.OTHERS.stream(),
                        CassandraBackup.TABLES.stream().map(CopiedTable::name))
                .collect(Collectors.toSet());
        assertThat(named).isEqualTo(known);
        assertThat(rounds).hasSize(3);
        return rounds;
    }

    private static void nodetool(CassandraProcess cassandra, int port, String... words) throws Exception {
        List<String> command = cassandra.tool("org.apache.cassandra.tools.NodeTool");
        command.addAll(List.of("-h", HOST, "-p", String.valueOf(port)));
        command.addAll(List.of(words));
        Path said = cassandra.folder().resolve("nodetool.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor()).as("%s", said).isZero();
    }

    /** The snapshot of each table, at a place that no DROP takes away. */
    private static Path keep(Path cassandra) throws IOException {
        Path kept = cassandra.resolve("kept");
        try (Stream<Path> files = Files.walk(cassandra.resolve("data").resolve(KEYSPACE))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getParent().endsWith(Path.of("snapshots", "monday"))) continue;
                String table = cassandra
                        .resolve("data")
                        .resolve(KEYSPACE)
                        .relativize(file)
                        .getName(0)
                        .toString();
                Path to = kept.resolve(table.substring(0, table.lastIndexOf('-')));
                Files.createDirectories(to);
                Files.createLink(to.resolve(file.getFileName()), file);
            }
        }
        return kept;
    }

    /** As {@code nodetool import} does. */
    private static void bringBack(int port, Path kept) throws Exception {
        String url = "service:jmx:rmi:///jndi/rmi://" + HOST + ":" + port + "/jmxrmi";
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url));
                Stream<Path> tables = Files.list(kept)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            for (Path table : tables.toList()) {
                ObjectName name = new ObjectName(
                        "org.apache.cassandra.db:type=Tables,keyspace=" + KEYSPACE + ",table=" + table.getFileName());
                String[] signature = Stream.concat(
                                Stream.of("java.util.Set"),
                                Stream.generate(() -> "boolean").limit(7))
                        .toArray(String[]::new);
                Object failed = beans.invoke(
                        name,
                        "importNewSSTables",
                        new Object[] {Set.of(table.toString()), true, true, true, true, true, false, true},
                        signature);
                assertThat((List<?>) failed).as("%s", table).isEmpty();
            }
        }
    }

    private static CqlSession session(String address) {
        return CqlSession.builder()
                .addContactPoint(new InetSocketAddress(address, 9042))
                .withLocalDatacenter("datacenter1")
                .withConfigLoader(DriverConfigLoader.programmaticBuilder()
                        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                        .build())
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private static List<StoredEntry> page(Stores stores) {
        return await(stores.history().after(ONE, 0, 100_000, 1 << 28));
    }
}
