package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.hello;
import static chat.parley.gateway.GatewayStage.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Deliver;
import chat.parley.bus.Submitted;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.wire.CloseCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One device from its first frame to its last, and everything it can be told is wrong. */
class SessionTest {
    private final GatewayStage stage = new GatewayStage();
    private int users;

    @Test
    void theWelcomeSaysWhoWhereAndWhatIsAllowed() {
        Device anna = stage.connect();
        anna.says(hello(ANNA, "phone").put("ref", "h"));
        stage.loop.settle();

        JsonObject welcome = anna.transport().take("welcome").getFirst();
        assertThat(welcome.getString("ref")).isEqualTo("h");
        assertThat(welcome.getString("userId")).isEqualTo("anna");
        assertThat(welcome.getString("deviceId")).isEqualTo("phone");
        assertThat(welcome.getString("incarnation")).isEqualTo("7");
        assertThat(welcome.getLong("heartbeatMillis")).isEqualTo(25_000);
        assertThat(welcome.getLong("unreadTotal")).isZero();
        assertThat(welcome.getString("sessionId")).isNotEmpty();
    }

    @Test
    void anythingBeforeHelloIsUnauthenticated() {
        Device device = stage.connect();
        device.says(send("m1", "hello").put("ref", "r"));

        assertThat(device.heard()).containsExactly("error unauthenticated #m1 ref r");
        assertThat(device.closedWith()).isEqualTo(4401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "[1]", "{\"type\":\"hello\"}", "{\"type\":\"unknown\"}"})
    void garbageInPlaceOfHelloIsABadFrame(String text) {
        Device device = stage.connect();
        device.says(text);

        assertThat(device.heard()).containsExactly("error bad_frame");
        assertThat(device.closedWith()).isEqualTo(4400);
    }

    @Test
    void whatComesBehindARefusedFrameIsNotHeard() {
        Device device = stage.connect();
        device.says("[{\"type\":\"unknown\"},{\"type\":\"hello\",\"token\":\"anna\",\"deviceId\":\"d\"}]");

        assertThat(device.heard()).containsExactly("error bad_frame");
    }

    @Test
    void aTokenThatProvesNothingIsRefused() {
        Device device = stage.connect();
        device.says(hello(new UserId("bad"), "phone").put("ref", "r"));

        assertThat(device.heard()).containsExactly("error unauthenticated ref r");
        assertThat(device.closedWith()).isEqualTo(4401);
    }

    @Test
    void whoSaysNoHelloWithinFiveSecondsIsClosed() {
        Device device = stage.connect();
        stage.loop.advance(4_900);
        assertThat(device.closedWith()).isZero();
        stage.loop.advance(200);

        assertThat(device.closedWith()).isEqualTo(4408);
        assertThat(stage.gateway.sessions()).isZero();
    }

    @Test
    void whatIsSaidRightBehindHelloIsAnsweredBehindTheWelcome() {
        stage.group(ANNA, BEN);
        Device anna = stage.connect();
        anna.says(hello(ANNA, "phone"), send("m1", "early"));
        assertThat(anna.transport().isPaused()).isTrue();
        stage.loop.settle();

        List<String> heard = anna.heard();
        assertThat(heard).startsWith("welcome").contains("ack m1=3");
        assertThat(anna.transport().isPaused()).isFalse();
    }

    @Test
    void badFramesAreAnsweredAndTheSessionGoesOn() {
        Device anna = stage.device(ANNA, "phone");
        anna.says("{\"type\":\"unknown\",\"ref\":\"a\"}");
        anna.says("[{\"type\":\"send_message\",\"clientMessageId\":\"m\",\"conversationId\":\"c\",\"ref\":\"b\"}]");
        anna.says(hello(ANNA, "phone").put("ref", "c"));
        anna.says(new JsonObject().put("type", "heartbeat"));

        assertThat(anna.heard())
                .containsExactly(
                        "error bad_frame ref a", "error bad_frame #m ref b", "error bad_frame ref c", "heartbeat");
        assertThat(anna.closedWith()).isZero();
    }

