package chat.parley.node;

import chat.parley.store.OpenStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** A whole node in this JVM, on the real embedded store and on free ports of loopback. */
public final class TestNode implements AutoCloseable {
    private final IntSupplier port;
    private final IntSupplier opsPort;
    private final Supplier<Set<String>> sees;
    private final Runnable end;

    TestNode(IntSupplier port, IntSupplier opsPort, Supplier<Set<String>> sees, Runnable end) {
        this.port = port;
        this.opsPort = opsPort;
        this.sees = sees;
        this.end = end;
    }

    /**
     * Starts it with development tokens.
     *
     * @param folder of its data
     * @param settings {@code name=value}, over the defaults
     */
    public static TestNode start(Path folder, String... settings) {
        return start(Node::openStore, folder, settings);
    }

    /** Likewise, on a store that is opened like this. */
    static TestNode start(Node.Opening opening, Path folder, String... settings) {
        List<String> assignments = new ArrayList<>(List.of("store.path=" + folder, "http.port=0", "ops.port=0"));
        assignments.addAll(List.of(settings));
        try {
            Settings all = Settings.of(Path.of("..", "conf", "embedded.json"), Map.of(), assignments);
            Node node = Node.start(NodeConfig.read(all), opening);
            return new TestNode(node::port, node::opsPort, node::nodes, node::end);
        } catch (Refusal refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    /** Likewise, on a store that is open. */
    static TestNode over(OpenStore store, Path folder, String... settings) {
        return start((vertx, config) -> store, folder, settings);
    }

    /** The nodes that serve, as this one sees them. */
    Set<String> sees() {
        return sees.get();
    }

    public int port() {
        return port.getAsInt();
    }

    public int opsPort() {
        return opsPort.getAsInt();
    }

    /** What its operators' port answers. */
    RawClient.Response ops(String path) {
        try (RawClient client = RawClient.connect(opsPort())) {
            client.raw(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return client.response();
        }
    }

    /** One who calls its HTTP API as this user. */
    public Caller caller(String user) {
        return new Caller(port(), token(user));
    }

    /** A development token of this user. */
    String token(String user) {
        return new Caller(port(), null)
                .post("/v1/dev/tokens", "{\"userId\":\"" + user + "\"}")
                .json()
                .getString("token");
    }

    /** Drains and ends it, as a signal does. */
    @Override
    public void close() {
        end.run();
    }
}
