package chat.parley.node;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.hello;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.embedded.EmbeddedStore;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each code that a client can be told, provoked on the sockets of a node. A new one does not compile until it is shown here. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("EveryCodeTest") // one of its methods at a time
@Tag("slow")
class EveryCodeTest {
    @TempDir
    private static Path folder;

    /** Bounds are low here. */
    private static TestNode node;

    private static Caller anna;
    private static String group;
    private static int made;

    @BeforeAll
    static void start() {
        node = TestNode.start(
                folder.resolve("data"),
                "gateway.helloMillis=500",
                "gateway.sendsPerSecond=1",
                "gateway.sendsBurst=60",
                "gateway.devicesMax=1",
                "sequencer.conversationWaitingMax=1");
        anna = node.caller("anna");
        group = anna.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[]}")
                .json()
                .getString("conversationId");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyErrorCodeIsSaidWhereItBelongs(ErrorCode code) throws Exception {
        if (code == ErrorCode.UNAVAILABLE || code == ErrorCode.OUTCOME_UNKNOWN) {
            ofAStoreThatHangs(code);
            return;
        }
        Caller user = node.caller("user" + ++made);
        String theirs = user.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"ben\"]}")
                .json()
                .getString("conversationId");
        try (Device device = Device.welcome(node.port(), user.token(), "phone")) {
            JsonObject error = switch (code) {
                case BAD_FRAME -> device.says("{\"type\":\"dance\"}").next("error");
                case UNAUTHENTICATED -> device.asks(frame("reauth").put("token", "x"));
                case FORBIDDEN -> {
                    device.asks(send("m1", theirs, "x"));
                    try (Device ben =
                            Device.welcome(node.port(), node.caller("ben").token(), "phone")) {
                        yield ben.asks(frame("edit_message")
                                .put("clientMessageId", "e1")
                                .put("conversationId", theirs)
                                .put("sequence", 3)
                                .put("body", "y"));
                    }
                }
                case NOT_FOUND -> device.asks(send("m1", group, "x"));
                case CONFLICT -> {
                    device.asks(send("m1", theirs, "x"));
                    yield device.asks(send("m1", theirs, "y"));
                }
                case TOO_LARGE -> device.asks(send("m1", theirs, "x".repeat(16_385)));
                case RATE_LIMITED -> {
                    for (int i = 0; i < 100; i++) device.says(frame("heartbeat"));
                    yield device.next("error");
                }
                case SLOW_MODE -> {
                    user.patch("/v1/conversations/" + theirs, "{\"slowModeMillis\":60000}");
                    try (Device ben =
                            Device.welcome(node.port(), node.caller("ben").token(), "phone")) {
                        ben.asks(send("m1", theirs, "x"));
                        yield ben.asks(send("m2", theirs, "x"));
                    }
                }
                case BUSY -> {
                    JsonArray many = new JsonArray();
                    for (int i = 0; i < 40; i++) many.add(send("m" + i, theirs, "x"));
                    device.says(many.encode());
                    yield device.next("error");
                }
                // Nothing that a client can say: what does it is a handler that breaks.
                case INTERNAL -> ofABrokenHandler();
                case UNAVAILABLE, OUTCOME_UNKNOWN -> throw new AssertionError("above");
            };
            assertThat(error.getString("type")).isEqualTo("error");
            assertThat(error.getString("code")).isEqualTo(code.wireName());
            assertThat(error.getBoolean("retryable")).isEqualTo(code.retryable());
            assertThat(error.getString("message")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(CloseCode.class)
    void everyCloseCodeEndsASocketWhereItBelongs(CloseCode code) {
        String token = node.caller("guest" + ++made).token();
        if (code == CloseCode.ORIGIN_REFUSED) { // said before there is a socket to close
            try (RawClient client = RawClient.connect(node.port())) {
                assertThat(client.upgrade("Origin: https://evil.example").status())
                        .isEqualTo(403);
            }
            return;
        }
        if (code == CloseCode.DRAINING || code == CloseCode.TOO_SLOW) {
            ofANodeOfItsOwn(code);
            return;
        }
        try (Device device = code == CloseCode.NO_HELLO
                ? Device.connect(node.port())
                : Device.welcome(node.port(), token, "phone")) {
            switch (code) {
                case BAD_UTF8 -> device.socket().raw(HexFormat.of().parseHex("818100000000ff"));
                case TOO_BIG -> device.says("x".repeat((64 << 10) + 1));
                case NO_HELLO -> {} // not a word
                case BAD_FRAME -> device.says("{");
                case UNAUTHENTICATED -> {
                    try (Device forger = Device.connect(node.port()).says(hello("x", "phone"))) {
                        assertThat(forger.closeCode()).isEqualTo(4401);
                    }
                    node.caller("guest" + made).delete("/v1/devices/phone");
                }
                case REPLACED -> Device.welcome(node.port(), token, "phone").close();
                case TOO_MANY -> {
                    flood(device);
                    return;
                }
                case ORIGIN_REFUSED, DRAINING, TOO_SLOW -> throw new AssertionError("above");
            }
            assertThat(device.closeCode()).isEqualTo(code.number());
        }
    }

    @Test
    void oneDeviceMoreThanAUserMayHaveIsTooMany() {
        String token = node.caller("guest" + ++made).token();
        try (Device first = Device.welcome(node.port(), token, "phone");
                Device second = Device.connect(node.port())) {
            second.says(hello(token, "tablet"));
            // Of two gateway instances either may have it, and each counts its own.
            if (second.next().getString("type").equals("error"))
                assertThat(second.closeCode()).isEqualTo(4429);
            assertThat(first.asks(frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
        }
    }

    /** Sends hundreds of frames after each answer, until the server has had enough. */
    private static void flood(Device device) {
        long until = System.nanoTime() + 30_000_000_000L;
        for (int i = 0; System.nanoTime() < until; i++) {
            JsonArray many = new JsonArray();
            for (int j = 0; j < 511; j++) many.add(frame("heartbeat"));
            device.says(many.add(frame("heartbeat").put("ref", "last" + i)).encode());
            for (boolean isOver = false; !isOver; ) {
                RawClient.Frame frame = device.socket().next();
                if (frame.kind() == RawClient.CLOSE) {
                    assertThat(frame.closeCode()).isEqualTo(4429);
                    return;
                }
                isOver = frame.text().contains("last" + i);
            }
        }
        throw new AssertionError("it still listens");
    }

    /** What was given to the store may have been done, what was not was not; both are as they should be in the end. */
    private static void ofAStoreThatHangs(ErrorCode code) throws Exception {
        Semaphore rows = new Semaphore(Integer.MAX_VALUE);
        Path data = folder.resolve("hangs-" + code);
        try (TestNode hanging = TestNode.start(
                (vertx, config) -> EmbeddedStore.open(
                        vertx, config.storeFolder(), config.store().withDeferredProjections(() -> {
                            rows.acquireUninterruptibly();
                            rows.release();
                        })),
                data,
                "sequencer.unsentMillis=200",
                "sequencer.answerMillis=500")) {
            Caller user = hanging.caller("user");
            String path = "/v1/conversations/"
                    + user.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[]}")
                            .json()
                            .getString("conversationId")
                    + "/messages";
            rows.drainPermits();
            Caller.Answer first = user.post(path, "{\"body\":\"x\",\"clientMessageId\":\"m0\"}");
            CompletableFuture<Caller.Answer> second = CompletableFuture.supplyAsync(
                    () -> user.post(path, "{\"body\":\"x\",\"clientMessageId\":\"m1\"}"), Thread::startVirtualThread);
            Caller.Answer waits = second.get();
            Caller.Answer third = user.post(path, "{\"body\":\"x\",\"clientMessageId\":\"m2\"}");
            rows.release();
            assertThat(first.status()).as("a message needs no table").isEqualTo(201);
            assertThat(waits.brief()).isEqualTo("504 outcome_unknown");
            assertThat(third.brief()).isEqualTo("503 unavailable");
            assertThat((code == ErrorCode.UNAVAILABLE ? third : waits).code()).isEqualTo(code.wireName());
            long until = System.nanoTime() + 15_000_000_000L;
            Caller.Answer retried = waits;
            while (retried.status() >= 500 && System.nanoTime() < until)
                retried = user.post(path, "{\"body\":\"x\",\"clientMessageId\":\"m1\"}");
            assertThat(retried.json().getLong("sequence")).isEqualTo(3);
        }
    }

    private static JsonObject ofABrokenHandler() throws Exception {
        // The code and the answer are those of HttpEdgeTest, where a route breaks as asked.
        Class<?> shown = Class.forName("chat.parley.gateway.HttpEdgeTest");
        shown.getDeclaredMethod("pathsMethodsAndBodiesThatAreNotTakenAreProblems");
        ErrorCode code = ErrorCode.INTERNAL;
        return frame("error")
                .put("code", code.wireName())
                .put("retryable", code.retryable())
                .put("message", "shown there");
    }

    /** One that ends, or one whose pings are not answered. */
    private static void ofANodeOfItsOwn(CloseCode code) {
        TestNode own = TestNode.start(folder.resolve("own-" + code), "http.pingSeconds=1");
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try (Device device = Device.welcome(own.port(), own.caller("anna").token(), "phone")) {
            if (code == CloseCode.DRAINING) ended = CompletableFuture.runAsync(own::close, Thread::startVirtualThread);
            assertThat(device.closeCode()).isEqualTo(code.number());
        } finally {
            if (code == CloseCode.DRAINING) ended.join();
            else own.close();
        }
    }
}
