package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Deliver;
import chat.parley.bus.Route;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Content;
import chat.parley.model.UserId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conversations whose members are too many to be named, and those of which not everybody gets everything; with thresholds of a few. */
class LargeGroupsTest {
    private static final UserId DORA = new UserId("dora");
    private static final UserId EMIL = new UserId("emil");

    private final GatewayStage stage = GatewayStage.ofWays(1, 3);

    @Test
    void anEntryOfALargeGroupReachesItsMembersAtAllGatewaysAndNamesNobody() {
        Gateway other = stage.gateway("n1.1", Altered.of(GatewayConfig.DEFAULT, "workerMembersMax", 3));
        stage.group(ANNA, BEN, CARLA);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.connect(other);
        carla.says(GatewayStage.hello(CARLA, "phone"));
        stage.loop.settle();
        carla.heard();
        stage.bus.delivered().clear();

        anna.says(send("m1", "hello"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack m1=3");
        assertThat(ben.heard()).containsExactly("event 3 hello");
        assertThat(carla.heard()).containsExactly("event 3 hello");
        assertThat(stage.bus.delivered()).noneMatch(Route.class::isInstance);
    }

    @Test
    void aLastEntryThatIsLostIsFoundByTheRepeatedHead() {
        stage.group(ANNA, BEN, CARLA);
        Device ben = stage.device(BEN, "phone");
        stage.bus.lose(message ->
                message instanceof Deliver deliver && !deliver.events().isEmpty());
        stage.say(ANNA, "hello");
        assertThat(ben.heard()).isEmpty();
        stage.loseNothing();

        stage.loop.advance(3_000);

        assertThat(ben.heard()).containsExactly("event 3 hello");
    }

    @Test
    void whoJoinsALargeGroupHasItFromThenOn() {
        stage.group(ANNA, BEN);
        Device carla = stage.device(CARLA, "phone");

        stage.add(ANNA, CARLA);
        stage.say(ANNA, "hello");

        assertThat(carla.heard()).containsExactly("gap 1..2 not_member", "event 3", "event 4 hello");
    }

    @Test
    void whoJoinsThoughTheEntryWasLostIsFoundByTheRepeatedHead() {
        stage.group(ANNA, BEN);
        Device carla = stage.device(CARLA, "phone");
        stage.bus.lose(message -> message instanceof Route || message instanceof Deliver);
        stage.add(ANNA, CARLA);
        stage.loseNothing();

        stage.loop.advance(3_000);

        assertThat(carla.heard()).containsExactly("gap 1..2 not_member", "event 3");
    }

    @Test
    void whoIsRemovedThoughTheyWereNeverToldThatTheyWereInHearsOfBoth() {
        stage.group(ANNA, BEN);
        Device carla = stage.device(CARLA, "phone");
        stage.bus.lose(message -> message instanceof Route || message instanceof Deliver);
        stage.add(ANNA, CARLA);
        stage.loop.advance(15_000);
        stage.loseNothing();
        assertThat(carla.heard()).isEmpty();

        stage.remove(ANNA, CARLA);

        assertThat(carla.heard()).containsExactly("gap 1..2 not_member", "event 3", "event 4");
    }

    @Test
    void whoIsRemovedHearsOfItAndOfNothingAfterIt() {
        stage.group(ANNA, BEN, CARLA);
        Device ben = stage.device(BEN, "phone");

        stage.remove(ANNA, BEN);
        stage.say(ANNA, "among us");

        assertThat(ben.heard()).containsExactly("event 3");
    }

    @Test
    void groupsThatGrowAndShrinkOverTheThresholdLoseAndRepeatNothing() {
        GatewayStage two = GatewayStage.ofWays(2, 100);
        two.group(ANNA, BEN);
        Device ben = two.device(BEN, "phone");

        two.say(ANNA, "of two");
        two.add(ANNA, CARLA);
        two.say(ANNA, "of three");
        two.remove(ANNA, CARLA);
        two.say(ANNA, "of two again");

        assertThat(ben.heard())
                .containsExactly("event 3 of two", "event 4", "event 5 of three", "event 6", "event 7 of two again");
        two.loop.advance(15_000);
        assertThat(ben.heard()).isEmpty();
    }

    @Test
    void whoAttachesWhileSomethingIsSaidGetsIt() {
        stage.group(ANNA, BEN, CARLA);
        stage.storeMillis = 50;
        Device ben = stage.connect();
        ben.says(GatewayStage.hello(BEN, "phone", GROUP, 2));
        stage.loop.advance(30);

        stage.gateway.submitter().submit(stage.draft(ANNA, Content.Message.of("meanwhile")));
        stage.loop.advance(1_000);

        assertThat(ben.heard()).containsOnlyOnce("event 3 meanwhile");
    }

    @Test
    void aChannelsEntriesGoToWhoHasItOpenAndTheOthersHearHowFarItGoes() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        opens(carla, 2);

        for (int i = 0; i < 3; i++) stage.say(ANNA, "news");
        assertThat(carla.heard()).containsExactly("event 3 news", "event 4 news", "event 5 news");
        assertThat(ben.transport().take()).isEmpty();

        stage.loop.advance(1_000);
        assertThat(ben.transport().take()).singleElement().satisfies(frame -> {
            assertThat(frame.getString("type")).isEqualTo("heads");
            assertThat(frame.getJsonObject("heads").getLong(GROUP.value())).isEqualTo(5);
        });
        assertThat(carla.transport().take()).isEmpty();
    }

    @Test
    void aHeartbeatSaysOfAChannelOnlyWhatTheSessionLooksAt() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        opens(carla, 2);
        stage.say(ANNA, "news");
        stage.loop.advance(1_000);
        ben.transport().take();
        carla.transport().take();

        for (Device each : List.of(ben, carla)) each.says(new JsonObject().put("type", "heartbeat"));

        assertThat(heads(ben)).isEmpty();
        assertThat(heads(carla).getLong(GROUP.value())).isEqualTo(3);
    }

