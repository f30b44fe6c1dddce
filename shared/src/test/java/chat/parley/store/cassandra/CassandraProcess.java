package chat.parley.store.cassandra;

import chat.parley.servers.CannotStart;
import chat.parley.servers.CassandraServer;
import chat.parley.store.ForeignProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    private final String address;
    /** For those that live as long as a test: its nodes need the processor too. */
    private static final List<String> FIRST_COMPILER = List.of("-XX:TieredStopAtLevel=1");

    private final Path folder;
    private final List<String> jvm;
    private ForeignProcess process;

    /**
     * Begins to start one.
     *
     * @param seed the address of the first node of its cluster
     * @param token its place in the ring; empty: it is alone
     * @param settings more lines of its cassandra.yaml
     * @param jvm more options of its JVM
     */
    CassandraProcess(Path folder, String address, String seed, String token, List<String> settings, List<String> jvm)
            throws IOException {
        this.address = address;
        this.folder = folder;
        this.jvm = jvm;
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
        var cassandra = new CassandraProcess(
                parent.resolve("cassandra" + address).toAbsolutePath(), address, address, "", PATIENT, FIRST_COMPILER);
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
                nodes.add(new CassandraProcess(folder, address, first, token, settings, FIRST_COMPILER));
                if (nodes.size() == 1) nodes.getFirst().awaitStart(); // the others learn from it
            }
            for (CassandraProcess node : nodes) node.awaitStart();
        } catch (IOException | RuntimeException failed) {
            nodes.forEach(CassandraProcess::close);
            throw failed;
        }
        return nodes;
    }

    private List<String> command() throws IOException {
        List<String> options = new ArrayList<>(jvm);
        options.addAll(List.of(
                "-Dcassandra.consistent.rangemovement=false",
                "-Dcassandra.unsafesystem=true",
                "-Dcassandra.ring_delay_ms=" + GOSSIP_MILLIS_MAX));
        try {
            return CassandraServer.command(folder, ForeignProcess.classPath("cassandra.classpath"), options);
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
