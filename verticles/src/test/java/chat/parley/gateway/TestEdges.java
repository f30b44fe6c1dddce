package chat.parley.gateway;

import chat.parley.gateway.sockjs.SockJs;
import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** The edges of one node, one for each of its loops, on one port, in front of sessions of the test's own. */
public final class TestEdges implements AutoCloseable {
    public static final String ORIGIN = "https://chat.example.org";
    public static final String OTHER_ORIGIN = "https://other.example.org";
    private static final int LOOPS = 3;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    private final List<HttpEdge> edges = new ArrayList<>();
    private final Entrance entrance;
    private final SockJs sockJs;

    /** @param sessions makes the session of a transport, on its loop */
    public TestEdges(SockJsConfig config, HttpConfig http, Function<Transport, Inbound> sessions) throws Exception {
        this(config, http, new Proxies(http.trustedProxies()), sessions, (router, edge) -> {});
    }

    /** @param routes mounts those of one loop */
    TestEdges(
            SockJsConfig config,
            HttpConfig http,
            Proxies proxies,
            Function<Transport, Inbound> sessions,
            BiConsumer<Router, HttpEdge> routes)
            throws Exception {
        Origins origins = new Origins(List.of(ORIGIN, OTHER_ORIGIN));
        entrance = new Entrance(origins, proxies, http, new Random(), System.nanoTime());
        Sources sources = new Sources(http.unauthenticatedPerSourceMax());
        sockJs = new SockJs(config, Limits.DEFAULT, entrance, sources);
        AtomicInteger connected = new AtomicInteger();
        for (int i = 0; i < LOOPS; i++) {
            HttpEdge edge = new HttpEdge(
                    http, Limits.DEFAULT, entrance, sources, connected, sessions, sockJs.fallback(), routes);
            edges.add(edge);
            vertx.deployVerticle(new VerticleBase() {
                        @Override
                        public Future<?> start() {
                            return edge.start(vertx, context);
                        }

                        @Override
                        public Future<?> stop() {
                            return edge.stop(1_000);
                        }
                    })
                    .await(10, TimeUnit.SECONDS);
        }
    }

    /** Patient ones, in front of sessions that do what the client says. @param closings hears names of sessions that ended */
    public static TestEdges obedient(Consumer<String> closings) throws Exception {
        return new TestEdges(
                new SockJsConfig(true, 25, 5, 1000, 128 << 10),
                http(30),
                transport -> new Obedient(transport, closings));
    }

    /** Answers may take one second, as everything; any port. */
    public static HttpConfig hasty() {
        return http(1);
    }

    /** @param seconds that a request may take */
    public static HttpConfig http(int seconds) {
        return http(List.of(), 100_000, 100_000, 1000, 2000, 100_000, seconds, seconds, 75, 25);
    }

    /** Rates of a source are so wide that they are never met. */
    public static HttpConfig http(
            List<Network> proxies,
            int connectsPerSecond,
            int connectsBurst,
            int connectWaitMillis,
            int unauthenticatedMax,
            int connectionsMax,
            int headSeconds,
            int requestSeconds,
            int keepAliveSeconds,
            int pingSeconds) {
        return new HttpConfig(
                "127.0.0.1",
                0,
                List.of(),
                proxies,
                connectsPerSecond,
                connectsBurst,
                connectWaitMillis,
                unauthenticatedMax,
                100_000,
                100_000,
                100_000,
                100_000,
                connectionsMax,
                8192,
                headSeconds,
                requestSeconds,
                keepAliveSeconds,
                pingSeconds);
    }

    /** Origins of pages that may not come, each nearly {@link #ORIGIN}. */
    public static Stream<String> foreignOrigins() {
        return Stream.of(
                "null",
                "",
                "*",
                "https://evil.example",
                "https://chat.example.org.evil.example",
                "https://evilchat.example.org",
                "https://chat.example.org@evil.example",
                "https://evil.example/https://chat.example.org",
                "https://evil.example#https://chat.example.org",
                "http://chat.example.org",
                "wss://chat.example.org",
                "chat.example.org",
                "https://chat.example.org:443",
                "https://chat.example.org:8443",
                "https://chat.example.org:0443",
                "https://chat.example.org/",
                "https://chat.example.org.",
                "https://CHAT.example.org",
                "HTTPS://chat.example.org",
                "https://chat.example.org, https://evil.example",
                "https://evil.example, https://chat.example.org",
                "https://chat.example.org https://evil.example",
                "https://example.org",
                "https://sub.chat.example.org",
                "https://chat.ex\u0430mple.org",
                "https://xn--chat-example-org.evil",
                "https://chat.xn--exmple-4nf.org",
                "https://chat.example.org%00.evil.example",
                "http://localhost",
                "http://127.0.0.1",
                "file://",
                "chrome-extension://chat.example.org");
    }

    public int port() {
        return edges.getFirst().port();
    }

    public Entrance entrance() {
        return entrance;
    }

    /** Sessions over HTTP. */
    public int sessions() {
        return sockJs.sessions();
    }

    /** Ends all edges, as a node does that has told its sessions. */
    @Override
    public void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }
}
