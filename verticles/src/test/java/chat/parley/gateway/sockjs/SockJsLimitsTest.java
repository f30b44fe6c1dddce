package chat.parley.gateway.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.HttpConfig;
import chat.parley.gateway.Obedient;
import chat.parley.gateway.TestEdges;
import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Response;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What SockJS clients may not do, and how long things may take: in front of sessions that do what the client says. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("SockJsLimitsTest") // one of its methods at a time
class SockJsLimitsTest {
    private static final String FROM = "Origin: " + TestEdges.ORIGIN;
    private static final String FROM_OTHER = "Origin: " + TestEdges.OTHER_ORIGIN;
    private static final int MESSAGE_MAX = 64 << 10;
    private static final String ANY = "/000/abcdefghijklmnopqrstuvwxyz";

    /** Sessions that were told that nothing more comes. */
    private static final BlockingQueue<String> closings = new LinkedBlockingQueue<>();

    private static TestEdges patient;
    private static Requests it;

    /** A heartbeat a second, and one second to come back; ten sessions. */
    private static TestEdges hasty;

    private static Requests hastily;

    @BeforeAll
    static void start() throws Exception {
        patient = TestEdges.obedient(closings::add);
        it = new Requests(patient.port());
        hasty = new TestEdges(
                new SockJsConfig(true, 1, 1, 10, 128 << 10),
                TestEdges.hasty(),
                transport -> new Obedient(transport, closings::add));
        hastily = new Requests(hasty.port());
    }

    @AfterAll
    static void stop() throws Exception {
        patient.close();
        hasty.close();
    }

    // Who may come.

