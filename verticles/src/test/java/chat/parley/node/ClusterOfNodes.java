package chat.parley.node;

import chat.parley.store.ForeignProcess;
import chat.parley.store.OpenStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Nodes of one cluster in this JVM, over one store in memory, on an address of loopback that nobody else has. */
final class ClusterOfNodes implements AutoCloseable {
    private static final long WAIT_NANOS = 60_000_000_000L;

    private final String host;
    private final Path folder;
    private final SharedStore store = new SharedStore();
    private final Map<String, TestNode> nodes = new LinkedHashMap<>();
    private final Map<String, Integer> busPorts = new LinkedHashMap<>();
    private final List<String> members = new ArrayList<>();

    /** @param folder of what nodes have for themselves: the secret of development tokens */
    ClusterOfNodes(Path folder, String... names) {
        this.folder = folder;
        this.host = ForeignProcess.anyAddress();
        for (String name : names) start(name);
    }

    String host() {
        return host;
    }

    /** Where nodes meet others. */
    List<String> members() {
        return members;
    }

    int busPort(String name) {
        return Objects.requireNonNull(busPorts.get(name));
    }

    TestNode get(String name) {
        return Objects.requireNonNull(nodes.get(name));
    }

    /** What starts a node. */
    interface Build {
        TestNode start(OpenStore store, Path folder, String... settings);
    }

    /** Starts one more, and waits until all see each other. @param settings over those of all */
    TestNode start(String name, String... settings) {
        return start(TestNode::over, name, settings);
    }

    /** Likewise, of that build. */
    TestNode start(Build build, String name, String... settings) {
        int port = freePort();
        int busPort = freePort();
        List<String> all = new ArrayList<>(List.of(
                "node.name=" + name,
                "store.type=cassandra",
                "store.cassandra.contactPoints=127.0.0.1",
                "eventLog.type=none",
                "cluster.enabled=true",
                "cluster.host=" + host,
                "cluster.port=" + port,
                "cluster.busPort=" + busPort,
                "cluster.members=" + host + ":" + port + "," + String.join(",", members),
                "cluster.tls.enabled=false"));
        all.addAll(List.of(settings));
        TestNode node = build.start(store, folder, all.toArray(String[]::new));
        members.add(host + ":" + port);
        nodes.put(name, node);
        busPorts.put(name, busPort);
        awaitAllSeeAll();
        return node;
    }

    /** Ends it in order. */
    void end(String name) {
        TestNode node = nodes.remove(name);
        node.close();
        awaitAllSeeAll();
    }

    private void awaitAllSeeAll() {
        await(() -> nodes.values().stream().allMatch(node -> node.sees().equals(nodes.keySet())));
    }

    static void await(BooleanSupplier holds) {
        long until = System.nanoTime() + WAIT_NANOS;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) throw new AssertionError("it did not come to that within a minute");
            LockSupport.parkNanos(10_000_000);
        }
    }

    private int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (TestNode node : List.copyOf(nodes.values())) node.close();
    }
}