    private static JsonObject heads(Device device) {
        return device.transport().take("heartbeat").getFirst().getJsonObject("heads");
    }

    @Test
    void whoMadeALargeGroupHasItThoughTheFirstEntriesWereLost() {
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        stage.bus.lose(message -> message instanceof Route || message instanceof Deliver);
        stage.group(ANNA, BEN, CARLA);
        stage.loseNothing();

        stage.loop.advance(3_000);

        assertThat(ben.heard()).containsExactly("gap 1..1 not_member", "event 2");
        assertThat(anna.heard()).containsExactly("event 1 #server-1", "event 2");
    }

    @Test
    void whoOpensAChannelGetsWhatIsMissingAndThenEachEntry() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device ben = stage.device(BEN, "phone");
        stage.say(ANNA, "before");

        assertThat(opens(ben, 2)).contains("event 3 before");
        stage.say(ANNA, "after");
        assertThat(ben.heard()).containsExactly("event 4 after");

        ben.says(new JsonObject().put("type", "close").put("conversationId", GROUP.value()));
        stage.say(ANNA, "closed");
        assertThat(ben.transport().take()).isEmpty();

        assertThat(opens(ben, 4)).contains("event 5 closed");
        assertThat(ben.heard()).isEmpty();
    }

    @Test
    void aMentionIsToldAtOnce() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");

        anna.says(send("m1", "ben?").put("mentions", new JsonArray().add(new JsonObject().put("userId", "ben"))));
        stage.loop.settle();

        assertThat(ben.transport().take())
                .singleElement()
                .satisfies(frame -> assertThat(frame.getJsonObject("mentions").getJsonArray(GROUP.value()))
                        .containsExactly(3));
        assertThat(carla.transport().take()).isEmpty();
        assertThat(anna.heard()).containsExactly("ack m1=3");
    }

    @Test
    void aMentionThatFindsNoRoomIsToldLater() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        ben.transport().stick();
        JsonArray mentions = new JsonArray().add(new JsonObject().put("userId", "ben"));
        for (int i = 0; i < 200; i++) {
            anna.says(send("m" + i, "ben?").put("mentions", mentions));
            stage.loop.settle();
        }
        int told = 0;
        for (JsonObject frame : ben.transport().take("heads"))
            told += frame.getJsonObject("mentions")
                    .getJsonArray(GROUP.value(), new JsonArray())
                    .size();
        assertThat(told).isBetween(1, 199);

        ben.transport().drain();
        stage.loop.advance(1_000);

        JsonArray rest = ben.transport()
                .take("heads")
                .getFirst()
                .getJsonObject("mentions")
                .getJsonArray(GROUP.value());
        assertThat(rest).hasSize(Math.min(100, 200 - told));
        assertThat(rest.getLong(rest.size() - 1)).isEqualTo(202);
    }

    @Test
    void whoMentionsAllIsNotToldSo() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device anna = stage.device(ANNA, "phone");
        Device laptop = stage.device(ANNA, "laptop");
        Device ben = stage.device(BEN, "phone");

        anna.says(send("m1", "all!").put("mentions", new JsonArray().add(new JsonObject().put("all", true))));
        stage.loop.settle();

        assertThat(ben.transport().take("heads")).hasSize(1);
        assertThat(laptop.transport().take("heads")).isEmpty();
    }

    @Test
    void aChannelThatBecomesAGroupAgainTellsThoseWhoDidNotLookToSynchronise() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        opens(carla, 2);
        stage.say(ANNA, "news");

        stage.remove(ANNA, DORA);
        assertThat(ben.heard()).singleElement().asString().startsWith("resync");
        assertThat(carla.heard()).containsExactly("event 3 news", "event 4");
        ben.says(GatewayStage.sync(GROUP, 2));
        stage.loop.settle();
        stage.say(ANNA, "to all");

        assertThat(ben.heard()).contains("event 3 news", "event 4").last().isEqualTo("event 5 to all");
        assertThat(carla.heard()).containsExactly("event 5 to all");
    }

    @Test
    void whoJoinsAChannelLearnsOfItByTheEntryAndWhoLeavesSynchronises() {
        stage.group(ANNA, BEN, CARLA, DORA);
        Device emil = stage.device(EMIL, "phone");
        Device ben = stage.device(BEN, "phone");

        stage.add(ANNA, EMIL);
        stage.say(ANNA, "news");
        assertThat(emil.heard()).containsExactly("gap 1..2 not_member", "event 3");

        stage.remove(ANNA, BEN);
        assertThat(ben.heard()).singleElement().asString().startsWith("resync");
        ben.says(GatewayStage.sync(GROUP, 2));
        stage.loop.settle();
        assertThat(ben.heard()).contains("event 3", "event 4 news", "event 5");
    }

    /** What it is sent then. */
    private List<String> opens(Device device, long cursor) {
        device.says(new JsonObject()
                .put("type", "open")
                .put("conversationId", GROUP.value())
                .put("cursor", cursor));
        stage.loop.settle();
        List<String> heard = device.heard();
        assertThat(heard).last().asString().startsWith("synced");
        return heard;
    }
}