    @Test
    void textThatIsNoJsonEndsTheSession() {
        Device anna = stage.device(ANNA, "phone");
        anna.says("{\"type\":");

        assertThat(anna.heard()).containsExactly("error bad_frame");
        assertThat(anna.closedWith()).isEqualTo(4400);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        anna.says(send("m1", "x".repeat((16 << 10) + 1)));

        assertThat(anna.heard()).containsExactly("error too_large #m1");
    }

    @Test
    void theNewestSessionOfADeviceStays() {
        Device older = stage.device(ANNA, "phone");
        Device other = stage.device(ANNA, "laptop");
        Device newer = stage.device(ANNA, "phone");

        assertThat(older.closedWith()).isEqualTo(4409);
        assertThat(other.closedWith()).isZero();
        assertThat(newer.closedWith()).isZero();
    }

    @Test
    void theNewestSessionOfADeviceStaysWhereverTheOlderOneIs() {
        Gateway second = stage.gateway("n1.1", GatewayConfig.DEFAULT);
        Device older = stage.device(ANNA, "phone");
        stage.loop.advance(100);
        Device newer = stage.connect(second);
        newer.says(hello(ANNA, "phone"));
        stage.loop.advance(100);

        assertThat(older.closedWith()).isEqualTo(4409);
        assertThat(newer.closedWith()).isZero();
        assertThat(newer.heard()).startsWith("welcome");
    }

    @Test
    void aDeviceThatWasSignedOutAtAnotherGatewayStaysForgotten() {
        Gateway other = stage.gateway("n1.1", GatewayConfig.DEFAULT);
        Device phone = stage.connect(other);
        phone.says(hello(ANNA, "phone"));
        stage.loop.advance(5_000);
        assertThat(stage.stores.directory().devices(ANNA).result()).hasSize(1);
        stage.stores.directory().removeDevice(ANNA, new DeviceId("phone"));
        stage.gateway.endSessions(ANNA, new DeviceId("phone"), CloseCode.UNAUTHENTICATED);
        stage.loop.advance(5_000);

        assertThat(phone.closedWith()).isEqualTo(4401);
        assertThat(stage.stores.directory().devices(ANNA).result()).isEmpty();
    }

    @Test
    void aDeviceThatIsSignedOutIsClosedWhereverItIs() {
        Gateway second = stage.gateway("n1.1", GatewayConfig.DEFAULT);
        Device here = stage.device(ANNA, "phone");
        Device there = stage.connect(second);
        there.says(hello(ANNA, "laptop"));
        stage.loop.advance(100);
        stage.gateway.endSessions(ANNA, new DeviceId("laptop"), CloseCode.UNAUTHENTICATED);
        stage.gateway.endSessions(ANNA, new DeviceId("phone"), CloseCode.UNAUTHENTICATED);
        stage.loop.advance(100);

        assertThat(here.closedWith()).isEqualTo(4401);
        assertThat(there.closedWith()).isEqualTo(4401);
    }

    @Test
    void aUserHasFiftyDevicesAtMost() {
        for (int i = 0; i < 50; i++) stage.device(ANNA, "device-" + i);
        Device one = stage.connect();
        one.says(hello(ANNA, "one-more"));

        assertThat(one.heard()).containsExactly("error rate_limited");
        assertThat(one.closedWith()).isEqualTo(4429);
    }

    @Test
    void whoSendsTooFastIsToldWhenToTryAgain() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        for (int i = 0; i < 500; i++) anna.says(send("m" + i, "x"));
        stage.loop.settle();
        anna.heard();

