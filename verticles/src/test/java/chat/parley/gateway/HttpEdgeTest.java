package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Frame;
import chat.parley.node.RawClient.Response;
import chat.parley.wire.Limits;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edge on real sockets, in front of sessions that do what the client says. */
class HttpEdgeTest {
    private static final String ORIGIN = "https://chat.example.org";
    private static final String KEY = "Sec-WebSocket-Key: ";

    private static final List<Vertx> ALL = new ArrayList<>();

    private static int port;

    /** Everything may take one second here. */
    private static int hastyPort;

    private static Entrance draining;
    private static int drainingPort;

    /** Takes ten connections. */
    private static int boundedPort;

    /** Those that count there. */
    private static final AtomicInteger BOUNDED = new AtomicInteger();

    /** Names of sessions that were told that their socket has gone. */
    private static final BlockingQueue<String> closings = new ArrayBlockingQueue<>(10_000);

    @BeforeAll
    static void start() throws Exception {
        port = deploy(config(100_000, 30, 30, 75, 25), entrance());
        hastyPort = deploy(config(100, 1, 1, 1, 1), entrance());
        draining = entrance();
        drainingPort = deploy(config(100, 10, 30, 75, 25), draining);
        boundedPort = deploy(config(10, 10, 30, 75, 25), entrance(), BOUNDED);
    }

    @AfterAll
    static void stop() throws Exception {
        for (Vertx each : ALL) each.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void theHandshakeIsTheOneOfTheRfc() {
        try (RawClient client = RawClient.connect(port)) {
            Response response = client.upgrade(KEY + "dGhlIHNhbXBsZSBub25jZQ==", "Origin: " + ORIGIN);
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.headers())
                    .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    .containsEntry("upgrade", "websocket")
                    .doesNotContainKey("sec-websocket-protocol")
                    .doesNotContainKey("sec-websocket-extensions");
            assertThat(client.text("hello").nextText()).isEqualTo("hello");
        }
    }

    @Test
    void theSubprotocolIsAgreedToWhereItIsAskedFor() {
        try (RawClient client = RawClient.connect(port)) {
            Response response = client.upgrade("Sec-WebSocket-Protocol: soap, parley.v1.json");
            assertThat(response.headers()).containsEntry("sec-websocket-protocol", "parley.v1.json");
        }
    }

