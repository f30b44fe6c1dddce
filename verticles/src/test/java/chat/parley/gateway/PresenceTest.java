package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Presences;
import chat.parley.bus.Watch;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Audience;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory.ReadPointer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who sees whom, from frame to frame. Ben has said something in the group of Anna (the maker), Ben and Carla; Eve is in none. */
class PresenceTest {
    private static final UserId EVE = new UserId("eve");
    private static final UserId GHOST = new UserId("ghost");
    private static final long GRACE = 3_000;

    private final GatewayStage stage = new GatewayStage();

    PresenceTest() {
        stage.group(ANNA, BEN, CARLA);
        stage.say(BEN, "hello");
        stage.loop.advance(10_000); // the registry has settled, read pointers are written
    }

    @Test
    void aContactIsSeenToComeAndToGo() {
        Device anna = stage.device(ANNA, "phone");
        anna.says(watch(BEN));
        stage.loop.advance(200);
        assertThat(anna.heard()).as("was never here").containsExactly("ben unknown");

        Device ben = stage.device(BEN, "phone");
        stage.loop.advance(1_200);
        assertThat(anna.heard()).containsExactly("ben online");

        ben.leaves();
        long left = stage.loop.millis();
        stage.loop.advance(GRACE - 100);
        assertThat(anna.heard()).isEmpty();
        stage.loop.advance(1_300);
        JsonObject offline = anna.transport().take("presence_event").getFirst();
        assertThat(offline.getString("status")).isEqualTo("offline");
        assertThat(offline.getLong("lastSeenAt")).isBetween(left, left + 200);

        Device later = stage.device(ANNA, "laptop");
        later.says(watch(BEN));
        stage.loop.advance(200);
        assertThat(later.heard()).as("as it is stored").containsExactly("ben offline seen");
    }

    @Test
    void whoReconnectsAndWhoHasAnotherDeviceStaysOnline() {
        Device phone = stage.device(BEN, "phone");
        Device anna = watching(ANNA, BEN);
        for (int i = 0; i < 5; i++) {
            phone.leaves();
            stage.loop.advance(GRACE / 2);
            phone = stage.device(BEN, "phone");
            stage.loop.advance(1_000);
        }
        stage.device(BEN, "laptop");
        phone.leaves();
        stage.loop.advance(20_000);

        assertThat(anna.heard()).containsExactly("ben online");
    }

    @Test
    void whoIsUnwatchedIsNotToldOf() {
        Device anna = watching(ANNA, BEN);
        anna.says(new JsonObject().put("type", "unwatch").put("userIds", new JsonArray(List.of("ben", "ghost"))));
        stage.device(BEN, "phone");
        stage.loop.advance(5_000);

        assertThat(anna.heard()).containsExactly("ben unknown");
    }

    @Test
    void whoIsWatchedAgainIsToldAgain() {
        stage.device(BEN, "phone");
        Device anna = watching(ANNA, BEN);
        anna.says(watch(BEN));
        stage.loop.advance(200);

        assertThat(anna.heard()).containsExactly("ben online", "ben online");
    }

    @ParameterizedTest
    @CsvSource({
        // Ben has set, allowing Carla or not, invisible: seen by Anna (who shares a group in which he spoke), Eve
        // (stranger), Carla, himself
        "EVERYONE, , false,      anna carla ben",
        "CONTACTS, , false,      anna carla ben",
        "NOBODY,   , false,      ben",
        "NOBODY,   carla, false, carla ben",
        "NOBODY,   eve, false,   eve ben",
        "CONTACTS, eve, false,   anna carla eve ben",
        "EVERYONE, eve, false,   anna carla eve ben",
        "EVERYONE, , true,       ben",
        "CONTACTS, , true,       ben",
        "EVERYONE, eve, true,    ben",
        "NOBODY,   carla, true,  ben",
    })
    void benIsSeenByWhomHeLets(Audience audience, String allowed, boolean invisible, String seers) {
        set(BEN, audience, invisible, allowed == null ? List.of() : List.of(new UserId(allowed)));
        stage.device(BEN, "phone");
        List<String> online = new ArrayList<>();
        for (UserId viewer : List.of(ANNA, CARLA, EVE, BEN)) {
            Device device = stage.connect();
            device.says(GatewayStage.hello(viewer, "viewer"), watch(BEN));
            stage.loop.advance(500);
            String shown = device.heard().getLast();
            assertThat(shown).isIn("ben online", "ben unknown");
            assertThat(look(viewer, BEN)).as("by HTTP").containsExactly(shown);
            if (shown.equals("ben online")) online.add(viewer.value());
        }
        assertThat(online).containsExactlyInAnyOrder(seers.split(" "));
    }

