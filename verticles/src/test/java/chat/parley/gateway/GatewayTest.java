package chat.parley.gateway;

import static chat.parley.gateway.GatewayStage.ANNA;
import static chat.parley.gateway.GatewayStage.BEN;
import static chat.parley.gateway.GatewayStage.CARLA;
import static chat.parley.gateway.GatewayStage.GROUP;
import static chat.parley.gateway.GatewayStage.hello;
import static chat.parley.gateway.GatewayStage.send;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Deliver;
import chat.parley.bus.Pulled;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.gateway.GatewayStage.Device;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.store.Directory;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What devices see of a conversation: a whole node, but for its sockets. */
class GatewayTest {
    private final GatewayStage stage = new GatewayStage();

    @Test
    void aSendIsAckedAndReachesTheOthersAsAnEvent() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device annasLaptop = stage.device(ANNA, "laptop");
        Device ben = stage.device(BEN, "phone");

        anna.says(send("m1", "hello").put("ref", "r"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack m1=3 ref r");
        assertThat(annasLaptop.heard()).containsExactly("event 3 hello #m1");
        assertThat(ben.heard()).containsExactly("event 3 hello");
    }

    @Test
    void whatOneSessionSendsIsPlacedInTheOrderSent() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");

        anna.says(send("m1", "a"), send("m2", "b"));
        anna.says(send("m3", "c"));
        stage.loop.settle();
        anna.says(send("m4", "d"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack m1=3", "ack m2=4", "ack m3=5", "ack m4=6");
        assertThat(ben.heard()).containsExactly("event 3 a", "event 4 b", "event 5 c", "event 6 d");
    }

    @Test
    void anEditAndADeletionAreAckedAndDelivered() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        anna.says(send("m1", "helo"));
        anna.says(amends("edit_message", "m2").put("body", "hello"));
        anna.says(amends("delete_message", "m3"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack m1=3", "ack m2=4", "ack m3=5");
        assertThat(ben.heard()).containsExactly("event 3 helo", "event 4 hello", "event 5");
    }

    private static JsonObject amends(String type, String id) {
        return new JsonObject()
                .put("type", type)
                .put("clientMessageId", id)
                .put("conversationId", GROUP.value())
                .put("sequence", 3);
    }

    @Test
    void aRetryWhileTheFirstIsUnderWayIsAckedTooAndWithTheSamePlace() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");

        anna.says(send("m1", "hello").put("ref", "a"), send("m1", "hello").put("ref", "b"));
        stage.loop.settle();

        assertThat(anna.heard()).containsExactly("ack m1=3 ref a", "ack m1=3 again ref b");
        assertThat(ben.heard()).containsExactly("event 3 hello");
    }

    @Test
    void theAckComesFromTheEntryIfTheAnswerIsLost() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        stage.bus.lose(message -> message instanceof Submitted);

        anna.says(send("m1", "hello").put("ref", "r"));
        stage.loop.advance(5_000);

        assertThat(anna.heard()).containsExactly("ack m1=3 ref r");
    }

    @Test
    void aSendWhoseOutcomeWasUnknownIsAckedWhenItsEntryPasses() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        stage.bus.lose(message -> message instanceof Submitted || message instanceof Deliver);
        anna.says(send("m1", "hello"));
        stage.loop.advance(2_001);
        assertThat(anna.heard()).containsExactly("error outcome_unknown #m1");

        stage.loseNothing();
        stage.loop.advance(11_000);

        assertThat(anna.heard()).containsExactly("ack m1=3");
    }

    @Test
    void aSendThatReachesNobodyIsUnavailableAndTheOnesBehindItToo() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        stage.sequencer.release(GROUP.shard());
        stage.loop.settle();

        anna.says(send("m1", "a"));
        stage.loop.advance(500);
        anna.says(send("m2", "b"));
        stage.loop.advance(2_000);

