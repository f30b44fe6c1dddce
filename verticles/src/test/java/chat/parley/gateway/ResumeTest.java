package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.hello;
import static chat.parley.gateway.GatewayStage.send;
import static chat.parley.gateway.GatewayStage.sync;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Announced;
import chat.parley.bus.Pulled;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever comes, or comes back, gets each entry once, in order, without a hole; whatever happens meanwhile. */
class ResumeTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void whoComesBackGetsWhatWasMissed() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        ben.leaves();
        stage.say(ANNA, "one");
        stage.say(BEN, "two");

        assertThat(comesBack(2)).containsExactly("welcome", "event 3 one", "event 4 two #server-3", "synced 2/4/4");
    }

    @Test
    void inAStormAllAreWelcomeInTurnPastABoundToldToComeAgainAndNothingLiveWaits() {
        GatewayConfig narrow = Altered.of(GatewayConfig.DEFAULT, "resumeReadsMax", 1, "resumesWaitingMax", 2);
        GatewayStage slow = new GatewayStage(narrow, false);
        slow.group(ANNA, BEN);
        Device anna = slow.device(ANNA, "phone");
        slow.storeMillis = 100;
        List<Device> returning = new ArrayList<>();
        for (int i = 0; i < 3; i++) returning.add(slow.connect());
        for (Device each : returning) {
            each.says(hello(BEN, "phone" + returning.indexOf(each), GROUP, 2));
            slow.loop.settle();
        }
        Device late = slow.connect();
        late.says(hello(BEN, "late").put("ref", "r"));
        slow.loop.settle();
        assertThat(late.transport().take()).singleElement().satisfies(frame -> {
            assertThat(frame.getString("code")).isEqualTo("busy");
            assertThat(frame.getLong("retryAfterMillis")).isGreaterThanOrEqualTo(1_000);
        });
        assertThat(late.closedWith()).isEqualTo(1013);

        slow.say(ANNA, "live");
        assertThat(anna.heard()).containsExactly("event 3 live #server-2");
        for (Device each : returning) assertThat(each.heard()).isEmpty();
        slow.loop.advance(10_000);
        for (Device each : returning)
            assertThat(each.heard()).containsExactly("welcome", "event 3 live", "synced 2/3/3");
    }

    @Test
    void whatOthersHereHaveGotIsSentFromMemory() {
        stage.group(ANNA, BEN);
        stage.device(ANNA, "phone");
        stage.say(ANNA, "one");
        stage.say(BEN, "two");

        assertThat(comesBack(2)).containsExactly("welcome", "event 3 one", "event 4 two #server-3", "synced 2/4/4");
    }

    @Test
    void whatWasDeletedMeanwhileComesWithoutItsBody() {
        stage.group(ANNA, BEN);
        stage.device(ANNA, "phone");
        stage.say(ANNA, "secret");
        stage.place(ANNA, new Content.Delete(3, List.of()));

        assertThat(comesBack(2)).containsExactly("welcome", "event 3", "event 4", "synced 2/4/4");
    }

    @Test
    void withoutCursorsThereAreHeadsOnly() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone"));
        stage.loop.settle();

        assertThat(ben.heard()).containsExactly("welcome", "synced 2/1/3");
    }

    @Test
    void cursorsOfAnotherLifeOfTheDataCountAsNone() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2).put("incarnation", "6"));
        stage.loop.settle();

        assertThat(ben.heard()).containsExactly("welcome", "synced 2/1/3");
    }

    @Test
    void aCursorBeyondTheEndIsFromAnotherLifeAndIsAnsweredWithTheHead() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");

        assertThat(comesBack(99)).containsExactly("welcome", "synced 2/1/3");
    }

    @Test
    void aCursorBeyondWhatIsProjectedIsNone() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        deferred.group(ANNA, BEN);
        deferred.stopProjecting();
        deferred.say(ANNA, "one");
        deferred.say(ANNA, "two");
        Device ben = deferred.connect();
        ben.says(hello(BEN, "phone", GROUP, 3));
        deferred.loop.settle();

        assertThat(ben.heard()).containsExactly("welcome", "event 4 two", "synced 2/4/4");
    }

    @Test
    void conversationsThatAreNoneOfTheirsAreNotNamed() {
        stage.group(ANNA, CARLA);

        assertThat(comesBack(0)).containsExactly("welcome", "synced");
    }

    @Test
    void whoWasRemovedGetsWhatTheyMayReadUpToTheRemoval() {
        stage.group(ANNA, BEN, CARLA);
        stage.say(ANNA, "one");
        stage.remove(ANNA, BEN);
        stage.say(ANNA, "behind his back");

        assertThat(comesBack(2)).containsExactly("welcome", "event 3 one", "event 4", "synced 2/4/4");
    }

    @Test
    void theTimeAwayIsAGap() {
        stage.group(ANNA, BEN, CARLA);
        stage.remove(ANNA, BEN);
        stage.say(ANNA, "behind his back");
        stage.say(ANNA, "and more");
        stage.add(ANNA, BEN);
        stage.say(ANNA, "welcome back");

        assertThat(comesBack(2))
                .containsExactly(
                        "welcome", "event 3", "gap 4..5 not_member", "event 6", "event 7 welcome back", "synced 2/7/7");
    }

    @Test
    void aCursorBeforeTheJoiningIsToldOfTheGap() {
        stage.group(ANNA, BEN);

        assertThat(comesBack(0)).containsExactly("welcome", "gap 1..1 not_member", "event 2", "synced 2/2/2");
    }

    @Test
    void atMostFiveHundredEntriesOfAConversationComeUnasked() {
        stage.group(ANNA, BEN);
        sayMany(600);

        List<String> heard = comesBack(2);
        assertThat(heard)
                .hasSize(502)
                .contains("event 3 m0", "event 502 m499")
                .last()
                .isEqualTo("synced 2/502/602");
    }

    @Test
    void arraysAreBounded() {
        stage.group(ANNA, BEN);
        for (int i = 0; i < 60; i++) stage.say(ANNA, "x".repeat(15_000));
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        stage.loop.settle();

        assertThat(ben.transport().take("message_event")).hasSize(60);
        assertThat(ben.transport().largest()).isLessThan(256 << 10);
    }

    @Test
    void aboutAMebibyteComesUnasked() {
        stage.group(ANNA, BEN);
        for (int i = 0; i < 100; i++) stage.say(ANNA, "x".repeat(15_000));
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        stage.loop.settle();

        assertThat(ben.transport().take("message_event")).hasSize(70);
    }

    @Test
    void missedEntriesLeaveAsTheSocketDrains() {
        stage.group(ANNA, BEN);
        for (int i = 0; i < 60; i++) stage.say(ANNA, "x".repeat(15_000));
        Device ben = stage.connect();
        ben.transport().stick();
        ben.says(hello(BEN, "phone", GROUP, 2));
        stage.loop.settle();
        assertThat(ben.transport().take("message_event")).hasSizeLessThan(20);

        ben.transport().drain();
        stage.loop.settle();
        List<JsonObject> rest = ben.transport().take();
        assertThat(rest)
                .hasSizeGreaterThan(40)
                .last()
                .satisfies(frame -> assertThat(frame.getString("type")).isEqualTo("synced"));
    }

    @Test
    void aSyncBringsTheMissingEntriesOfWhatItNames() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");
        Device ben = stage.device(BEN, "phone");
        ben.says(sync(GROUP, 2).put("ref", "s"));
        stage.loop.settle();

        List<JsonObject> frames = ben.transport().take();
        assertThat(frames.stream().map(TestTransport::brief)).containsExactly("event 3 one", "synced 2/3/3");
        assertThat(frames.getLast().getString("ref")).isEqualTo("s");
    }

    @Test
    void openingAConversationAnswersWithItsHead() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");
        Device ben = stage.device(BEN, "phone");
        JsonObject open = new JsonObject().put("type", "open").put("conversationId", GROUP.value());
        ben.says(open, open.copy().put("cursor", 2), open.copy().put("type", "close"));
        stage.loop.settle();

        assertThat(ben.heard()).containsExactly("synced 2/1/3", "event 3 one", "synced 2/3/3");
    }

    @Test
    void manyHeadsComeInSeveralFrames() {
        for (int i = 0; i < 1_001; i++) conversation("c" + i);
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone"));
        stage.loop.settle();

        List<JsonObject> synced = ben.transport().take("synced");
        assertThat(synced).hasSize(2);
        assertThat(synced.getFirst().getJsonObject("heads")).hasSize(1_000);
        assertThat(synced.getFirst().getBoolean("more")).isTrue();
        assertThat(synced.getLast().getJsonObject("heads")).hasSize(1);
    }

    private void conversation(String id) {
        Content created = new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE);
        Content added = new Content.MembersAdded(List.of(BEN), Role.MEMBER);
        stage.gateway
                .submitter()
                .submit(new Draft(new ConversationId(id), ANNA, "create", "", List.of(created, added)));
        stage.loop.settle();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55})
    void whateverIsSaidWhileSomebodyAttachesComesOnceAndInOrder(long storeMillis) {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        stage.say(ANNA, "before");
        stage.storeMillis = storeMillis;
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        for (int i = 0; i < 50; i++) {
            anna.says(send("m" + i, "m" + i));
            stage.loop.advance(4);
        }
        stage.loop.advance(500);

        assertThat(sequences(ben)).containsExactlyElementsOf(rangeOf(3, 53));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7, 20, 40})
    void whateverIsSaidWhileAnotherSessionOfTheUserAttachesComesOnceAndInOrder(long storeMillis) {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device older = stage.device(BEN, "laptop");
        stage.storeMillis = storeMillis;
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        for (int i = 0; i < 50; i++) {
            anna.says(send("m" + i, "m" + i));
            if (i == 10) ben.says(sync(GROUP, 2));
            stage.loop.advance(4);
        }
        stage.loop.advance(500);

        assertThat(sequences(older)).containsExactlyElementsOf(rangeOf(3, 52));
        assertThat(sequences(ben).stream().distinct().toList()).containsExactlyElementsOf(rangeOf(3, 52));
    }

    @Test
    void whatAnotherSessionFindsInTheHistoryTheOlderOnesAreToldToFetch() {
        Device older = stage.device(BEN, "laptop");
        stage.loseDeliveries();
        stage.group(ANNA, BEN);
        stage.loseNothing();
        Device ben = stage.device(BEN, "phone");
        stage.loop.settle();

        assertThat(older.heard()).containsExactly("resync 1");
        older.says(sync(GROUP, 0));
        stage.loop.settle();
        assertThat(sequences(older)).containsExactly(2L);
        assertThat(ben.heard()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7, 20, 40})
    void whoIsAddedWhileAttachingGetsTheConversation(long storeMillis) {
        Device ben = stage.connect();
        stage.group(ANNA, CARLA);
        Device anna = stage.device(ANNA, "phone");
        stage.storeMillis = storeMillis;
        ben.says(hello(BEN, "phone"));
        for (int i = 0; i < 20; i++) {
            if (i == 3) stage.add(ANNA, BEN);
            anna.says(send("m" + i, "m" + i));
            stage.loop.advance(4);
        }
        stage.loop.advance(500);
        long head = headOf(ben);

        // What the head covers is the client's to page; what is above it came.
        assertThat(head).isBetween(0L, 23L);
    }

    /** Checks that what came live begins right behind the head that was told, or behind a gap. */
    private static long headOf(Device device) {
        long head = 0;
        long next = -1;
        for (JsonObject frame : device.transport().take()) {
            switch (frame.getString("type")) {
                case "synced" -> {
                    JsonObject told = frame.getJsonObject("heads").getJsonObject(GROUP.value());
                    if (told == null) continue;
                    head = told.getLong("head");
                    next = head + 1;
                }
                case "gap" -> next = frame.getLong("to") + 1;
                case "message_event" -> {
                    assertThat(frame.getLong("sequence")).isEqualTo(next);
                    next++;
                }
                default -> {}
            }
        }
        assertThat(next).isEqualTo(24);
        return head;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 7, 20, 40})
    void whoIsRemovedWhileAttachingGetsNothingBehindTheRemoval(long storeMillis) {
        stage.group(ANNA, BEN, CARLA);
        Device anna = stage.device(ANNA, "phone");
        stage.storeMillis = storeMillis;
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        stage.loop.advance(storeMillis);
        stage.remove(ANNA, BEN);
        anna.says(send("m", "behind his back"));
        stage.loop.advance(500);

        assertThat(ben.heard().stream().filter(frame -> frame.startsWith("event")))
                .containsExactly("event 3");
    }

    @Test
    void whatWasNotRoutedBecauseTheRegistryWasSilentIsInTheHistory() {
        stage.group(ANNA, BEN);
        stage.bus.lose(message -> message instanceof Announced);
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, 2));
        stage.loop.advance(1_000);
        stage.say(ANNA, "one");
        stage.loseNothing();
        stage.loop.advance(3_000);

        assertThat(ben.heard()).containsExactly("welcome", "event 3 one", "synced 2/3/3");
    }

    @Test
    void theTailComesFromTheLogIfTheOwnerDoesNotAnswer() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        deferred.group(ANNA, BEN);
        deferred.stopProjecting();
        deferred.say(ANNA, "one");
        deferred.bus.lose(message -> message instanceof Pulled);
        Device ben = deferred.connect();
        ben.says(hello(BEN, "phone", GROUP, 3));
        deferred.loop.advance(600);

        assertThat(ben.heard()).containsExactly("welcome", "synced 2/3/3");
    }

    @Test
    void whatTheOwnerDoesNotTellTakesThreeTurnsOfTheStore() {
        GatewayStage deferred = new GatewayStage(GatewayConfig.DEFAULT, true);
        deferred.group(ANNA, BEN);
        deferred.stopProjecting();
        deferred.say(ANNA, "one");
        deferred.bus.lose(message -> message instanceof Pulled);
        deferred.storeMillis = 1_000;
        Device ben = deferred.connect();
        ben.says(hello(BEN, "phone", GROUP, 3));
        deferred.loop.advance(
                3 * 1_000 + 500); // the conversations, their heads, the conversations again; then the owner
        deferred.loop.advance(2_900);
        assertThat(ben.heard()).isEmpty();
        deferred.loop.advance(200);

        assertThat(ben.heard()).containsExactly("welcome", "synced 2/3/3");
    }

    private List<String> comesBack(long cursor) {
        Device ben = stage.connect();
        ben.says(hello(BEN, "phone", GROUP, cursor));
        stage.loop.settle();
        return ben.heard();
    }

    private void sayMany(int count) {
        for (int i = 0; i < count; i++) {
            stage.gateway.submitter().submit(stage.draft(ANNA, Content.Message.of("m" + i)));
            if (i % 100 == 99) stage.loop.settle();
        }
        stage.loop.settle();
    }

    private static List<Long> sequences(Device device) {
        return device.transport().take("message_event").stream()
                .map(event -> event.getLong("sequence"))
                .toList();
    }

    private static List<Long> rangeOf(long from, long to) {
        return java.util.stream.LongStream.rangeClosed(from, to).boxed().toList();
    }
}