        anna.says(send("one-more", "x"));
        JsonObject error = anna.transport().take("error").getFirst();
        assertThat(error.getString("code")).isEqualTo("rate_limited");
        assertThat(error.getBoolean("retryable")).isTrue();
        long wait = error.getLong("retryAfterMillis");
        assertThat(wait).isBetween(1L, 1_000L);
        stage.loop.advance(wait);
        anna.says(send("one-more", "x"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack one-more=503");
    }

    @Test
    void whatCostsMoreIsTakenLessOften() {
        stage.group(ANNA, BEN);
        assertThat(takenOf(heartbeat())).isEqualTo(500);
        assertThat(takenOf(GatewayStage.sync(GatewayStage.GROUP, 2))).isEqualTo(100);
        JsonObject cursors = new JsonObject();
        for (int i = 0; i < 1_000; i++) cursors.put("c" + i, 0);
        assertThat(takenOf(new JsonObject().put("type", "sync").put("cursors", cursors)))
                .isEqualTo(20);
    }

    /** How many of these a session that has just begun may say at once; what they ask for is not waited for. */
    private int takenOf(JsonObject frame) {
        Device one = stage.device(new UserId("user" + ++users), "phone");
        for (int taken = 0; ; taken++) {
            one.says(frame);
            List<JsonObject> errors = one.transport().take("error");
            if (errors.stream().anyMatch(error -> "rate_limited".equals(error.getString("code")))) return taken;
        }
    }

    @Test
    void allSessionsOfAUserShareOneAllowance() {
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < 6; i++) devices.add(stage.device(ANNA, "device-" + i));
        for (Device device : devices) for (int i = 0; i < 450; i++) device.says(heartbeat());

        assertThat(devices.getFirst().heard()).doesNotContain("error rate_limited");
        assertThat(devices.getLast().heard()).contains("error rate_limited");
    }

    @Test
    void aFloodEndsTheSession() {
        Device anna = stage.device(ANNA, "phone");
        for (int second = 0; second < 4 && anna.closedWith() == 0; second++) {
            for (int i = 0; i < 2_000 && anna.closedWith() == 0; i++) anna.says(heartbeat());
            stage.loop.advance(1_000);
        }

        assertThat(anna.closedWith()).isEqualTo(4429);
    }

    private static JsonObject heartbeat() {
        return new JsonObject().put("type", "heartbeat");
    }

    @Test
    void aSessionWithManySendsUnderWayIsNotReadUntilTheyAreAnswered() {
        stage.group(ANNA, BEN);
        GatewayConfig config = Altered.of(GatewayConfig.DEFAULT, "inFlightMax", 4);
        Device anna = stage.connect(stage.gateway("n1.7", config));
        anna.says(hello(ANNA, "phone"));
        stage.loop.settle();
        anna.says(send("m1", "a"), send("m2", "b"), send("m3", "c"));
        assertThat(anna.transport().isPaused()).isFalse();
        anna.says(send("m4", "d"));
        assertThat(anna.transport().isPaused()).isTrue();
        stage.loop.settle();

        assertThat(anna.transport().isPaused()).isFalse();
    }

    @Test
    void pastFourTimesThatSendsAreBusy() {
        stage.group(ANNA, BEN);
        GatewayConfig config = Altered.of(GatewayConfig.DEFAULT, "inFlightMax", 1);
        Device anna = stage.connect(stage.gateway("n1.7", config));
        anna.says(hello(ANNA, "phone"));
        stage.loop.settle();
        anna.heard();
        for (int i = 0; i < 5; i++) anna.says(send("m" + i, "x"));

        assertThat(anna.heard()).containsExactly("error busy #m4");
    }

    @Test
    void aSilentRegistryHoldsASessionUpForTwoSecondsOnly() {
        stage.group(ANNA, BEN);
        stage.bus.lose(message -> message instanceof Announced);
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone"));
        stage.loop.advance(1_900);
        assertThat(ben.heard()).isEmpty();
        stage.loop.advance(200);

        assertThat(ben.heard()).containsExactly("welcome", "synced 2/1/2");
    }

    @Test
    void whatWasSaidBeforeTheRegistryAnsweredIsFoundOnceItHas() {
        stage.group(ANNA, BEN);
        stage.bus.lose(message -> message instanceof Announce);
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone"));
        stage.loop.advance(2_100);
        stage.say(ANNA, "nobody knows that he is here");
        assertThat(ben.heard()).containsExactly("welcome", "synced 2/1/2");
        stage.loseNothing();
        stage.loop.advance(700);

        assertThat(ben.heard()).containsExactly("event 3 nobody knows that he is here");
    }

    @Test
    void withoutAStoreAHelloIsUnavailable() {
        stage.isStoreDown = true;
        Device anna = stage.connect();
        anna.says(hello(ANNA, "phone").put("ref", "r"));
        stage.loop.advance(20_000);

        assertThat(anna.heard()).containsExactly("error unavailable ref r");
        assertThat(anna.closedWith()).isEqualTo(1013);
    }

