package chat.parley.node;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import chat.parley.gateway.auth.Forge;
import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/**
 * What clients say is nobody's to read in a log: everything that they can say is marked, in good requests and in bad ones, and said to a
 * node that logs all it can, first as it works, then with a store that has failed.
 */
@Isolated
@Tag("slow")
class NothingSecretIsLoggedTest {
    /** Is in all that is said. Letters and figures only, as ids are. */
    private static final String MARK = "Zq7Secret";

    private static final String SESSION = "/v1/sockjs/000/" + MARK + "SessionOfThirtyLetters";
    private static final int ROUNDS_WITHOUT_A_STORE = 2;
    private static final int REQUESTS_AT_ONCE = 200;
    private static final int LINES_LEAST = 100_000;

    @TempDir
    private static Path folder;

    /** Besides the mark. */
    private static final Set<String> TOKENS = ConcurrentHashMap.newKeySet();

    private TestNode node;
    private Caller anna;
    private String group;
    private int made;

    @Test
    void nothingThatClientsSayIsLogged() throws Exception {
        try (Watch watch = new Watch()) {
            LoggerFactory.getLogger("chat.parley.test").trace("{}", "x", new IllegalStateException(MARK));
            assertThat(watch.hits).as("it sees").hasSize(1);
            watch.hits.clear();
        }
        AtomicReference<EmbeddedStore> store = new AtomicReference<>();
        Path data = folder.resolve("data");
        try (Watch watch = new Watch()) {
            node = TestNode.start(
                    (vertx, config) -> {
                        store.set(EmbeddedStore.open(vertx, config.storeFolder(), config.store()));
                        return store.get();
                    },
                    data,
                    "gateway.submitMillis=200",
                    "gateway.announceMillis=100",
                    "gateway.userSendsPerSecond=100000",
                    "gateway.userSendsBurst=100000",
                    "sequencer.unsentMillis=100",
                    "sequencer.answerMillis=150");
            try {
                anna = node.caller("anna");
                TOKENS.add(signatureOf(anna.token()));
                group = anna.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"ben\"]}")
                        .json()
                        .getString("conversationId");
                sayEverything();
                watch.expect("floods");
                try (Device late = Device.welcome(node.port(), anna.token(), "late")) {
                    store.get().close();
                    for (int i = 0; i < ROUNDS_WITHOUT_A_STORE; i++) {
                        sayAllOverHttp();
                        sayAllFrames(late);
                    }
                    while (watch.lines < LINES_LEAST) askAgainAndAgain();
                }
                watch.expect("failed");
            } finally {
                node.close();
            }
            System.out.println("secrets: none in " + watch.lines + " lines of log");
            assertThat(watch.hits).isEmpty();
        }
        assertThat(rocksLogsOf(data)).isNotEmpty().allMatch(log -> !log.contains(MARK));
    }

    private void sayEverything() {
        sayAllOverHttp();
        try (Device device = Device.welcome(node.port(), anna.token(), "phone")) {
            sayAllFrames(device);
        }
        sayWhatEndsSockets();
        sayAllToSockJs();
        flood();
    }

    // HTTP

    private void sayAllOverHttp() {
        String conversation = "/v1/conversations/" + group;
        for (String request : List.of(
                "GET /v1/conversations?limit=200&" + MARK + "=" + MARK,
                "GET /v1/conversations?cursor=" + MARK,
                "GET /v1/conversations?limit=" + MARK,
                "GET " + conversation + "?access_token=" + MARK,
                "GET " + conversation + "/messages?after=" + MARK,
                "GET " + conversation + "/messages?limit=10&x=" + MARK,
                "GET " + conversation + "/members?cursor=" + MARK,
                "GET " + conversation + "/members",
                "GET " + conversation + "/" + MARK,
                "GET /v1/conversations/" + MARK + "!",
                "GET /v1/conversations/%zz" + MARK,
                "GET /v1/conversations/%" + MARK,
                "GET /v1/conversations?limit=%zz" + MARK,
                "GET /v1/" + MARK,
                "GET /" + MARK + "/../" + MARK,
                "GET /v1/devices",
                "GET /v1/settings",
                "GET /v1/presence?userIds=" + MARK + "!," + MARK,
                "GET /v1/ws?token=" + MARK,
                "GET /v1/ws?" + MARK,
                "GET /v1/sockjs/info?token=" + MARK,
                "DELETE " + conversation + "/messages/" + MARK,
                "DELETE " + conversation + "/members/" + MARK + "!",
                "DELETE /v1/devices/" + MARK,
                "GET /v1/invitations/" + MARK,
                "POST /v1/invitations/" + MARK,
                "DELETE " + conversation + "/invitations/" + MARK,
                "GET " + conversation + "/bans?cursor=" + MARK,
                "DELETE " + conversation + "/bans/" + MARK + "!",
                "PUT /v1/blocks/" + MARK + "!",
                "DELETE /v1/blocks/" + MARK + "!",
                "OPTIONS /v1/conversations/" + MARK,
                MARK + " /v1/conversations")) ask(request, "");
        for (String field : List.of("body", "contentType", "clientMessageId")) {
            ask("POST " + conversation + "/messages", "{\"body\":\"x\",\"" + field + "\":7,\"x\":\"" + MARK + "\"}");
            ask(
                    "POST " + conversation + "/messages",
                    message().put(field, MARK + "\u0000 \ud800").encode());
        }
        for (String body : List.of(
                message().encode(),
                message().put("body", MARK.repeat(2_000)).encode(),
                message().put("attachments", new JsonArray().add(MARK)).encode(),
                message()
                        .put("mentions", new JsonArray().add(new JsonObject().put("userId", MARK + "!")))
                        .encode(),
                message().put("replyTo", 77).encode(),
                "{\"body\":\"" + MARK,
                MARK,
                "{\"body\":\"" + MARK + "\",\"body\":\"" + MARK + "\"}",
                "[".repeat(40) + "\"" + MARK + "\"" + "]".repeat(40))) ask("POST " + conversation + "/messages", body);
        ask(
                "POST /v1/conversations",
                "{\"type\":\"group\",\"memberIds\":[\"" + MARK + "!\"],\"name\":\"" + MARK + "\"}");
        ask("POST /v1/conversations", "{\"type\":\"" + MARK + "\",\"memberIds\":[]}");
        ask("PATCH " + conversation, "{\"name\":\"" + MARK + "\"}");
        ask("PATCH " + conversation, "{\"slowModeMillis\":\"" + MARK + "\"}");
        ask("POST " + conversation + "/members", "{\"userIds\":[\"ben\"],\"role\":\"" + MARK + "\"}");
        ask("PATCH " + conversation + "/members/ben", "{\"role\":\"" + MARK + "\"}");
        ask("PATCH " + conversation + "/messages/3", "{\"body\":\"" + MARK + "\"}");
        ask("POST /v1/receipts", "{\"messageId\":\"" + MARK + "!.1\",\"receiptType\":\"read\",\"deviceId\":\"d\"}");
        ask(
                "POST /v1/receipts",
                "{\"messageId\":\"" + group + ".2\",\"receiptType\":\"read\",\"deviceId\":\"" + MARK + "\"}");
        ask("PATCH /v1/settings", "{\"presence\":\"" + MARK + "\"}");
        ask("POST " + conversation + "/invitations", "{\"expiresAt\":\"" + MARK + "\"}");
        ask("PUT " + conversation + "/bans/" + MARK + "!", "");
        ask("PUT " + conversation + "/mute", "{\"until\":\"" + MARK + "\"}");
        ask("POST /v1/dev/tokens", "{\"userId\":\"" + MARK + "!\"}");
        for (String header : List.of(
                "Authorization: Bearer " + MARK,
                "Authorization: Bearer " + forged("kid"),
                "Authorization: Bearer " + forged("sub"),
                "Authorization: Basic " + MARK,
                "Cookie: session=" + MARK,
                "Origin: https://" + MARK + ".example",
                "X-Forwarded-For: " + MARK,
                "Content-Type: text/" + MARK,
                "Content-Type: multipart/form-data; boundary=" + MARK,
                "Content-Encoding: " + MARK,
                "Transfer-Encoding: " + MARK,
                "Content-Length: " + MARK,
                "Expect: " + MARK,
                "Idempotency-Key: " + MARK + " ".repeat(2) + "\u00e4",
                "Sec-WebSocket-Protocol: " + MARK,
                MARK + ": x",
                MARK + " no header at all",
                "X: " + MARK.repeat(2_000))) {
            raw("POST " + conversation + "/messages HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n" + MARK);
            raw("GET /v1/ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + header
                    + "\r\n\r\n");
        }
        raw(MARK + "\r\n\r\n");
        raw("GET " + MARK + " HTTP/9.9\r\n\r\n");
        raw("GET /" + MARK.repeat(2_000) + " HTTP/1.1\r\n\r\n");
    }

    private static JsonObject message() {
        return new JsonObject()
                .put("body", MARK)
                .put("contentType", "text/" + MARK)
                .put(
                        "attachments",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("url", "https://media.example/" + MARK + "?signature=" + MARK)
                                        .put("name", MARK)
                                        .put("contentType", "image/" + MARK)
                                        .put("size", 7)
                                        .put("digest", MARK)))
                .put("ext", new JsonObject().put(MARK, MARK));
    }

    /** A token that somebody made up: with the mark in its claims, or as the name of its key. */
    private static String forged(String where) {
        JsonObject header = new JsonObject().put("alg", "HS256").put("kid", where.equals("kid") ? MARK : "dev");
        JsonObject claims = new JsonObject().put("sub", MARK).put("exp", 1).put("jti", MARK);
        String token = Forge.hs256(new byte[32], header.encode(), claims.encode());
        TOKENS.add(signatureOf(token));
        return token;
    }

    private static String signatureOf(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }

    private void ask(String request, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        raw(request + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + anna.token()
                + "\r\nIdempotency-Key: " + MARK + ++made
                + (bytes.length == 0 ? "" : "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length)
                + "\r\n\r\n" + new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** What cannot be answered, and is logged. */
    private void askAgainAndAgain() {
        String request = "GET /v1/conversations/" + group + "/members?x=" + MARK
                + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + MARK + "\r\nAuthorization: Bearer " + anna.token()
                + "\r\n\r\n";
        try (RawClient client = RawClient.connect(node.port())) {
            client.raw(request.repeat(REQUESTS_AT_ONCE).getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < REQUESTS_AT_ONCE; i++)
                assertThat(client.response().status()).isEqualTo(503);
        }
    }

    /** Whatever is answered. */
    private void raw(String request) {
        try (RawClient client = RawClient.connect(node.port())) {
            client.raw(request.getBytes(StandardCharsets.ISO_8859_1)).responseHead();
        } catch (UncheckedIOException ended) {
            // that was the answer
        }
    }

    // Sessions

    private void sayAllFrames(Device device) {
        for (JsonObject frame : frames(group)) device.says(frame.encode());
        device.says("{\"type\":\"" + MARK + "\"}").says("{\"type\":7,\"ref\":\"" + MARK + "\"}");
        device.asks(frame("heartbeat"));
    }

    private List<JsonObject> frames(String conversation) {
        List<JsonObject> frames = new ArrayList<>();
        String id = MARK + ++made;
        frames.add(send(id, conversation, MARK).mergeIn(message()).put("ref", MARK));
        frames.add(send(id, conversation, "other " + MARK));
        frames.add(send(id + "2", conversation, MARK.repeat(2_000)));
        frames.add(send(MARK.repeat(20), conversation, MARK));
        frames.add(send(id + "3", MARK + " no id!", MARK));
        frames.add(send(id + "4", conversation, MARK).put("attachments", MARK));
        frames.add(send(id + "5", conversation, MARK).put("mentions", new JsonArray().add(MARK)));
        frames.add(send(id + "6", conversation, MARK).put("ext", MARK));
        frames.add(send(id + "7", conversation, MARK).put("replyTo", MARK));
        for (String type : List.of("edit_message", "delete_message"))
            frames.add(frame(type)
                    .put("clientMessageId", id + type)
                    .put("conversationId", conversation)
                    .put("sequence", 2)
                    .put("body", MARK));
        frames.add(frame("sync")
                .put("cursors", new JsonObject().put(MARK + "!", 1))
                .put("ref", MARK));
        frames.add(frame("sync").put("cursors", new JsonObject().put(conversation, MARK)));
        frames.add(frame("sync")
                .put("cursors", new JsonObject().put(conversation, 1))
                .put("ref", MARK));
        frames.add(frame("receipt")
                .put("conversationId", conversation)
                .put("receiptType", MARK)
                .put("sequence", 1));
        frames.add(frame("receipt")
                .put("conversationId", MARK + "!")
                .put("receiptType", "read")
                .put("sequence", 1));
        frames.add(frame("typing").put("conversationId", MARK + "!").put("active", true));
        frames.add(frame("typing").put("conversationId", conversation).put("active", MARK));
        frames.add(
                frame("watch").put("userIds", new JsonArray().add(MARK + "!")).put("ref", MARK));
        frames.add(frame("watch").put("userIds", new JsonArray().add(MARK)));
        frames.add(frame("unwatch").put("userIds", MARK));
        frames.add(frame("open").put("conversationId", MARK + "!"));
        frames.add(frame("close").put("conversationId", MARK + "!"));
        frames.add(frame("reauth").put("token", MARK).put("ref", MARK));
        frames.add(frame("reauth").put("token", forged("kid")));
        frames.add(frame("reauth").put("token", anna.token()).put("ref", MARK));
        frames.add(Device.hello(forged("sub"), MARK).put("client", MARK));
        frames.add(frame("heartbeat").put("ref", MARK.repeat(20)));
        return frames;
    }

    /** Each says it on a socket of its own, with and without a hello before. */
    private void sayWhatEndsSockets() {
        byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
        List<byte[]> ends = new ArrayList<>();
        for (String text : List.of(
                MARK,
                "{\"" + MARK,
                "{\"type\":\"typing\",\"type\":\"" + MARK + "\"}",
                "[{\"type\":\"" + MARK + "\"},7,\"" + MARK + "\"]",
                "{\"type\":\"heartbeat\"}" + MARK,
                "[".repeat(40) + MARK,
                "[" + ("\"" + MARK + "\",").repeat(2_000) + "7]",
                MARK.repeat(8_000),
                Device.hello(MARK, "phone").encode(),
                Device.hello(forged("kid"), "phone").encode(),
                Device.hello(anna.token(), MARK + "!").encode(),
                Device.hello(anna.token(), "phone")
                        .put("cursors", new JsonObject().put(MARK + "!", 1))
                        .encode(),
                send(MARK, group, MARK).encode()))
            ends.add(RawClient.masked(0x81, text.getBytes(StandardCharsets.US_ASCII)));
        ends.add(RawClient.masked(0x81, (MARK + "\u00ff").getBytes(StandardCharsets.ISO_8859_1)));
        ends.add(RawClient.masked(0x82, mark));
        ends.add(RawClient.masked(0xc1, mark));
        ends.add(RawClient.masked(0x83, mark));
        ends.add(RawClient.masked(0x80, mark));
        ends.add(RawClient.masked(0x88, mark)); // no code that may be
        ends.add(RawClient.masked(0x88, ("\u0003\u00e8" + MARK).getBytes(StandardCharsets.ISO_8859_1)));
        for (byte[] end : ends) {
            try (RawClient client = RawClient.open(node.port())) {
                client.raw(end).endOutput().closeCode();
            }
            try (Device device = Device.welcome(node.port(), anna.token(), "phone")) {
                device.socket().frame(0x89, mark).raw(end).endOutput().closeCode();
            }
        }
    }

    private void sayAllToSockJs() {
        post("/xhr", "");
        for (JsonObject frame : frames(group))
            post("/xhr_send", new JsonArray().add(frame.encode()).encode());
        post(
                "/xhr_send",
                new JsonArray().add(Device.hello(anna.token(), "xhr").encode()).encode());
        for (JsonObject frame : frames(group))
            post("/xhr_send", new JsonArray().add(frame.encode()).encode());
        for (String body :
                List.of(MARK, "[\"" + MARK, "{\"a\":\"" + MARK + "\"}", "[7,\"" + MARK + "\"]", "\"" + MARK + "\""))
            post("/xhr_send", body);
        post("/xhr_send", MARK.repeat(40_000));
        post("/xhr_send", "\"\u00ff" + MARK + "\"");
        post("/" + MARK, "");
        post("/xhr?token=" + MARK, "");
    }

    private void post(String path, String body) {
        raw("POST " + SESSION + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private void flood() {
        String beats = new JsonArray(Collections.nCopies(400, frame("heartbeat").put("ref", MARK))).encode();
        try (Device device = Device.welcome(node.port(), anna.token(), "floods")) {
            AtomicBoolean isOver = new AtomicBoolean();
            Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) device.says(beats);
            });
            assertThat(device.closeCode()).isEqualTo(4429);
            isOver.set(true);
        }
    }

    private static List<String> rocksLogsOf(Path data) throws IOException {
        List<String> logs = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("LOG"))
                    .toList()) logs.add(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
        return logs;
    }

    /** Sees all that a node logs at the level TRACE, and what its libraries say from WARN on, as {@code logback.xml} has it. */
    private static final class Watch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private static final List<String> WORDS = List.of("floods", "failed");

        final Set<String> hits = new LinkedHashSet<>();
        private final Set<String> heard = ConcurrentHashMap.newKeySet();
        private final Logger ours = (Logger) LoggerFactory.getLogger("chat.parley");
        private final Logger libraries = (Logger) LoggerFactory.getLogger("io");
        private final Level before = ours.getLevel();
        private final Handler others = new Handler() {
            @Override
            public void publish(LogRecord said) {
                see(said.getMessage() + " " + said.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        volatile long lines;

        Watch() {
            start();
            add(ours, Level.TRACE);
            add(libraries, Level.WARN);
            java.util.logging.Logger.getLogger("").addHandler(others);
        }

        private void add(Logger logger, Level level) {
            logger.setLevel(level);
            logger.setAdditive(false);
            logger.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            see(event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage() + "\n"
                    + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }

        private synchronized void see(String said) {
            lines += said.lines().count();
            if (said.contains(MARK) || TOKENS.stream().anyMatch(said::contains)) hits.add(said);
            for (String word : WORDS) if (said.contains(word)) heard.add(word);
        }

        /** So that it is known that there was something to see. */
        void expect(String word) {
            assertThat(heard).contains(word);
        }

        @Override
        public void close() {
            remove(ours, before);
            remove(libraries, null);
            java.util.logging.Logger.getLogger("").removeHandler(others);
        }

        private void remove(Logger logger, @Nullable Level level) {
            logger.detachAppender(this);
            logger.setAdditive(true);
            logger.setLevel(level);
        }
    }
}
