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
    private final String address;
    private final Path folder;
    private final ForeignProcess process;

    /**
     * Begins to start one.
     *
     * @param seed the address of the first node of its cluster
     * @param token its place in the ring; empty: it is alone
     * @param settings more lines of its cassandra.yaml
     */
    CassandraProcess(Path folder, String address, String seed, String token, List<String> settings) throws IOException {
        this.address = address;
        this.folder = folder;
        List<String> more = new ArrayList<>(settings);
        if (!token.isEmpty()) more.addAll(List.of("initial_token: " + token, "auto_bootstrap: false"));
        CassandraServer.configure(folder, address, seed, more);
        process = new ForeignProcess("Cassandra", folder, command());
    }

    /**
     * One that is alone, once clients can connect.
     *
     * @param parent of its folder
     */
    public static CassandraProcess startAlone(Path parent) throws IOException, InterruptedException {
        String address = anyAddress();
        var cassandra = new CassandraProcess(
                parent.resolve("cassandra" + address).toAbsolutePath(),
                address,
                address,
                "",
                List.of(
                        "commitlog_sync: batch",
                        "paxos_variant: v2",
                        // A slow machine is not what these tests are about.
                        "cas_contention_timeout: 20s",
                        "write_request_timeout: 20s",
                        "read_request_timeout: 20s",
                        "truncate_request_timeout: 60s"));
        try {
            cassandra.awaitStart();
        } catch (IOException | RuntimeException | InterruptedException failed) {
            cassandra.close();
            throw failed;
        }
        return cassandra;
    }

    /** One that no other build uses, most likely. */
    static String anyAddress() {
        return ForeignProcess.anyAddress();
    }

    private List<String> command() throws IOException {
        try {
            return CassandraServer.command(
                    folder,
                    ForeignProcess.classPath("cassandra.classpath"),
                    List.of("-Dcassandra.consistent.rangemovement=false", "-Dcassandra.unsafesystem=true"));
        } catch (CannotStart cannot) {
            throw new IllegalStateException(cannot);
        }
    }

    /** Waits until clients can connect. */
    void awaitStart() throws IOException, InterruptedException {
        process.awaitStart(address, CassandraServer.PORT);
    }

    public String address() {
        return address;
    }

    /** A signal to the process: STOP, CONT, KILL. */
    void signal(String name) throws IOException, InterruptedException {
        process.signal(name);
    }

    /** Kills it, and removes what it wrote. */
    @Override
    public void close() {
        process.remove();
    }
}
