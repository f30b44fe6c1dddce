package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.RawClient.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
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

/** SockJS of a whole node: the same sessions as on the WebSocket, with the same limits and codes, on every transport. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("SockJsTest") // one of its methods at a time
@Tag("slow")
class SockJsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Caller alice;
    private static Caller bob;

    @BeforeAll
    static void start() {
        node = TestNode.start(
                folder.resolve("node"),
                "gateway.helloMillis=500",
                "gateway.slowMillis=2000",
                "sockjs.disconnectSeconds=20",
                "gateway.userSendsPerSecond=100000",
                "gateway.userSendsBurst=100000",
                "instances.gateway=3");
        alice = node.caller("alice");
        bob = node.caller("bob");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @EnumSource
    void whoSaysNoHelloIsClosed(Carrier carrier) throws Exception {
        try (Person nobody = new Person(carrier, node.port())) {
            assertThat(nobody.closed()).contains("4408");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoHasNoGoodTokenIsClosed(Carrier carrier) throws Exception {
        try (Person nobody = new Person(carrier, node.port())) {
            nobody.says(Device.hello(alice.token() + "x", "phone"));
            assertThat(nobody.hears("error").getString("code")).isEqualTo("unauthenticated");
            assertThat(nobody.closed()).contains("4401");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoSaysSomethingElseFirstIsClosed(Carrier carrier) throws Exception {
        try (Person nobody = new Person(carrier, node.port())) {
            nobody.says(Device.frame("heartbeat"));
            assertThat(nobody.closed()).contains("4401");
        }
        try (Person nobody = new Person(carrier, node.port())) {
            nobody.says("no JSON at all");
            assertThat(nobody.closed()).contains("4400");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionStaysItsUsers(Carrier carrier) throws Exception {
        try (Person me = Person.welcome(carrier, node.port(), alice.token(), "stays-" + carrier, null)) {
            me.says(Device.frame("reauth").put("token", bob.token()));
            assertThat(me.hears("error").getString("code")).isEqualTo("unauthenticated");
            me.says(Device.hello(bob.token(), "phone"));
            assertThat(me.hears("error").getString("code")).isEqualTo("bad_frame");
            me.says(Device.frame("reauth").put("token", alice.token()));
            assertThat(me.hears("welcome").getString("userId")).isEqualTo("alice");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNewerSessionOfTheDeviceTakesItsPlace(Carrier carrier) throws Exception {
        try (Person older = Person.welcome(carrier, node.port(), alice.token(), "one", null);
                Person newer = Person.welcome(carrier, node.port(), alice.token(), "one", null)) {
            assertThat(older.closed()).contains("4409");
            newer.says(Device.frame("heartbeat"));
            newer.hears("heartbeat");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoDoesNotStopIsClosed(Carrier carrier) throws Exception {
        try (Person flooding = Person.welcome(carrier, node.port(), alice.token(), "flood", null)) {
            String beats = new JsonArray(IntStream.range(0, 300)
                            .mapToObj(i -> Device.frame("heartbeat"))
                            .toList())
                    .encode();
            flooding.floods(beats);
            assertThat(flooding.closed()).contains("4429");
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoChatAcrossTransportsAndACutLosesNothing(Carrier carrier) throws Exception {
        String conversation = conversation(carrier);
        int count = 60;
        List<JsonObject> heard = new ArrayList<>();
        long cursor;
        try (Device socket = Device.welcome(node.port(), bob.token(), "socket-" + carrier)) {
            try (Person here = Person.welcome(carrier, node.port(), alice.token(), "c-" + carrier, null)) {
                for (int i = 0; i < count; i++) {
                    socket.says(Device.send("b" + i, conversation, "from bob " + i));
                    here.says(Device.send("a" + i, conversation, "from alice " + i));
                }
                for (int i = 0; i < count; i++) heard.add(here.hears("message_event"));
                assertThat(bodies(heard)).isEqualTo(says("from bob ", 0, count));
                for (long acks = here.count("message_ack"); acks < count; acks++) here.hears("message_ack");
                cursor = heard.getLast().getLong("sequence");
            }
            for (int i = count; i < 2 * count; i++) socket.asks(Device.send("b" + i, conversation, "from bob " + i));
        }
        JsonObject cursors = new JsonObject().put(conversation, cursor);
        try (Person back = Person.welcome(carrier, node.port(), alice.token(), "c-" + carrier, cursors)) {
            for (JsonObject frame : back.passedOver())
                if (frame.getString("type").equals("message_event")
                        && frame.getString("senderId").equals("bob")) heard.add(frame);
        }
        assertThat(bodies(heard)).isEqualTo(says("from bob ", 0, 2 * count));
        assertThat(heard).extracting(frame -> frame.getLong("sequence")).isSorted();
        assertThat(messagesOf(conversation)).hasSize(3 * count).doesNotHaveDuplicates();
    }

    @Test
    void whoFallsBehindIsToldToSynchroniseAndWhoStaysSoIsClosed() throws Exception {
        String conversation = conversation(Carrier.POLLING);
        String session = "/v1/sockjs/000/" + UUID.randomUUID();
        String body = "x".repeat(16_000);
        try (Device socket = Device.welcome(node.port(), bob.token(), "writes")) {
            poll(session);
            post(session + "/xhr_send", text(Device.hello(alice.token(), "slow")));
            pollUntil(session, "synced");
            for (int i = 0; i < 40; i++) socket.asks(Device.send("s" + i, conversation, "#" + i + "#" + body));
            assertThat(pollUntil(session, "resync")).doesNotContain("#39#");
            post(
                    session + "/xhr_send",
                    text(Device.frame("sync").put("cursors", new JsonObject().put(conversation, 0))));
            pollUntil(session, "synced");

            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            for (int i = 40; System.nanoTime() < until; i++) {
                if (i < 400) socket.asks(Device.send("s" + i, conversation, "#" + i + "#" + body)); // within the burst
                else LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
            assertThat(pollUntil(session, "c[")).contains("c[1013,");
        }
    }

    private static String poll(String session) {
        return post(session + "/xhr", "").body();
    }

    /** All that came, the last of which has it. */
    private static String pollUntil(String session, String wanted) {
        StringBuilder all = new StringBuilder();
        while (!all.toString().contains(wanted)) all.append(poll(session));
        return all.toString();
    }

    @ParameterizedTest
    @EnumSource
    void aNodeThatEndsSaysSo(Carrier carrier) throws Exception {
        TestNode ending = TestNode.start(folder.resolve("ending-" + carrier), "drain.windowMillis=500");
        String token = ending.caller("alice").token();
        try (Person me = Person.welcome(carrier, ending.port(), token, "phone", null)) {
            Thread end = Thread.ofPlatform().start(ending::close);
            assertThat(me.hears("goaway").getInteger("retryAfterMillis")).isPositive();
            assertThat(me.closed()).contains("1012");
            end.join(20_000);
            assertThat(end.isAlive()).isFalse();
        }
    }

    private static String conversation(Carrier carrier) {
        return alice.post(
                        "/v1/conversations",
                        new JsonObject()
                                .put("type", "group")
                                .put("memberIds", new JsonArray(List.of("bob")))
                                .put("name", carrier.name())
                                .encode())
                .json()
                .getString("conversationId");
    }

    /** What was said in it, from the first to the last. */
    private static List<String> messagesOf(String conversation) {
        List<String> all = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonObject page = alice.get("/v1/conversations/" + conversation + "/messages?limit=200&after=" + after)
                    .json();
            if (page.getJsonArray("entries").isEmpty()) return all;
            for (Object each : page.getJsonArray("entries")) {
                JsonObject entry = (JsonObject) each;
                assertThat(entry.getLong("sequence")).isEqualTo(++after);
                if (entry.getString("kind").equals("message")) all.add(entry.getString("body"));
            }
        }
    }

    private static List<String> bodies(List<JsonObject> events) {
        return events.stream().map(event -> event.getString("body")).toList();
    }

    private static List<String> says(String what, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> what + i).toList();
    }

    private static Response post(String path, String body) {
        try (RawClient client = RawClient.connect(node.port())) {
            return client.request(
                    "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    private static String text(JsonObject frame) {
        return new JsonArray().add(frame.encode()).encode();
    }
}