    @Test
    void whoIsBlockedSeesNobody() {
        set(BEN, Audience.EVERYONE, false, List.of(ANNA));
        stage.device(BEN, "phone");
        Device anna = watching(ANNA, BEN);
        set(BEN, UserSettings.Change.blocking(ANNA));
        stage.loop.advance(2_000);
        assertThat(anna.heard()).containsExactly("ben online", "ben unknown");
        assertThat(look(ANNA, BEN)).containsExactly("ben unknown");
        set(BEN, UserSettings.Change.unblocking(ANNA));
        stage.loop.advance(2_000);
        assertThat(anna.heard()).containsExactly("ben online");
    }

    @ParameterizedTest
    @CsvSource({"EVERYONE, online", "CONTACTS, unknown", "NOBODY, unknown"})
    void whoIsOnlyPutIntoAConversationIsNobodysContact(Audience audience, String shown) {
        set(CARLA, audience, false, List.of());
        stage.device(CARLA, "phone");
        Device ben = watching(BEN, CARLA);
        assertThat(ben.heard()).containsExactly("carla " + shown);
    }

    @Test
    void byDefaultOnlyContactsSee() {
        stage.device(CARLA, "phone");
        stage.stores.directory().moveReadPointers(List.of(new ReadPointer(GROUP, CARLA, 0, 0, 3))); // only delivered
        Device ben = watching(BEN, CARLA);
        assertThat(ben.heard()).containsExactly("carla unknown");
        stage.say(CARLA, "I am here");
        stage.loop.advance(2_500);

        assertThat(ben.heard()).contains("carla online");
    }

    @Test
    void whoseFirstMessageComesRightBehindTheNewMemberIsTheirContactSoon() {
        stage.device(CARLA, "phone");
        Device eve = watching(EVE, CARLA);
        stage.storeMillis = 20;
        stage.add(ANNA, EVE);
        stage.say(CARLA, "a place for us");
        stage.loop.advance(5_000);

        assertThat(eve.heard()).startsWith("carla unknown").endsWith("carla online");
    }

    @Test
    void whoReadsWhatTheyWereWrittenIsAContactSoon() {
        Device carla = stage.device(CARLA, "phone");
        Device ben = watching(BEN, CARLA);
        stage.loop.advance(20_000);
        assertThat(ben.heard()).containsExactly("carla unknown");
        carla.says(new JsonObject()
                .put("type", "receipt")
                .put("conversationId", GROUP.value())
                .put("receiptType", "read")
                .put("sequence", 3));
        stage.loop.advance(5_000);

        assertThat(ben.heard()).containsExactly("carla read 3", "carla online");
    }

    @Test
    void whoSpokeElsewhereJustBeforeIsAContactSoonAllTheSame() {
        stage.device(CARLA, "phone");
        Device ben = watching(BEN, CARLA);
        watching(EVE, CARLA);
        ConversationId elsewhere = new ConversationId("elsewhere");
        submit(elsewhere, GatewayStage.creation(EVE));
        submit(elsewhere, List.of(Content.Message.of("not to Ben")));
        stage.loop.advance(3_000);
        stage.say(CARLA, "to all");
        stage.loop.advance(5_000);

        assertThat(ben.heard()).endsWith("carla online");
    }