        assertThat(anna.heard()).containsExactly("error unavailable #m1", "error unavailable #m2");
    }

    @Test
    void whatTheSequencerRefusesIsToldWithItsCode() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device carla = stage.device(CARLA, "phone");

        carla.says(send("m1", "let me in").put("ref", "r"));
        anna.says(send("m1", "a"), send("m1", "something else"));
        stage.loop.settle();

        assertThat(carla.heard()).containsExactly("error not_found #m1 ref r");
        assertThat(anna.heard()).containsExactly("ack m1=3", "error conflict #m1");
    }

    @Test
    void theMembersOfANewConversationGetItFromTheirPlaceOn() {
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        stage.group(ANNA, BEN);
        stage.say(ANNA, "hello");

        assertThat(anna.heard()).containsExactly("event 1 #server-1", "event 2", "event 3 hello #server-2");
        assertThat(ben.heard()).containsExactly("gap 1..1 not_member", "event 2", "event 3 hello");
    }

    @Test
    void whoIsAddedLaterIsToldOfTheGapBeforeThem() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        stage.say(ANNA, "before");
        stage.add(ANNA, CARLA);
        stage.say(ANNA, "after");

        assertThat(carla.heard()).containsExactly("gap 1..3 not_member", "event 4", "event 5 after");
        assertThat(ben.heard()).containsExactly("event 3 before", "event 4", "event 5 after");
    }

    @Test
    void whoIsRemovedGetsTheRemovalAndNothingMore() {
        stage.group(ANNA, BEN, CARLA);
        Device carla = stage.device(CARLA, "phone");
        stage.say(ANNA, "before");
        stage.remove(ANNA, CARLA);
        stage.say(ANNA, "after");

        assertThat(carla.heard()).containsExactly("event 3 before", "event 4");
    }

    @Test
    void aMembershipReadBeforeTheRemovalLetsNobodyBackIn() {
        stage.group(ANNA, BEN, CARLA);
        Device anna = stage.device(ANNA, "phone");
        Device carla = stage.device(CARLA, "phone");
        LocalUser removed = stage.gateway.users.get(CARLA);
        assertThat(removed).isNotNull();
        stage.remove(ANNA, CARLA);
        stage.gateway.gates.compare(
                removed, new Membership(GROUP, CARLA, Role.MEMBER, List.of(new Interval(2, 0, 0))), 2);
        stage.loop.settle();
        stage.say(ANNA, "after");

        assertThat(carla.heard()).containsExactly("event 3");
        assertThat(anna.heard()).containsExactly("event 3 #server-2", "event 4 after #server-3");
    }

    @Test
    void whoComesBackIntoAGroupIsToldOfTheTimeAwayAsAGap() {
        stage.group(ANNA, BEN, CARLA);
        Device carla = stage.device(CARLA, "phone");
        stage.remove(ANNA, CARLA);
        stage.say(ANNA, "behind her back");
        stage.add(ANNA, CARLA);
        stage.say(ANNA, "welcome back");

        assertThat(carla.heard()).containsExactly("event 3", "gap 4..4 not_member", "event 5", "event 6 welcome back");
    }

    @Test
    void whoLeftWhileAwayAndCameBackIsToldOfTheRightGap() {
        stage.group(ANNA, BEN, CARLA);
        stage.remove(ANNA, CARLA);
        Device carla = stage.device(CARLA, "phone");
        stage.say(ANNA, "behind her back");
        stage.add(ANNA, CARLA);

        assertThat(carla.heard()).containsExactly("gap 4..4 not_member", "event 5");
    }

    @Test
    void aLostEntryIsPulledWhenTheNextOneComes() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        stage.loseDeliveries();
        stage.say(ANNA, "lost");
        stage.say(ANNA, "lost too");
        stage.loseNothing();
        stage.say(ANNA, "heard");

        assertThat(ben.heard()).containsExactly("event 3 lost", "event 4 lost too", "event 5 heard");
    }

    @Test
    void aLostLastEntryIsFoundByTheRepeatedHead() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        stage.loseDeliveries();
        stage.say(ANNA, "lost");
        stage.loseNothing();
        stage.loop.advance(3_000);

        assertThat(ben.heard()).containsExactly("event 3 lost");
    }

    @Test
    void aLostConversationIsFoundByTheRepeatedHead() {
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        stage.loseDeliveries();
        stage.group(ANNA, BEN);
        stage.say(ANNA, "hello");
        stage.loseNothing();
        stage.loop.advance(3_000);

        assertThat(anna.heard()).containsExactly("event 1 #server-1", "event 2", "event 3 hello #server-2");
        assertThat(ben.heard()).containsExactly("gap 1..1 not_member", "event 2", "event 3 hello");
    }

    @Test
    void aLostJoiningIsFoundByTheNextEntry() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        stage.loseDeliveries();
        stage.add(ANNA, CARLA);
        stage.loseNothing();
        stage.say(ANNA, "hello");

        assertThat(ben.heard()).containsExactly("event 3", "event 4 hello");
        assertThat(carla.heard()).containsExactly("gap 1..2 not_member", "event 3", "event 4 hello");
    }

    @Test
    void whatTheRemovedMissedIsNotPulledForThem() {
        stage.group(ANNA, BEN, CARLA);
        Device ben = stage.device(BEN, "phone");
        Device carla = stage.device(CARLA, "phone");
        stage.loseDeliveries();
        stage.say(ANNA, "for all");
        stage.remove(ANNA, CARLA);
        stage.say(ANNA, "not for her");
        stage.loseNothing();
        stage.say(ANNA, "nor this");

        assertThat(ben.heard())
                .containsExactly("event 3 for all", "event 4", "event 5 not for her", "event 6 nor this");
        assertThat(carla.heard()).containsExactly("event 3 for all", "event 4");
    }

    @Test
    void aHoleIsFilledFromTheStoreIfTheOwnerDoesNotAnswer() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        stage.loseDeliveries();
        stage.say(ANNA, "lost");
        stage.bus.lose(message -> message instanceof Pulled);
        stage.say(ANNA, "heard");
        stage.loop.advance(600);

        assertThat(ben.heard()).containsExactly("event 3 lost", "event 4 heard");
    }

    @Test
    void everyTenthHeartbeatFindsWhatWasLostWithAllItsRepeats() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        stage.loseDeliveries();
        stage.say(ANNA, "lost");
        stage.loop.advance(30_000);
        assertThat(ben.heard()).isEmpty();

        for (int i = 0; i < 10; i++) {
            ben.says(new JsonObject().put("type", "heartbeat"));
            stage.loop.advance(25_000);
        }

        assertThat(ben.heard()).contains("event 3 lost");
    }

    @Test
    void aHeartbeatTellsTheHeadsLearntSinceTheLast() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        stage.loop.advance(1);
        stage.say(ANNA, "hello");
        ben.heard();
        stage.loop.advance(1);

        ben.says(new JsonObject().put("type", "heartbeat").put("ref", "h"));
        JsonObject first = ben.transport().take("heartbeat").getFirst();
        ben.says(new JsonObject().put("type", "heartbeat"));
        JsonObject second = ben.transport().take("heartbeat").getFirst();

        assertThat(first.getString("ref")).isEqualTo("h");
        assertThat(first.getJsonObject("heads").getMap()).containsEntry(GROUP.value(), 3);
        assertThat(second.getJsonObject("heads")).isEmpty();
    }

    @Test
    void entriesOfAnotherLifeOfTheDataAreDropped() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        Deliver[] seen = new Deliver[1];
        stage.bus.lose(message -> {
            if (message instanceof Deliver deliver) seen[0] = deliver;
            return message instanceof Deliver;
        });
        stage.say(ANNA, "hello");
        stage.loseNothing();

        stage.bus.send("gateway.n1.0", new Deliver(8, seen[0].events(), List.of()));
        stage.loop.settle();
        assertThat(ben.heard()).isEmpty();

        stage.bus.send("gateway.n1.0", seen[0]);
        stage.bus.send("gateway.n1.0", seen[0]);
        stage.loop.settle();
        assertThat(ben.heard()).containsExactly("event 3 hello");
    }

    @Test
    void aSendMovesTheSendersReadPointerWithinASecond() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        anna.says(send("m1", "a"), send("m2", "b"));
        stage.loop.advance(1_001);

        assertThat(stage.stores.directory().readPointers(ANNA, List.of(GROUP)).result())
                .containsValue(new Directory.ReadPointer(GROUP, ANNA, 4, 2, 4));
    }

    @Test
    void theWelcomeCountsWhatIsUnread() {
        stage.group(ANNA, BEN);
        stage.say(ANNA, "one");
        stage.say(ANNA, "two");
        stage.loop.advance(1_001);

        assertThat(unread(BEN.value())).isEqualTo(2);
        assertThat(unread(ANNA.value())).isZero();
    }

    private long unread(String user) {
        Device device = stage.connect();
        device.says(new JsonObject().put("type", "hello").put("token", user).put("deviceId", "d"));
        stage.loop.settle();
        return device.transport().take("welcome").getFirst().getLong("unreadTotal");
    }

    @Test
    void draftsOfOneTurnAndShardGoInOneMessage() {
        stage.group(ANNA, BEN);
        Device anna = stage.device(ANNA, "phone");
        Device ben = stage.device(BEN, "phone");
        stage.bus.delivered().clear();
        anna.says(send("m1", "a"), send("m2", "b"));
        ben.says(send("m1", "c"));
        stage.loop.settle();

        List<Submit> submits = stage.bus.delivered().stream()
                .filter(Submit.class::isInstance)
                .map(Submit.class::cast)
                .toList();
        assertThat(submits).hasSize(1);
        assertThat(submits.getFirst().drafts()).hasSize(3);
    }

    @Test
    void devicesAreWrittenDownWithWhenTheyWereHere() {
        long before = stage.loop.millis();
        Device phone = stage.connect();
        phone.says(hello(ANNA, "phone").put("client", "test/1"));
        stage.loop.advance(10_000);
        phone.leaves();
        stage.loop.advance(2_000);

        var devices = stage.stores.directory().devices(ANNA).result();
        assertThat(devices).hasSize(1);
        assertThat(devices.getFirst().client()).isEqualTo("test/1");
        assertThat(devices.getFirst().firstSeenAt()).isEqualTo(before);
        assertThat(devices.getFirst().lastSeenAt()).isEqualTo(before + 10_000);
    }

    @Test
    void whenTheLastSessionHasGoneNothingIsKept() {
        stage.group(ANNA, BEN);
        Device ben = stage.device(BEN, "phone");
        assertThat(stage.gateway.gates()).isEqualTo(1);
        ben.leaves();
        stage.say(ANNA, "nobody is here");

        assertThat(stage.gateway.gates()).isZero();
        assertThat(stage.gateway.sessions()).isZero();
    }
}
