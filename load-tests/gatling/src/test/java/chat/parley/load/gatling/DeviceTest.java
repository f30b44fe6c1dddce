package chat.parley.load.gatling;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.load.Accounts;
import chat.parley.load.gatling.Figures.Count;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One device, told by hand what a server says: whatever is wrong becomes a problem of its name, and nothing else does. */
class DeviceTest {
    private static final String PLACE = "c1";
    private static final long HELLO = 1_000_000;
    private static final long HEARTBEAT = 20_000;

    private final Run run = new Run(OneToOne.LISTED, new Accounts("http://127.0.0.1:1", user -> "token"), List.of());
    private final Device device = new Device(run, "ann", "token");
    private final Visit visit = new Visit(run, 0, device, (self, nowMillis) -> run.endMillis());
    private long now = HELLO;

    @BeforeEach
    void comes() {
        device.joins(PLACE, 0);
        visit.connected(now);
        synced(0, 0);
        device.pollAll();
    }

    @Test
    void ofAServerThatIsRightNothingIsWrong() {
        event(1);
        String own = sends();
        acknowledged(own, 3); // overtakes
        event(2);
        event(4);
        assertThat(device.isQuiet()).isTrue();
        ends();
        synced(4, 4);
        visit.act(now);
        assertThat(visit.isDone()).isTrue();
        assertThat(problems()).isEmpty();
        assertThat(run.figures().total(Count.LATE)).isZero();
    }

    @Test
    void whatOnlyComesWhenItIsAskedForIsAHole() {
        event(1);
        event(3);
        now += 1_001;
        device.lookForHoles(now);
        assertThat(said()).containsExactly("sync");
        event(2);
        event(3);
        synced(3, 3);
        assertThat(problems()).isEqualTo(Map.of("hole", 1L));
    }

    @Test
    void whatDoesNotComeThoughItIsAskedForIsAHole() {
        event(1);
        event(3);
        device.sync();
        event(3);
        synced(3, 3);
        assertThat(problems()).isEqualTo(Map.of("hole", 1L));
    }

    @Test
    void whatTheServerSaysItLeftOutIsNoHole() {
        event(1);
        hears(frame("resync").put("all", true));
        assertThat(said()).containsExactly("sync");
        event(2);
        event(3);
        synced(3, 3);
        assertThat(problems()).isEmpty();
        assertThat(run.figures().total(Count.RESYNCS)).isEqualTo(1);
    }

    @Test
    void anOwnEntryMayComeWithAnAnswerAndBeAcknowledgedThen() {
        String own = sends();
        event(2); // overtakes the acknowledgement of 1
        now += 1_001;
        device.lookForHoles(now);
        String later = sends();
        event(1, own);
        event(2);
        event(3, later);
        synced(3, 3);
        acknowledged(own, 1);
        acknowledged(later, 3);
        assertThat(problems()).isEmpty();
        assertThat(device.isQuiet()).isTrue();
    }

    @Test
    void anOwnEntryAsEventAndAcknowledgementIsADuplicate() {
        String own = sends();
        event(1, own);
        acknowledged(own, 1);
        assertThat(problems()).isEqualTo(Map.of("duplicate", 1L));
    }

    @Test
    void whatComesTwiceIsADuplicate() {
        event(1);
        event(1);
        String own = sends();
        acknowledged(own, 2);
        acknowledged(own, 2);
        assertThat(problems()).isEqualTo(Map.of("duplicate", 2L));
    }

    @Test
    void whatComesLateIsOutOfOrder() {
        event(2);
        event(1);
        assertThat(problems()).isEqualTo(Map.of("disorder", 1L));
    }

    @Test
    void aSendWithoutAnswerIsNotAcknowledged() {
        sends();
        device.finish(device.due(), now);
        assertThat(problems()).isEqualTo(Map.of("not acknowledged", 1L));
    }

    @Test
    void whatIsAcknowledgedToSomebodyHasToBeThereForAll() {
        event(1);
        run.ledger().sent();
        run.ledger().acknowledged(PLACE, 3);
        ends();
        assertThat(run.figures().total(Count.LATE)).isEqualTo(2);
        synced(1, 1);
        visit.act(now);
        assertThat(problems()).isEqualTo(Map.of("lost", 2L));
    }

    @Test
    void whatIsAcknowledgedLateHasToBeThereForAllToo() {
        Device other = other();
        other.send(PLACE, now, now);
        String late = read(other.pollAll().getLast()).path("clientMessageId").asText();
        now = run.endMillis() + 3_000;
        hears(frame("heartbeat"));
        visit.act(now);
        assertThat(said()).as("it waits for the other").containsExactly("heartbeat");
        now += 5_000;
        other.received(ack(late, 1).toString(), now);
        visit.act(now);
        assertThat(said()).containsExactly("sync");
        synced(0, 0);
        visit.act(now);
        assertThat(visit.isDone()).isTrue();
        assertThat(problems()).isEqualTo(Map.of("lost", 1L));
    }

    @Test
    void whatIsNotAcknowledgedWhenAllAskForTheRestIsTooLate() {
        String own = sends();
        now = run.endMillis() + 23_000;
        hears(frame("heartbeat"));
        visit.act(now);
        assertThat(problems()).isEmpty();
        now++;
        visit.act(now);
        assertThat(said()).contains("sync");
        acknowledged(own, 1);
        synced(1, 1);
        visit.act(now);
        assertThat(visit.isDone()).isTrue();
        assertThat(problems()).isEqualTo(Map.of("not acknowledged", 1L));
    }

