package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.ServerFrame.SyncedHead;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AttachTest {
    private static final UserId BEN = new UserId("ben");
    private static final ConversationId ONE = new ConversationId("one");
    private static final ConversationId TWO = new ConversationId("two");

    private final Map<ConversationId, Gate> gates = new LinkedHashMap<>();

    @Test
    void theHeadIsTheStoredOne() {
        Attach attach = all(Map.of(ONE, 3L));
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());

        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 3, 9));
    }

    @Test
    void theHeadIsNeverBelowTheGate() {
        Gate gate = gateAt(9);
        passTo(gate, 12);
        Attach attach = all(Map.of());
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());

        assertThat(head(attach, ONE).head()).isEqualTo(12);
    }

    @Test
    void whereTheGateBeganAboveWhatIsStoredTheEndIsAskedFor() {
        gateAt(12);
        Attach attach = all(Map.of());

        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.AskEnds(Map.of(ONE, 12L)));
    }

    @Test
    void whatWasNotedAboveWhatIsStoredIsAskedFor() {
        Attach attach = all(Map.of());
        attach.note(ONE, 11);
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.AskEnds(Map.of(ONE, 11L)));

        attach.confirm(ONE, 13, formerMember(ONE, 2, 10));
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());
        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 1, 10));
    }

    @Test
    void whatIsNotedWhileTheEndIsAskedForIsAskedForAgain() {
        Attach attach = all(Map.of());
        attach.note(ONE, 11);
        fix(attach, 9, member(ONE, 2));
        attach.note(ONE, 14);
        attach.confirm(ONE, 13, member(ONE, 2));

        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.AskEnds(Map.of(ONE, 14L)));
    }

    @Test
    void aConversationThatIsNewSinceTheReadingIsAskedFor() {
        Attach attach = all(Map.of());
        attach.note(TWO, 5);
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.AskEnds(Map.of(TWO, 5L)));

        attach.confirm(TWO, 6, member(TWO, 5));
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());
        assertThat(head(attach, TWO)).isEqualTo(new SyncedHead(5, 4, 6));
    }

    @Test
    void aConversationThatTurnsOutToBeNoneOfTheirsIsLeftOut() {
        Attach attach = all(Map.of());
        attach.note(TWO, 5);
        fix(attach, 9, member(ONE, 2));
        attach.confirm(TWO, 6, null);

        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());
        assertThat(attach.parts()).hasSize(1);
    }

    @Test
    void aCursorBeyondWhatIsStoredAsksForTheEnd() {
        Attach attach = all(Map.of(ONE, 11L));
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.AskEnds(Map.of(ONE, 9L)));

        attach.confirm(ONE, 12, member(ONE, 2));
        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());
        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 11, 12));
    }

    @Test
    void aCursorBeyondTheEndCountsAsNone() {
        Attach attach = all(Map.of(ONE, 11L));
        fix(attach, 9, member(ONE, 2));
        attach.confirm(ONE, 9, member(ONE, 2));

        assertThat(fix(attach, 9, member(ONE, 2))).isEqualTo(new Attach.Fixed.Done());
        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 1, 9));
        assertThat(attach.next()).isEmpty();
    }

    @Test
    void whoHasLeftIsShownTheEndOfTheirTimeEvenBeforeItIsProjected() {
        Attach attach = all(Map.of(ONE, 3L));
        fix(attach, 5, formerMember(ONE, 2, 7));

        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 3, 7));
        assertThat(attach.next().getFirst().entriesMax()).isEqualTo(4);
    }

    @Test
    void whatMayNotBeReadIsNotRead() {
        Attach attach = all(Map.of(ONE, 0L));
        fix(
                attach,
                900,
                new Membership(ONE, BEN, Role.MEMBER, List.of(new Interval(2, 4, 0), new Interval(880, 0, 0))));
        Attach.Read first = attach.next().getFirst();
        assertThat(first.after()).isEqualTo(1);
        assertThat(cut(attach, first, 2, 3, 4, 5, 6)).containsExactly("gap 1..1", "2", "3", "4", "gap 5..6");

        Attach.Read second = attach.next().getFirst();
        assertThat(second.after()).isEqualTo(879);
        assertThat(second.entriesMax()).isEqualTo(21);
        assertThat(cut(attach, second, 880, 881)).containsExactly("gap 7..879", "880", "881");
    }

    @Test
    void anEntryIsNotSentTwiceNorLeftOut() {
        Attach attach = all(Map.of(ONE, 3L));
        fix(attach, 9, member(ONE, 2));
        assertThat(cut(attach, attach.next().getFirst(), 4, 5, 6)).containsExactly("4", "5", "6");
        assertThat(attach.next().getFirst().after()).isEqualTo(6);
        assertThat(cut(attach, attach.next().getFirst(), 7, 8, 9)).containsExactly("7", "8", "9");

        assertThat(attach.next()).isEmpty();
        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 9, 9));
    }

    @Test
    void aReadThatBringsNothingIsNotMadeForEver() {
        Attach attach = all(Map.of(ONE, 3L));
        fix(attach, 9, member(ONE, 2));
        assertThat(cut(attach, attach.next().getFirst())).isEmpty();

        assertThat(attach.next()).isEmpty();
        assertThat(head(attach, ONE)).isEqualTo(new SyncedHead(2, 3, 9));
    }

    @Test
    void whatPassesMeanwhileWaitsUnlessTheHeadCoversIt() {
        Attach attach = all(Map.of(ONE, 3L));
        fix(attach, 9, member(ONE, 2));
        attach.pass(ONE, 9, frame(9));
        attach.pass(ONE, 10, frame(10));
        attach.pass(TWO, 1, frame(1));

        assertThat(attach.waiting().stream().map(Attach.Waiting::sequence)).containsExactly(10L, 1L);
    }

    @Test
    void pastTheBoundWhatWaitsIsLostFromThereOn() {
        Attach attach = all(Map.of());
        fix(attach, 9, member(ONE, 2));
        for (int i = 0; i < 600; i++) attach.pass(ONE, 10 + i, frame(10 + i));
        attach.pass(TWO, 1, frame(1));

        assertThat(attach.waiting()).hasSize(512);
        assertThat(attach.lost()).containsExactly(ONE, TWO);
    }

    private static Attach all(Map<ConversationId, Long> cursors) {
        return Attach.all(BEN, null, cursors, GatewayConfig.DEFAULT);
    }

    private Attach.Fixed fix(Attach attach, long storedHead, Membership... memberships) {
        Map<ConversationId, Directory.Head> heads =
                Map.of(ONE, new Directory.Head(storedHead, storedHead, 9, 1, 1, 2, 0));
        return attach.fix(heads, List.of(memberships), gates::get);
    }

    private static SyncedHead head(Attach attach, ConversationId conversation) {
        return Objects.requireNonNull(attach.synced("w").getFirst().heads().get(conversation));
    }

    private static Membership member(ConversationId conversation, long joined) {
        return new Membership(conversation, BEN, Role.MEMBER, List.of(new Interval(joined, 0, 0)));
    }

    private static Membership formerMember(ConversationId conversation, long joined, long left) {
        return new Membership(conversation, BEN, Role.MEMBER, List.of(new Interval(joined, left, 0)));
    }

    private Gate gateAt(long cursor) {
        Gate gate = Gate.at(ONE, cursor, Gate.MANY);
        gates.put(ONE, gate);
        return gate;
    }

    private static void passTo(Gate gate, long sequence) {
        for (long next = gate.cursor() + 1; next <= sequence; next++) {
            gate.live(List.of(GateTest.says(next)), List.of(), 0, new GateTest.Recorder());
        }
    }

    private static List<String> cut(Attach attach, Attach.Read read, long... sequences) {
        List<Recent.Item> items = new ArrayList<>();
        for (long sequence : sequences)
            items.add(new Recent.Item(sequence, frame(sequence), new UserId("anna"), "m", null));
        return attach.cut(read, items).stream().map(AttachTest::brief).toList();
    }

    private static byte[] frame(long sequence) {
        return Long.toString(sequence).getBytes(StandardCharsets.UTF_8);
    }

    private static String brief(byte[] frame) {
        String text = new String(frame, StandardCharsets.UTF_8);
        if (!text.startsWith("{")) return text;
        return "gap " + number(text, "from") + ".." + number(text, "to");
    }

    private static String number(String json, String name) {
        return new JsonObject(json).getLong(name).toString();
    }
}