    @ParameterizedTest
    @ValueSource(strings = {"/info", ANY + "/xhr", ANY + "/xhr_send", ANY + "/xhr_streaming"})
    void aTokenInTheAddressIsRefused(String path) {
        String method = path.equals("/info") ? "GET" : "POST";
        assertThat(it.ask(method, path + "?token=abc", "").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/info", ANY + "/xhr", ANY + "/xhr_send", ANY + "/eventsource"})
    void anAddressThatCannotBeDecodedIsRefused(String path) {
        String method = path.contains("xhr") ? "POST" : "GET";
        assertThat(it.ask(method, path + "?t=%zz", "").status()).isEqualTo(400);
    }

    @Test
    void anIdOfTheClientsOwnLengthIsTaken() {
        String session = "/123/abcdefgh";
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("o\n");
        assertThat(it.post(session + "/xhr_send", "[\"x\"]").status()).isEqualTo(204);
        assertThat(it.post("/123/" + "a".repeat(129) + "/xhr", "").status()).isEqualTo(404);
    }

    @Test
    void anIdThatCouldBeGuessedIsKnownToItsAddressOnly() throws Exception {
        InetAddress here = InetAddress.getByName("192.0.2.1");
        InetAddress there = InetAddress.getByName("192.0.2.2");
        Resource shortOne = Resource.of("/v1/sockjs/000/abcdefgh/xhr");
        assertThat(shortOne.key(here)).isEqualTo(shortOne.key(here)).isNotEqualTo(shortOne.key(there));
        Resource longOne = Resource.of("/v1/sockjs/000/" + "a".repeat(26) + "/xhr");
        assertThat(longOne.key(here)).isEqualTo(longOne.key(there));
    }

    @Test
    void guessesAreSlowedDown() {
        Set<Integer> answers = new HashSet<>();
        for (int i = 0; i < 3_000 && !answers.contains(429); i++)
            answers.add(it.post("/000/guess-" + i + "/xhr_send", "[]").status());
        assertThat(answers).containsExactlyInAnyOrder(404, 429);
        assertThat(it.post(Requests.session() + "/xhr_send", "[]").status()).isEqualTo(404);
    }

    @Test
    void aSessionOfOnePageIsUnknownToOthers() {
        String session = Requests.session();
        assertThat(it.post(session + "/xhr", "", FROM).body()).isEqualTo("o\n");
        assertThat(it.post(session + "/xhr_send", "[\"stolen\"]", FROM_OTHER).status())
                .isEqualTo(404);
        assertThat(it.post(session + "/xhr", "", FROM_OTHER).status()).isEqualTo(404);
        it.post(session + "/xhr_send", "[\"mine\"]", FROM);
        assertThat(it.post(session + "/xhr", "", FROM).body()).isEqualTo("a[\"mine\"]\n");
    }

    @Test
    void aPageMayBeginWithARequestThatNamesNoOrigin() {
        String session = Requests.session();
        try (RawClient events = it.open("GET", session + "/eventsource")) {
            assertThat(events.response().status()).isEqualTo(200);
            assertThat(it.post(session + "/xhr_send", "[\"x\"]", FROM).status()).isEqualTo(204);
            assertThat(it.post(session + "/xhr_send", "[\"x\"]", FROM_OTHER).status())
                    .isEqualTo(404);
        }
    }

    // How much.

    @Test
    void theGreatestMessageIsTakenAndOneByteMoreEndsTheSession() {
        String session = opened();
        String greatest = "x".repeat(MESSAGE_MAX);
        assertThat(it.post(session + "/xhr_send", json(greatest)).status()).isEqualTo(204);
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"" + greatest + "\"]\n");
        assertThat(it.post(session + "/xhr_send", json(greatest + "x")).status())
                .isEqualTo(204);
        assertThat(it.post(session + "/xhr", "").body()).startsWith("c[1009,");
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            client.nextText();
            assertThat(client.text(json(greatest)).nextText()).isEqualTo("a[\"" + greatest + "\"]");
            client.text(json(greatest + "x"));
            assertThat(client.nextText()).startsWith("c[1009,");
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aGreatestMessageThatIsAllEscapesIsNotTooLarge() {
        String session = opened();
        String quotes = "\"".repeat(MESSAGE_MAX);
        assertThat(it.post(session + "/xhr_send", json(quotes)).status()).isEqualTo(204);
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"" + "\\\"".repeat(MESSAGE_MAX) + "\"]\n");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedAndEndsTheSession() {
        String session = opened();
        Response response = it.post(session + "/xhr_send", "[\"" + "x".repeat(256 << 10) + "\"]");
        assertThat(response.status()).isEqualTo(413);
        assertThat(it.post(session + "/xhr", "").body()).startsWith("c[1009,");
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            client.nextText();
            assertThat(client.text("[\"" + "x".repeat(256 << 10) + "\"]").closeCode())
                    .isEqualTo(1009);
        }
    }

    @Test
    void tooManyMessagesAtOnceEndTheSession() {
        String session = opened();
        assertThat(it.post(session + "/xhr_send", "[" + "\"x\",".repeat(1023) + "\"x\"]")
                        .status())
                .isEqualTo(204);
        assertThat(it.post(session + "/xhr", "").body()).startsWith("a[\"x\",\"x\"");
        assertThat(it.post(session + "/xhr_send", "[" + "\"x\",".repeat(1024) + "\"x\"]")
                        .status())
                .isEqualTo(204);
        assertThat(it.post(session + "/xhr", "").body()).startsWith("c[1009,");
    }

    @Test
    void badUtf8EndsTheSession() {
        String session = opened();
        byte[] head = ("POST " + Resource.ROOT + session + "/xhr_send HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head);
        request.writeBytes(new byte[] {'[', '"', (byte) 0xc0, (byte) 0xaf, '"', ']'});
        try (RawClient client = RawClient.connect(patient.port())) {
            assertThat(client.raw(request.toByteArray()).response().status()).isEqualTo(204);
        }
        assertThat(it.post(session + "/xhr", "").body()).startsWith("c[1007,");
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            client.nextText();
            assertThat(client.frame(0x81, new byte[] {'"', (byte) 0xff, '"'}).closeCode())
                    .isEqualTo(1007);
        }
    }

    @Test
    void aSessionThatFailsIsClosedWith1011() {
        String session = opened();
        it.post(session + "/xhr_send", "[\"fail\"]");
        assertThat(it.post(session + "/xhr", "").body()).startsWith("c[1011,");
    }

    @Test
    void aPausedSessionTakesOnePostAndAnswersItWhenItGoesOn() {
        String session = opened();
        try (RawClient stream = it.stream(session);
                RawClient posting = RawClient.connect(patient.port())) {
            posting.raw(Requests.head("POST", session + "/xhr_send", json("pause", "one", "two"))
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(stream.chunk()).isEqualTo("a[\"paused\"]\n");
            assertThat(it.post(session + "/xhr_send", json("three")).status()).isEqualTo(429);
            assertThat(posting.hasMore()).isFalse();
            assertThat(stream.chunk()).isEqualTo("a[\"resumed\",\"one\",\"two\"]\n");
            assertThat(posting.response().status()).isEqualTo(204);
        }
    }

    @Test
    void aSessionHearsWhenASlowClientHasCaughtUp() {
        String session = opened();
        StringBuilder all = new StringBuilder();
        it.post(session + "/xhr_send", json("fill 64"));
        while (!all.toString().contains("drained"))
            all.append(it.post(session + "/xhr", "").body());
        assertThat(all.toString().split("xxx ", -1)).hasSize(65);
        assertThat(all).contains("drained, after 64 frames of 16 KiB");
    }

    @Test
    void aStreamThatIsNotReadIsPendingAndLosesNothing() {
        String session = opened();
        try (RawClient stream = RawClient.connect(patient.port(), 8 << 10)) {
            stream.raw(Requests.head("POST", session + "/xhr_streaming", "").getBytes(StandardCharsets.US_ASCII));
            assertThat(stream.response().status()).isEqualTo(200);
            it.post(session + "/xhr_send", json("fill 64"));
            StringBuilder all = new StringBuilder();
            for (String chunk = stream.chunk(); !chunk.isEmpty(); chunk = stream.chunk()) all.append(chunk);
            while (!all.toString().contains("drained"))
                all.append(it.post(session + "/xhr", "").body());
            assertThat(all.toString().split("xxx ", -1)).hasSize(65);
        }
    }

    @Test
    void whoHasAskedAgainIsToldThatTheAnswerBeforeWasLost() {
        String session = opened();
        it.post(session + "/xhr_send", json("shout 16384")); // KiB: more than the kernel holds
        RawClient lost = RawClient.connect(patient.port(), 8 << 10);
        lost.raw(Requests.head("POST", session + "/xhr", "").getBytes(StandardCharsets.US_ASCII));
        await(lost::hasMore);
        try (RawClient one = it.open("POST", session + "/xhr");
                RawClient other = it.open("POST", session + "/xhr")) {
            await(() -> one.hasMore() || other.hasMore());
            boolean isOneTooMany = one.hasMore();
            assertThat((isOneTooMany ? one : other).response().body()).startsWith("c[2010,");
            lost.close();
            assertThat((isOneTooMany ? other : one).response().body()).startsWith("c[1002,");
        }
    }

    // How long.

    @Test
    void aPollIsEndedByAHeartbeat() {
        String session = Requests.session();
        assertThat(hastily.post(session + "/xhr", "").body()).isEqualTo("o\n");
        for (int i = 0; i < 3; i++)
            assertThat(hastily.post(session + "/xhr", "").body()).isEqualTo("h\n");
    }

    @Test
    void aStreamOfWhichNothingIsHeardEndsAfterTwoHeartbeats() {
        String session = Requests.session();
        for (int i = 0; i < 2; i++) {
            try (RawClient stream = hastily.stream(session)) {
                if (i == 0) assertThat(stream.chunk()).isEqualTo("o\n");
                assertThat(stream.chunk()).isEqualTo("h\n");
                assertThat(stream.chunk()).isEqualTo("h\n");
                assertThat(stream.chunk()).isEmpty();
            }
        }
    }

    @Test
    void aStreamGoesOnWhileTheClientSends() {
        String session = Requests.session();
        try (RawClient stream = hastily.stream(session)) {
            assertThat(stream.chunk()).isEqualTo("o\n");
            for (int i = 0; i < 4; i++) {
                assertThat(stream.chunk()).isEqualTo("h\n");
                assertThat(hastily.post(session + "/xhr_send", "[]").status()).isEqualTo(204);
            }
        }
    }

    @Test
    void sessionsAreBoundedAndForgotten() throws Exception {
        await(() -> hasty.sessions() == 0);
        closings.clear();
        List<String> names = IntStream.range(0, 10).mapToObj(i -> "s" + i).toList();
        for (String name : names) {
            String session = Requests.session();
            assertThat(hastily.post(session + "/xhr", "").body()).isEqualTo("o\n");
            hastily.post(session + "/xhr_send", json("name " + name));
        }
        Response oneTooMany = hastily.post(Requests.session() + "/xhr", "");
        assertThat(oneTooMany.status()).isEqualTo(503);
        assertThat(oneTooMany.headers()).containsKey("retry-after");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 10; i++) told.add(closings.poll(10, TimeUnit.SECONDS));
        assertThat(told).containsExactlyInAnyOrderElementsOf(names);
        await(() -> hasty.sessions() == 0);
        assertThat(closings).isEmpty();
        assertThat(hastily.post(Requests.session() + "/xhr", "").body()).isEqualTo("o\n");
    }

    @Test
    void whoTakesNothingIsCut() throws Exception {
        String session = Requests.session();
        hastily.post(session + "/xhr", "");
        try (RawClient stuck = RawClient.connect(hasty.port(), 8 << 10)) {
            stuck.raw(Requests.head("POST", session + "/xhr_streaming", "").getBytes(StandardCharsets.US_ASCII));
            stuck.response();
            hastily.post(session + "/xhr_send", json("fill 1024")); // more than the kernel holds
            await(() -> hasty.sessions() == 0);
        }
    }

    @Test
    void aBodyThatComesByDropsIsAnsweredWith408() {
        String session = Requests.session();
        hastily.post(session + "/xhr", "");
        try (RawClient client = RawClient.connect(hasty.port())) {
            client.raw(
                    ("POST " + Resource.ROOT + session + "/xhr_send HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n[")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.response().status()).isEqualTo(408);
        }
    }

    // How fast, and the end.

    @Test
    void newSessionsAreBoundedInTime() throws Exception {
        HttpConfig slow = TestEdges.http(List.of(), 1, 10, 0, 2000, 1000, 30, 30, 75, 25);
        try (TestEdges edges =
                new TestEdges(SockJsConfig.DEFAULT, slow, transport -> new Obedient(transport, closings::add))) {
            Requests requests = new Requests(edges.port());
            String session = Requests.session();
            requests.post(session + "/xhr", "");
            List<RawClient> together = new ArrayList<>();
            for (int i = 0; i < 30; i++) together.add(requests.open("POST", Requests.session() + "/xhr"));
            List<Integer> statuses =
                    together.stream().map(each -> each.response().status()).toList();
            together.forEach(RawClient::close);
            assertThat(statuses).contains(200, 503);
            requests.post(session + "/xhr_send", json("x"));
            assertThat(requests.post(session + "/xhr", "").body()).isEqualTo("a[\"x\"]\n");
        }
    }

    @Test
    void aNodeThatEndsWaitsUntilClientsHaveHeardSo() throws Exception {
        TestEdges edges = new TestEdges(
                SockJsConfig.DEFAULT, TestEdges.http(30), transport -> new Obedient(transport, closings::add));
        Requests requests = new Requests(edges.port());
        String session = Requests.session();
        requests.post(session + "/xhr", "");
        edges.entrance().drain();
        assertThat(requests.post(Requests.session() + "/xhr", "").status()).isEqualTo(503);
        requests.post(session + "/xhr_send", json("close 1012"));
        Thread ending = Thread.ofPlatform().start(() -> {
            try {
                edges.close();
            } catch (Exception broken) {
                throw new AssertionError(broken);
            }
        });
        assertThat(requests.post(session + "/xhr", "").body()).isEqualTo("c[1012,\"as asked\"]\n");
        ending.join(10_000);
        assertThat(ending.isAlive()).isFalse();
    }

    @Test
    void switchedOffThereIsNothing() throws Exception {
        SockJsConfig off = new SockJsConfig(false, 25, 5, 1000, 128 << 10);
        try (TestEdges edges =
                new TestEdges(off, TestEdges.http(30), transport -> new Obedient(transport, closings::add))) {
            Requests requests = new Requests(edges.port());
            assertThat(requests.get("/info").status()).isEqualTo(404);
            assertThat(requests.post(Requests.session() + "/xhr", "").status()).isEqualTo(404);
        }
    }

    private static String opened() {
        String session = Requests.session();
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("o\n");
        return session;
    }

    private static String json(String... messages) {
        return new JsonArray(List.of(messages)).encode();
    }

    private static void await(BooleanSupplier holds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(until);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