    private void submit(ConversationId conversation, List<Content> contents) {
        stage.gateway.submitter().submit(new Draft(conversation, CARLA, "draft-" + contents.size(), "", contents));
        stage.loop.settle();
    }

    @Test
    void hiddenUnknownInvisibleAndStrangersLookExactlyTheSame() {
        set(BEN, Audience.NOBODY, false, List.of());
        set(CARLA, Audience.EVERYONE, true, List.of());
        set(EVE, Audience.EVERYONE, false, List.of());
        UserId gone = new UserId("gone");
        for (UserId each : List.of(BEN, CARLA, EVE)) stage.device(each, "phone");
        stage.device(gone, "phone").leaves();
        stage.loop.advance(10_000);
        Device anna = stage.device(ANNA, "phone");
        stage.storeMillis = 7;

        List<String> answers = new ArrayList<>();
        for (UserId each : List.of(BEN, CARLA, EVE, gone, GHOST)) {
            stage.loop.advance(2_000);
            anna.says(watch(each));
            long asked = stage.loop.monotonicMillis();
            List<JsonObject> frames = List.of();
            while (frames.isEmpty()) {
                stage.loop.advance(1);
                frames = anna.transport().take();
            }
            answers.add(frames.toString().replace("\"" + each + "\"", "?") + " in "
                    + (stage.loop.monotonicMillis() - asked) + " ms");
        }

        assertThat(answers).hasSize(5).containsOnly(answers.getFirst());
        assertThat(look(ANNA, BEN, CARLA, EVE, gone, GHOST))
                .containsExactly("ben unknown", "carla unknown", "eve unknown", "gone unknown", "ghost unknown");
    }