    @Test
    void whoWaitsForTheLastAcknowledgementOfOthersSaysSomethingMeanwhile() {
        other().send(PLACE, now, now);
        now = run.endMillis() - HEARTBEAT;
        hears(frame("heartbeat"));
        for (now = run.endMillis() + 3_000; now <= run.endMillis() + 23_000; now += 1_000) {
            visit.act(now);
            if (said().contains("heartbeat")) hears(frame("heartbeat"));
        }
        assertThat(visit.isDone()).isFalse();
        assertThat(problems()).isEmpty();
    }

    @Test
    void aMessageAtTwoPlacesIsADuplicate() {
        event(1, "ben-1");
        event(2, "ben-1");
        assertThat(problems()).isEqualTo(Map.of("duplicate", 1L));
    }

    @Test
    void aMessageThatIsAcknowledgedAtAnotherPlaceThanOthersHaveItIsADuplicate() {
        String own = sends();
        other().received(message(1, body(own)).toString(), now);
        acknowledged(own, 2);
        assertThat(problems()).isEqualTo(Map.of("duplicate", 1L));
    }

    @Test
    void placesOfMessagesAreForgottenInTurn() {
        for (int sequence = 1; sequence <= 513; sequence++) event(sequence);
        event(514, "ben-1"); // whose first place is too old
        event(515, "ben-5");
        assertThat(problems()).isEqualTo(Map.of("duplicate", 1L));
    }

    @Test
    void anotherBodyIsSeen() {
        hears(message(1, body("ben-1")));
        hears(message(2, body("ben-2") + "."));
        String body = body("ben-3");
        hears(message(3, body.substring(0, body.length() - 1)));
        body = body("ben-4");
        hears(message(4, body.substring(0, body.length() - 1) + "x"));
        hears(message(5, "no message of a run"));
        hears(message(6, ""));
        assertThat(problems()).isEqualTo(Map.of("body", 5L));
    }

    @Test
    void anotherMessageAtTheSamePlaceIsSeen() {
        event(1, "ben-1");
        other().received(message(1, body("ben-2")).toString(), now);
        assertThat(problems()).isEqualTo(Map.of("divergence", 1L));
    }

    @Test
    void aServerThatSaysNothingAnyMoreIsSilent() {
        now = HELLO + HEARTBEAT;
        visit.act(now);
        assertThat(said()).containsExactly("heartbeat");
        hears(frame("heartbeat"));
        now += 2 * HEARTBEAT;
        visit.act(now);
        assertThat(problems()).isEmpty();
        now++;
        visit.act(now);
        assertThat(problems()).isEqualTo(Map.of("silent", 1L));
        assertThat(visit.isDone()).isTrue();
    }

    @Test
    void aServerThatDoesNotAnswerTheLastQuestionIsSeen() {
        ends();
        assertThat(device.isQuiet()).isFalse();
        now += 20_000;
        visit.act(now);
        assertThat(problems()).isEmpty();
        now++;
        visit.act(now);
        assertThat(problems()).isEqualTo(Map.of("not answered", 1L));
    }

    @Test
    void thatSomebodyWentIsToldWhereItIsNotTheAnswerToAWatch() {
        device.watch(List.of("ben"));
        presence("offline");
        assertThat(device.leavesTold()).isZero();
        presence("online");
        presence("offline");
        assertThat(device.leavesTold()).isEqualTo(1);
    }

    /** Of somebody else in the same conversation. */
    private Device other() {
        Device other = new Device(run, "cid", "token");
        other.joins(PLACE, 0);
        return other;
    }

    /** To the last question. */
    private void ends() {
        device.pollAll();
        now = run.endMillis() + 3_000;
        hears(frame("heartbeat"));
        visit.act(now);
        assertThat(said()).containsExactly("sync");
    }

    /** Returns its id. */
    private String sends() {
        device.send(PLACE, now, now);
        List<String> frames = device.pollAll();
        return read(frames.getLast()).path("clientMessageId").asText();
    }

    /** The types of what it says. */
    private List<String> said() {
        return device.pollAll().stream()
                .map(each -> read(each).path("type").asText())
                .toList();
    }

    private void event(long sequence) {
        event(sequence, "ben-" + sequence);
    }

    private void event(long sequence, String id) {
        hears(message(sequence, body(id)));
    }

    private ObjectNode message(long sequence, String body) {
        return frame("message_event")
                .put("kind", "message")
                .put("conversationId", PLACE)
                .put("sequence", sequence)
                .put("messageId", PLACE + "." + sequence)
                .put("body", body);
    }

    private String body(String id) {
        String mark = id + " " + HELLO + " ";
        return mark + ".".repeat(run.bodyLength() - mark.length());
    }

    private void acknowledged(String id, long sequence) {
        hears(ack(id, sequence));
    }

    private ObjectNode ack(String id, long sequence) {
        return frame("message_ack")
                .put("clientMessageId", id)
                .put("conversationId", PLACE)
                .put("sequence", sequence);
    }

    private void synced(long sentThrough, long head) {
        ObjectNode synced = frame("synced");
        synced.putObject("heads")
                .putObject(PLACE)
                .put("sentThrough", sentThrough)
                .put("head", head);
        hears(synced);
    }

    private void presence(String status) {
        hears(frame("presence_event").put("userId", "ben").put("status", status));
    }

    private void hears(ObjectNode frame) {
        device.received(frame.toString(), now);
    }

    private Map<String, Long> problems() {
        return run.figures().problems();
    }

    private static ObjectNode frame(String type) {
        return Device.JSON.createObjectNode().put("type", type);
    }

    private static ObjectNode read(String frame) {
        try {
            return (ObjectNode) Device.JSON.readTree(frame);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