    @Test
    void noCompressionIsAgreedTo() {
        try (RawClient client = RawClient.connect(port)) {
            Response response = client.upgrade(
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame");
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.headers()).doesNotContainKey("sec-websocket-extensions");
            byte[] bomb = new byte[60_000];
            assertThat(client.frame(0xc1, bomb).closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "426 | /v1/ws | Upgrade:",
                "426 | /v1/ws | Upgrade: h2c",
                "400 | /v1/ws | Connection: keep-alive",
                "426 | /v1/ws | Sec-WebSocket-Version: 8",
                "426 | /v1/ws | Sec-WebSocket-Version:",
                "400 | /v1/ws | Sec-WebSocket-Key:",
                "400 | /v1/ws | Sec-WebSocket-Key: c2hvcnQ=",
                "400 | /v1/ws | Sec-WebSocket-Key: not base64 at all!!",
                "403 | /v1/ws | Origin: https://evil.example",
                "403 | /v1/ws | Origin: null",
                "400 | /v1/ws?token=abc | Host: a",
                "400 | /v1/ws?v=1&access_token=abc | Host: a",
                "400 | /v1/ws?%74oken=abc | Host: a",
                "400 | /v1/ws?a=%zz | Host: a",
                "400 | /v1/ws?%c3%zz | Host: a",
                "404 | /v1/wss | Host: a",
                "404 | /v2/ws | Host: a",
            })
    void anUpgradeThatIsNotAsItHasToBeIsRefused(int status, String path, String header) {
        try (RawClient client = RawClient.connect(port)) {
            assertProblem(client.upgradeAt(path, header), status);
        }
    }

    @Test
    void aRefusalSaysWhichVersionIsUnderstood() {
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.upgrade("Sec-WebSocket-Version: 12").headers())
                    .containsEntry("sec-websocket-version", "13");
        }
    }

    @Test
    void aDrainingNodeSaysWhenToComeBack() {
        draining.drain();
        try (RawClient client = RawClient.connect(drainingPort)) {
            Response response = client.upgrade();
            assertProblem(response, 503);
            assertThat(response.headers()).containsKey("retry-after");
        }
    }

    @Test
    void whatIsNoHttpRequestIsAnsweredAndTheConnectionEnds() {
        try (RawClient client = RawClient.connect(port)) {
            assertProblem(client.request("HELLO\r\n\r\n"), 400);
        }
        try (RawClient client = RawClient.connect(port)) {
            assertProblem(client.request("GET / HTTP/1.1\r\nX: " + "y".repeat(9000) + "\r\n\r\n"), 431);
            assertThat(client.isClosedSilently()).isTrue();
        }
        try (RawClient client = RawClient.connect(port)) {
            assertProblem(client.request("GET /" + "y".repeat(9000) + " HTTP/1.1\r\n\r\n"), 414);
        }
    }

    @Test
    void pathsMethodsAndBodiesThatAreNotTakenAreProblems() {
        try (RawClient client = RawClient.connect(port)) {
            assertProblem(client.request("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), 404);
            assertProblem(client.request("POST /v1/ws HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 405);
            assertProblem(client.request("GET /v1/broken HTTP/1.1\r\nHost: a\r\n\r\n"), 500);
            assertProblem(client.request("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n"), 413);
        }
        try (RawClient client = RawClient.connect(port)) {
            String body = "x".repeat(256 << 10);
            Response response =
                    client.request("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\n" + body);
            assertThat(response.body()).isEqualTo("262144");
        }
        try (RawClient client = RawClient.connect(port)) {
            client.raw(ascii("POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
            byte[] chunk = ascii("10000\r\n" + "x".repeat(65_536) + "\r\n");
            for (int i = 0; i < 5; i++) client.raw(chunk);
            assertProblem(client.response(), 413);
        }
    }

    @Test
    void whatComesBeforeTheHandshakeIsAnsweredIsNotLost() {
        try (RawClient client = RawClient.connect(port)) {
            byte[] early = RawClient.masked(0x81, ascii("early"));
            String request = "GET /v1/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            client.raw(
                    (request + new String(early, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1));
            assertThat(client.response().status()).isEqualTo(101);
            assertThat(client.nextText()).isEqualTo("early");
        }
    }

    @Test
    void aMessageInFragmentsOfBytesArrivesWhole() {
        try (RawClient client = RawClient.open(port)) {
            String text = "caf\u00e9 ".repeat(40);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < utf8.length; i++) {
                int first = (i == 0 ? 0x01 : 0x00) | (i == utf8.length - 1 ? 0x80 : 0);
                for (byte b : RawClient.masked(first, new byte[] {utf8[i]})) client.raw(new byte[] {b});
            }
            assertThat(client.nextText()).isEqualTo(text);
        }
    }

    @Test
    void theGreatestMessageIsTakenAndOneByteMoreIsNot() {
        try (RawClient client = RawClient.open(port)) {
            String text = "x".repeat(64 << 10);
            assertThat(client.text(text).nextText()).isEqualTo(text);
            assertThat(client.text(text + "x").closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void anOversizeMessageIsRefusedByItsHeadAlone() {
        try (RawClient client = RawClient.open(port)) {
            client.raw(HexFormat.of().parseHex("81ff7fffffffffffffff"));
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aSessionClosesWithItsCodeAfterWhatItWrote() {
        try (RawClient client = RawClient.open(port)) {
            client.text("say-and-close 4409");
            assertThat(client.nextText()).isEqualTo("last words");
            assertThat(client.closeCode()).isEqualTo(4409);
            assertThat(client.isClosedSilently()).isTrue();
        }
    }

    @Test
    void lastWordsArriveThoughTheClientStillSends() {
        try (RawClient client = RawClient.open(port)) {
            client.text("close 4400");
            for (int i = 0; i < 200; i++) client.text("x".repeat(10_000));
            assertThat(client.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void aSessionThatFailsIsClosedWith1011() {
        try (RawClient client = RawClient.open(port)) {
            assertThat(client.text("fail").closeCode()).isEqualTo(1011);
        }
    }

    @Test
    void aSessionIsToldOnceThatItsSocketHasGone() throws Exception {
        closings.clear();
        try (RawClient client = RawClient.open(port)) {
            client.text("name goes without a word").nextText();
        }
        assertThat(closings.poll(5, TimeUnit.SECONDS)).isEqualTo("goes without a word");
        try (RawClient client = RawClient.open(port)) {
            client.text("name says goodbye").nextText();
            client.frame(0x88, new byte[0]).closeCode();
        }
        assertThat(closings.poll(5, TimeUnit.SECONDS)).isEqualTo("says goodbye");
        assertThat(closings.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void textsArriveInOrderHoweverManyAreInOneTurn() {
        try (RawClient client = RawClient.open(port)) {
            for (int i = 0; i < 2000; i++) client.raw(RawClient.masked(0x81, ascii("n" + i)));
            for (int i = 0; i < 2000; i++) assertThat(client.nextText()).isEqualTo("n" + i);
        }
    }

    @Test
    void aSessionHearsWhenASlowClientHasCaughtUp() {
        try (RawClient client = RawClient.connect(port, 8 << 10)) {
            client.upgrade();
            client.text("fill 512"); // writes until much is pending, then waits for it to drain, then says so
            int frames = 0;
            String text = client.nextText();
            for (; text.startsWith("xxx"); text = client.nextText()) frames++;
            assertThat(text).isEqualTo("drained, after 512 frames of 16 KiB");
            assertThat(frames).isEqualTo(512);
        }
    }

    @Test
    void aPausedSessionIsGivenNothingUntilItGoesOn() {
        try (RawClient client = RawClient.open(port)) {
            client.raw(concat(
                    RawClient.masked(0x81, ascii("pause")),
                    RawClient.masked(0x81, ascii("one")),
                    RawClient.masked(0x81, ascii("two"))));
            assertThat(client.nextText()).isEqualTo("paused");
            assertThat(client.nextText()).isEqualTo("resumed");
            assertThat(client.nextText()).isEqualTo("one");
            assertThat(client.text("three").nextText()).isEqualTo("two");
            assertThat(client.nextText()).isEqualTo("three");
        }
    }

    @Test
    void whoDoesNotAnswerPingsIsClosed() {
        try (RawClient client = RawClient.open(hastyPort)) {
            assertThat(client.next().kind()).isEqualTo(RawClient.PING);
            assertThat(client.next().kind()).isEqualTo(RawClient.PING);
            assertThat(client.closeCode()).isEqualTo(1013);
        }
    }

    @Test
    void whoAnswersPingsStays() {
        try (RawClient client = RawClient.open(hastyPort)) {
            for (int i = 0; i < 5; i++) {
                Frame ping = client.next();
                assertThat(ping.kind()).isEqualTo(RawClient.PING);
                client.frame(0x8a, ping.payload());
            }
            assertThat(client.text("still here").nextText()).isEqualTo("still here");
        }
    }

    @Test
    void whoPingsAndDoesNotReadGetsNoMemory() {
        try (RawClient client = RawClient.open(port)) {
            byte[] pings = RawClient.masked(0x89, new byte[125]);
            byte[] many = new byte[pings.length * 1000];
            for (int i = 0; i < 1000; i++) System.arraycopy(pings, 0, many, i * pings.length, pings.length);
            long before = usedDirectBytes();
            for (int i = 0; i < 100; i++) client.raw(many); // would be 12 MB of pongs
            assertThat(usedDirectBytes() - before).isLessThan(8 << 20);
        }
    }

    @Test
    void aConnectionThatSaysNothingEnds() {
        try (RawClient client = RawClient.connect(hastyPort)) {
            assertThat(client.isClosedSilently()).isTrue();
        }
    }

    @Test
    void aHeadThatComesByDropsDoesNotHoldTheConnection() {
        try (RawClient client = RawClient.connect(hastyPort)) {
            client.raw(ascii("GET / HTTP/1.1\r\n"));
            assertEnds(client, ascii("X"));
        }
    }

    @Test
    void aBodyThatComesByDropsIsAnsweredWith408() {
        try (RawClient client = RawClient.connect(hastyPort)) {
            client.raw(ascii("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"));
            assertProblem(client.response(), 408);
            assertThat(client.isClosedSilently()).isTrue();
        }
    }

    @Test
    void aConnectionBetweenRequestsEndsInTime() {
        try (RawClient client = RawClient.connect(hastyPort)) {
            assertThat(client.request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status())
                    .isEqualTo(200);
            assertThat(client.isClosedSilently()).isTrue();
        }
    }

    @Test
    void silentConnectionsDisturbNobody() {
        List<RawClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) silent.add(RawClient.connect(port));
            for (int i = 0; i < 300; i++) silent.add(RawClient.open(port));
            try (RawClient client = RawClient.open(port)) {
                for (int i = 0; i < 100; i++)
                    assertThat(client.text("n" + i).nextText()).isEqualTo("n" + i);
            }
        } finally {
            silent.forEach(RawClient::close);
        }
    }

    @Test
    void connectionsBeyondTheBoundAreEnded() {
        List<RawClient> held = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) held.add(RawClient.open(boundedPort));
            try (RawClient oneTooMany = RawClient.connect(boundedPort)) {
                assertThat(oneTooMany.isClosedSilently()).isTrue();
            }
            awaitBounded(10);
            RawClient last = held.removeLast();
            last.frame(0x88, new byte[0]).closeCode();
            assertThat(last.isClosedSilently()).isTrue();
            last.close();
            awaitBounded(9);
            held.add(RawClient.open(boundedPort));
        } finally {
            held.forEach(RawClient::close);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void craftedFramesEndInTheRightWayAndCostNoMemory(long seed) {
        Random random = new Random(seed);
        RawClient.open(port).close(); // what is made once is made
        long before = usedDirectBytes();
        for (int i = 0; i < 100; i++) {
            byte[] payload = new byte[random.nextInt(3) == 0 ? random.nextInt(70_000) : random.nextInt(300)];
            random.nextBytes(payload);
            try (RawClient client = RawClient.open(port)) {
                client.frame(random.nextInt(256), payload);
                client.frame(0x88, new byte[] {0x03, (byte) 0xe8}); // if all was well until here
                assertThat(client.closeCode()).as("frame %d", i).isIn(1000, 1002, 1007, 1009, 4400);
            }
            try (RawClient client = RawClient.open(port)) {
                client.raw(payload).endOutput(); // of which much would be a frame that never comes
                assertThat(client.closeCode()).as("bytes %d", i).isIn(1000, 1002, 1007, 1009, 4400, RawClient.NO_CLOSE);
            }
        }
        assertThat(usedDirectBytes() - before).isLessThan(8 << 20);
        try (RawClient client = RawClient.open(port)) {
            assertThat(client.text("alive").nextText()).isEqualTo("alive");
        }
    }

    private static void assertProblem(Response response, int status) {
        assertThat(response.status()).as(response.toString()).isEqualTo(status);
        assertThat(response.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(response.body()).contains("\"status\":" + status, "\"code\":\"");
    }

    /** Sends a drop now and then, until the server has had enough. */
    private static void assertEnds(RawClient client, byte[] drop) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!client.hasEndedAfter(200)) {
            if (System.nanoTime() > until) fail("it still listens");
            client.raw(drop);
        }
    }

    /** A client sees the end of a connection a little before the server has counted it. */
    private static void awaitBounded(int connections) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (BOUNDED.get() != connections) {
            if (System.nanoTime() > until) fail(BOUNDED.get() + " connections count");
            Thread.onSpinWait();
        }
    }

    static long usedDirectBytes() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
                + io.netty.util.internal.PlatformDependent.usedDirectMemory();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    private static Entrance entrance() {
        return new Entrance(
                new Origins(List.of(ORIGIN)),
                new Proxies(List.of()),
                TestEdges.http(30),
                new Random(),
                System.nanoTime());
    }

    private static HttpConfig config(int connectionsMax, int head, int request, int keepAlive, int ping) {
        return TestEdges.http(List.of(), 100_000, 100_000, 1000, 2000, connectionsMax, head, request, keepAlive, ping);
    }

    private static int deploy(HttpConfig config, Entrance entrance) throws Exception {
        return deploy(config, entrance, new AtomicInteger());
    }

    private static int deploy(HttpConfig config, Entrance entrance, AtomicInteger connected) throws Exception {
        HttpEdge edge = new HttpEdge(
                config,
                Limits.DEFAULT,
                entrance,
                new Sources(2000),
                connected,
                transport -> new Obedient(transport, closings::add),
                Fallback.NONE,
                (router, mountedAt) -> {
                    router.post("/v1/echo")
                            .handler(asked -> asked.response()
                                    .end(String.valueOf(asked.body().buffer().length())));
                    router.get("/v1/broken").handler(asked -> {
                        throw new IllegalStateException("as asked");
                    });
                });
        Vertx vertx = Vertx.vertx();
        ALL.add(vertx);
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        return edge.start(vertx, context);
                    }
                })
                .await(10, TimeUnit.SECONDS);
        return edge.port();
    }
}