    @Test
    void aChangeOfSettingsIsSeenAtOnce() {
        stage.device(BEN, "phone");
        Device anna = watching(ANNA, BEN);
        stage.loop.advance(2_000);
        anna.heard();

        set(BEN, Audience.NOBODY, false, List.of());
        stage.loop.advance(300);
        assertThat(anna.heard()).containsExactly("ben unknown");
        set(BEN, Audience.NOBODY, false, List.of(ANNA));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).containsExactly("ben online");
        set(BEN, Audience.EVERYONE, true, List.of(ANNA));
        stage.loop.advance(1_100);
        assertThat(anna.heard()).containsExactly("ben unknown");
    }

    @Test
    void whoLeavesTheConversationIsAStrangerAtOnceAndWhoComesIsNone() {
        stage.device(BEN, "phone");
        Device anna = watching(ANNA, BEN);
        Device eve = watching(EVE, BEN);
        stage.loop.advance(2_000);
        assertThat(anna.heard()).containsExactly("ben online");
        assertThat(eve.heard()).containsExactly("ben unknown");

        stage.add(ANNA, EVE);
        stage.loop.advance(1_200);
        assertThat(eve.heard()).contains("ben online");
        stage.remove(ANNA, BEN);
        stage.loop.advance(1_200);
        assertThat(anna.heard()).contains("ben unknown");
        assertThat(eve.heard()).contains("ben unknown");
    }

    @Test
    void whoWasInvisibleIsShownAsLastSeenBefore() {
        stage.device(BEN, "phone").leaves();
        stage.loop.advance(10_000);
        Device anna = watching(ANNA, BEN);
        long seen = anna.transport().take("presence_event").getFirst().getLong("lastSeenAt");
        set(BEN, Audience.EVERYONE, true, List.of());
        Device ben = stage.device(BEN, "phone");
        stage.loop.advance(10_000);
        ben.leaves();
        stage.loop.advance(10_000);
        set(BEN, Audience.EVERYONE, false, List.of());
        stage.loop.advance(60_000);

        List<JsonObject> shown = anna.transport().take("presence_event");
        assertThat(shown).extracting(each -> each.getString("status")).containsExactly("unknown", "offline");
        assertThat(shown.getLast().getLong("lastSeenAt")).isEqualTo(seen);
    }

    @Test
    void manyWatchersOfAUserCostTheBusOneMessage() {
        GatewayStage big = new GatewayStage(Altered.of(GatewayConfig.DEFAULT, "devicesMax", 1_000), false);
        big.group(ANNA, BEN);
        big.say(BEN, "hello");
        big.loop.advance(10_000);
        List<Device> watchers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Device device = big.device(ANNA, "device-" + i);
            device.says(watch(BEN));
            watchers.add(device);
        }
        big.loop.advance(3_000);
        for (Device each : watchers) each.heard();
        int before = big.bus.delivered().size();
        big.device(BEN, "phone");
        big.loop.advance(2_000);

        assertThat(watchers).allSatisfy(each -> assertThat(each.heard()).containsExactly("ben online"));
        assertThat(big.bus.delivered().stream().skip(before).filter(Presences.class::isInstance))
                .hasSize(1);
    }

    @Test
    void ofWhomIsWatchedHereTheRegistryIsNotAskedAgain() {
        stage.device(BEN, "phone");
        watching(CARLA, BEN);
        stage.bus.lose(message -> message instanceof Watch);
        assertThat(watching(ANNA, BEN).heard()).containsExactly("ben online");
    }

    @Test
    void whatTheBusLosesIsMadeGoodWhenTheWatchIsSaidAgain() {
        Device anna = watching(ANNA, BEN);
        stage.bus.lose(message -> message instanceof Presences);
        stage.device(BEN, "phone");
        stage.loop.advance(10_000);
        assertThat(anna.heard()).containsExactly("ben unknown");
        stage.loseNothing();
        stage.loop.advance(Watch.AGAIN_MILLIS + 2_000);

        assertThat(anna.heard()).containsExactly("ben online");
    }

    @Test
    void withoutAnAnswerOfTheRegistryItIsUnknownUntilThereIsOne() {
        stage.device(BEN, "phone");
        stage.seen.isGone = true;
        stage.bus.lose(message -> message instanceof Watch || message instanceof Presences);
        Device anna = watching(ANNA, BEN);
        stage.loop.advance(5_000);
        assertThat(anna.heard()).containsExactly("ben unknown");
        stage.loseNothing();
        stage.loop.advance(5_000);

        assertThat(anna.heard()).containsExactly("ben online");
    }

    @Test
    void whileTheStoreIsDownItIsUnknownAndThenItIsNot() {
        stage.device(BEN, "phone");
        Device anna = stage.device(ANNA, "phone");
        stage.isStoreDown = true;
        anna.says(watch(BEN));
        stage.loop.advance(10_000);
        assertThat(anna.heard()).containsExactly("ben unknown");
        stage.isStoreDown = false;
        stage.loop.advance(5_000);

        assertThat(anna.heard()).containsExactly("ben online");
        assertThat(anna.closedWith()).isZero();
    }

    @Test
    void aSessionWatchesFiveHundredUsersAndNotOneMore() {
        Device anna = stage.device(ANNA, "phone");
        for (int hundred = 0; hundred < 5; hundred++) anna.says(watch(users(100 * hundred, 100)));
        stage.loop.advance(10_000);
        assertThat(anna.heard()).hasSize(500).allMatch(each -> each.endsWith(" unknown"));

        anna.says(watch(BEN).put("ref", "r1"), watch(users(0, 100)).put("ref", "r2"));
        stage.loop.advance(2_000);
        List<String> heard = anna.heard();
        assertThat(heard).hasSize(101).first().isEqualTo("error too_large ref r1");

        anna.says(watch(users(0, 101)).put("ref", "r3"), watch().put("ref", "r4"));
        anna.says("{\"type\":\"watch\",\"userIds\":\"ben\",\"ref\":\"r5\"}");
        stage.loop.advance(2_000);
        assertThat(anna.heard())
                .containsExactly("error too_large ref r3", "error bad_frame ref r4", "error bad_frame ref r5");
    }

    @Test
    void whoWatchesTooFastIsTold() {
        Device anna = stage.device(ANNA, "phone");
        for (int i = 0; i < 60; i++) anna.says(watch(users(0, 100)).put("ref", "r" + i));
        stage.loop.advance(10_000);

        List<String> heard = anna.heard();
        assertThat(heard).doesNotContain("error rate_limited ref r0").contains("error rate_limited ref r59");
        assertThat(heard).filteredOn(each -> each.endsWith(" unknown")).hasSizeGreaterThanOrEqualTo(100);
    }

    @Test
    void pastTheBoundOfTheGatewayASessionIsToldToComeLater() {
        GatewayConfig config = Altered.of(GatewayConfig.DEFAULT, "watch", new WatchConfig(1_000, 3, 3));
        GatewayStage small = new GatewayStage(config, false);
        Device anna = small.device(ANNA, "phone");
        Device ben = small.device(BEN, "phone");
        anna.says(watch(users(0, 3)));
        ben.says(watch(users(0, 1)));
        small.loop.advance(10_000);
        assertThat(ben.heard()).containsExactly("error busy");

        anna.leaves();
        ben.says(watch(users(0, 1)));
        small.loop.advance(1_000);
        assertThat(ben.heard()).containsExactly("u0 unknown");
    }

    @Test
    void pastTheBoundOfThoseWhoAskWithoutASessionNobodyIsTaken() {
        stage.device(BEN, "phone");
        stage.storeMillis = 10;
        List<Future<List<byte[]>>> taken = new ArrayList<>();
        for (int i = 0; i < Lookout.LOOKS_MAX + Lookout.LOOKS_WAITING_MAX; i++)
            taken.add(stage.gateway.presence(ANNA, List.of(BEN)));
        assertThat(taken).doesNotContainNull();
        assertThat(stage.gateway.presence(ANNA, List.of(BEN))).isNull();

        stage.loop.advance(20_000);
        assertThat(taken).allSatisfy(each -> assertThat(each.result()).hasSize(1));
        assertThat(stage.gateway.presence(ANNA, List.of(BEN))).isNotNull();
    }

    @Test
    void aSocketThatIsBehindGetsItsMessagesAndNoPresence() {
        Device anna = watching(ANNA, BEN);
        anna.heard();
        anna.transport().stick();
        for (int i = 0; i < 70; i++) stage.say(CARLA, "message " + i);
        stage.device(BEN, "phone");
        stage.loop.advance(5_000);

        assertThat(anna.heard()).hasSize(70).allMatch(each -> each.startsWith("event"));
        anna.transport().drain();
        stage.loop.advance(2_000);
        assertThat(anna.heard()).containsExactly("ben online");
    }

    private Device watching(UserId user, UserId... users) {
        Device device = stage.device(user, "phone");
        device.says(watch(users));
        stage.loop.advance(200);
        return device;
    }

    private static JsonObject watch(UserId... users) {
        return new JsonObject()
                .put("type", "watch")
                .put(
                        "userIds",
                        new JsonArray(Stream.of(users).map(UserId::value).toList()));
    }

    private static UserId[] users(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> new UserId("u" + i))
                .toArray(UserId[]::new);
    }

    private void set(UserId user, Audience audience, boolean invisible, List<UserId> allowed) {
        set(user, new UserSettings.Change(audience, allowed, invisible, null));
    }

    private void set(UserId user, UserSettings.Change change) {
        stage.stores
                .directory()
                .changeUserSettings(user, change)
                .onSuccess(changed -> stage.gateway.settingsChanged(user, changed));
        stage.loop.settle();
    }

    private List<String> look(UserId viewer, UserId... users) {
        Future<List<byte[]>> looked = stage.gateway.presence(viewer, List.of(users));
        stage.loop.advance(1_000);
        return looked.result().stream()
                .map(event -> TestTransport.brief(new JsonObject(Buffer.buffer(event))))
                .toList();
    }
}