    @Test
    void aHelloWaitsForTheRegistryAsLongAsIsSet() {
        GatewayStage brief = new GatewayStage(Altered.of(GatewayConfig.DEFAULT, "announceMillis", 300), false);
        brief.bus.lose(message -> message instanceof Announced);
        Device anna = brief.connect();
        anna.says(hello(ANNA, "phone"));
        brief.loop.advance(290);
        assertThat(anna.heard()).isEmpty();
        brief.loop.advance(20);

        assertThat(anna.heard()).containsExactly("welcome", "synced");
    }

    @Test
    void aHelloThatTheStoreDoesNotAnswerIsUnavailableWithinTwentySeconds() {
        stage.storeMillis = TimeUnit.HOURS.toMillis(1);
        Device anna = stage.connect();
        stage.loop.advance(999); // what happens once a second happens next
        anna.says(hello(ANNA, "phone").put("ref", "r"));
        stage.loop.advance(18_000);
        assertThat(anna.heard()).isEmpty();
        stage.loop.advance(2_000);

        assertThat(anna.heard()).containsExactly("error unavailable ref r");
        assertThat(anna.closedWith()).isEqualTo(1013);
    }

    @Test
    void aHelloWhoseAnswerBreaksIsUnavailable() {
        stage.group(ANNA, BEN);
        stage.storeMillis = 100;
        Device anna = stage.connect();
        anna.says(hello(ANNA, "phone").put("ref", "r"));
        stage.loop.settle();
        stage.answersNothing = true;
        stage.loop.advance(400);

        assertThat(anna.heard()).containsExactly("error unavailable ref r");
        assertThat(anna.closedWith()).isEqualTo(1013);
    }

    @Test
    void aDrainingGatewayTakesNobodyNew() {
        Future<Void> drained = stage.gateway.drain(1_000);
        assertThat(drained.succeeded()).isTrue();
        Device anna = stage.connect();
        anna.says(hello(ANNA, "phone"));

        assertThat(anna.heard()).containsExactly("error unavailable");
        assertThat(anna.closedWith()).isEqualTo(1012);
    }

    @Test
    void aDrainingGatewaySendsEverybodyAwayOverTheWindowAndThenCloses() {
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < 400; i++) devices.add(stage.device(new UserId("user-" + i), "phone"));
        Future<Void> drained = stage.gateway.drain(500);
        stage.loop.advance(250);
        long told = devices.stream()
                .filter(device -> device.heard().contains("goaway"))
                .count();
        assertThat(told).isBetween(150L, 250L);
        assertThat(drained.isComplete()).isFalse();
        stage.loop.advance(300);

        assertThat(devices).allSatisfy(device -> assertThat(device.closedWith()).isEqualTo(1012));
        assertThat(drained.succeeded()).isTrue();
    }

    @Test
    void fewSessionsAreSentAwayWithoutTheWholeWindow() {
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        Future<Void> drained = stage.gateway.drain(25_000);
        stage.loop.advance(15);
        assertThat(anna.heard()).containsExactly("goaway");
        assertThat(anna.closedWith()).isZero();
        stage.loop.advance(300);

        assertThat(ben.heard()).containsExactly("goaway");
        assertThat(ben.closedWith()).isEqualTo(1012);
        assertThat(drained.succeeded()).isTrue();
    }

    @Test
    void aDrainingGatewayLetsSendsUnderWayFinish() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Future<Void> drained = stage.gateway.drain(1_000);
        stage.loop.advance(150);
        stage.bus.lose(message -> message instanceof Submitted || message instanceof Deliver);
        anna.says(send("m1", "last words"));
        stage.loop.advance(500);
        assertThat(anna.closedWith()).isZero();
        stage.loop.advance(2_000);

        assertThat(anna.heard()).contains("error outcome_unknown #m1");
        assertThat(anna.closedWith()).isEqualTo(1012);
        assertThat(drained.succeeded()).isTrue();
    }

    @Test
    void aStrangerIsToldOfNothing() {
        stage.group(ANNA, BEN);
        Device carla = stage.device(CARLA, "phone");
        carla.says(GatewayStage.sync(GROUP, 0));
        carla.says(new JsonObject()
                .put("type", "open")
                .put("conversationId", GROUP.value())
                .put("ref", "o"));
        stage.loop.settle();

        assertThat(carla.heard()).containsExactly("synced", "error not_found ref o");
    }
}
