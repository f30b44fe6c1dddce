package chat.parley.store.cassandra;

import chat.parley.servers.CannotStart;
import chat.parley.servers.CassandraServer;
import chat.parley.store.ForeignProcess;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One real Cassandra, in a process and on an address of its own. */
public final class CassandraProcess implements AutoCloseable {
    /** Each of three nodes has a third of the ring. */
    private static final List<String> TOKENS =
            List.of("-9223372036854775808", "-3074457345618258603", "3074457345618258602");

    /** What waits for a slow machine, which is not what tests are about. */
    public static final List<String> PATIENT = List.of(
            "commitlog_sync: batch",
            "paxos_variant: v2",
            "cas_contention_timeout: 20s",
            "write_request_timeout: 20s",
            "read_request_timeout: 20s",
            "truncate_request_timeout: 60s");

    /** How long one looks for the others of its cluster. */
    private static final int GOSSIP_MILLIS_MAX = 60_000;

    private static final long SEEN_NANOS_MAX = TimeUnit.SECONDS.toNanos(120);
    private static final long SEEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String address;
    private final Path folder;
    private final List<String> options;
    private ForeignProcess process;

    /**
     * Begins to start one.
     *
     * @param seed the address of the first node of its cluster
     * @param token its place in the ring; empty: it is alone
     * @param settings more lines of its cassandra.yaml
     */
    CassandraProcess(Path folder, String address, String seed, String token, List<String> settings) throws IOException {
        this(folder, address, seed, token, settings, List.of());
    }

    /** @param options more for its JVM */
    private CassandraProcess(
            Path folder, String address, String seed, String token, List<String> settings, List<String> options)
            throws IOException {
        this.address = address;
        this.folder = folder;
        this.options = List.copyOf(options);
        List<String> more = new ArrayList<>(settings);
        if (!token.isEmpty()) more.addAll(List.of("initial_token: " + token, "auto_bootstrap: false"));
        CassandraServer.configure(folder, address, seed, more);
        begin();
    }

    private void begin() throws IOException {
        process = new ForeignProcess("Cassandra", folder, command());
    }

    /**
     * One that is alone, once clients can connect.
     *
     * @param parent of its folder
     */
    public static CassandraProcess startAlone(Path parent) throws IOException {
        return startAlone(parent, ForeignProcess.anyAddress());
    }

    /** @param address its own, of this host */
    public static CassandraProcess startAlone(Path parent, String address) throws IOException {
        return startAlone(parent, address, List.of());
    }

    /** One that is alone, and that nodetool can talk to. @param port of 127.0.0.1 */
    static CassandraProcess startWithJmx(Path parent, int port) throws IOException {
        return startAlone(
                parent,
                ForeignProcess.anyAddress(),
                List.of(
                        "-Dorg.apache.cassandra.disable_mbean_registration=false",
                        "-Djava.rmi.server.hostname=127.0.0.1",
                        "-Dcassandra.jmx.local.port=" + port));
    }

    private static CassandraProcess startAlone(Path parent, String address, List<String> options) throws IOException {
        var cassandra = new CassandraProcess(
                parent.resolve("cassandra" + address).toAbsolutePath(), address, address, "", PATIENT, options);
        try {
            cassandra.awaitStart();
        } catch (IOException | RuntimeException failed) {
            cassandra.close();
            throw failed;
        }
        return cassandra;
    }

    /**
     * Three of one cluster, once clients can connect to each.
     *
     * @param parent of their folders
     * @param settings more lines of the cassandra.yaml of each
     */
    public static List<CassandraProcess> startCluster(Path parent, List<String> settings) throws IOException {
        String first = ForeignProcess.anyAddress();
        String network = first.substring(0, first.lastIndexOf('.') + 1);
        List<CassandraProcess> nodes = new ArrayList<>();
        try {
            for (String token : TOKENS) {
                String address = nodes.isEmpty() ? first : network + (nodes.size() == 1 ? 254 : 1);
                Path folder = parent.resolve("cassandra" + address).toAbsolutePath();
                nodes.add(new CassandraProcess(folder, address, first, token, settings));
                if (nodes.size() == 1) nodes.getFirst().awaitStart(); // the others learn from it
            }
            for (CassandraProcess node : nodes) node.awaitStart();
            awaitAllSeeAll(nodes);
        } catch (IOException | RuntimeException failed) {
            nodes.forEach(CassandraProcess::close);
            throw failed;
        }
        return nodes;
    }

    /** Clients can connect before the nodes know each other to be there: until then there are too few copies for anything. */
    private static void awaitAllSeeAll(List<CassandraProcess> nodes) {
        CqlSessionBuilder builder = CqlSession.builder().withLocalDatacenter("datacenter1");
        for (CassandraProcess node : nodes)
            builder.addContactPoint(new InetSocketAddress(node.address, CassandraServer.PORT));
        long until = System.nanoTime() + SEEN_NANOS_MAX;
        try (CqlSession session = builder.build()) {
            // A table of which each of three nodes has a copy.
            SimpleStatement ofAll = SimpleStatement.newInstance(
                            "SELECT * FROM system_distributed.repair_history LIMIT 1")
                    .setConsistencyLevel(DefaultConsistencyLevel.ALL);
            while (true) {
                try {
                    List<Node> known =
                            List.copyOf(session.getMetadata().getNodes().values());
                    for (Node each : known) session.execute(ofAll.setNode(each));
                    if (known.size() == nodes.size()) return;
                } catch (DriverException notYet) {
                    if (System.nanoTime() > until) throw notYet;
                }
                if (System.nanoTime() > until) throw new IllegalStateException("they are no cluster in time");
                LockSupport.parkNanos(SEEN_PAUSE_NANOS);
            }
        }
    }

    private List<String> command() throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "-Dcassandra.consistent.rangemovement=false",
                "-Dcassandra.unsafesystem=true",
                "-Dcassandra.ring_delay_ms=" + GOSSIP_MILLIS_MAX));
        all.addAll(options);
        try {
            return CassandraServer.command(folder, ForeignProcess.classPath("cassandra.classpath"), all);
        } catch (CannotStart cannot) {
            throw new IllegalStateException(cannot);
        }
    }

    /** Waits until clients can connect. */
    void awaitStart() throws IOException {
        process.awaitStart(address, CassandraServer.PORT);
    }

    public String address() {
        return address;
    }

    /** What starts a tool of Cassandra: its Java, with what it has to be allowed, and its class path. */
    List<String> tool(String mainClass) throws IOException {
        List<String> tool = new ArrayList<>(command());
        tool.removeIf(each -> each.startsWith("-javaagent") || each.startsWith("-X") || each.startsWith("-D"));
        tool.add(1, "-Duser.home=" + folder);
        tool.set(tool.size() - 1, mainClass);
        return tool;
    }

    /** Where it keeps all that it writes. */
    Path folder() {
        return folder;
    }

    /** From now on it does not answer; connections stay open. */
    void stop() throws IOException, InterruptedException {
        process.stop();
    }

    /** It answers again. */
    void goOn() throws IOException, InterruptedException {
        process.goOn();
    }

    /** Ends it at once; what it wrote stays. */
    public void kill() {
        process.kill();
    }

    /** Starts it on what it wrote before. */
    public void startAgain() throws IOException {
        begin();
        awaitStart();
    }

    public boolean isRunning() {
        return process.isRunning();
    }

    /** Kills it, and removes what it wrote. */
    @Override
    public void close() {
        process.remove();
    }
}
