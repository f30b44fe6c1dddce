package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.EVE;
import static chat.parley.sequencer.Stage.GROUP;
import static chat.parley.sequencer.Stage.SHARD;
import static chat.parley.sequencer.Stage.answersOf;
import static chat.parley.sequencer.Stage.code;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.draft;
import static chat.parley.sequencer.Stage.placed;
import static chat.parley.sequencer.Stage.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import chat.parley.Altered;
import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.model.Content;
import chat.parley.model.Content.Departure;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A group of which not all members are in memory: what is read of them, how often, and what is decided while it is read. */
class KnownMembersTest {
    private static final int LOADED_MAX = 10;

    private final Stage stage = new Stage(
            true, Altered.of(SequencerConfig.DEFAULT, "groupMembersMax", 200_000, "loadedMembersMax", LOADED_MAX));
    private final Gate gate = new Gate();
    private SequencerVerticle sequencer = stage.serving("n1", gate, stage.config);

    private void aGroupOf(int members) {
        placed(stage.ask(creates(ANNA, "create")));
        for (int from = 1; from < members; from += 1_000) {
            List<UserId> users = users(from, Math.min(members, from + 1_000));
            placed(stage.ask(draft(ANNA, GROUP, "add" + from, new Content.MembersAdded(users, Role.MEMBER))));
        }
    }

    private static List<UserId> users(int from, int to) {
        return IntStream.range(from, to).mapToObj(KnownMembersTest::user).toList();
    }

    private static UserId user(int number) {
        return new UserId("user-" + number);
    }

    private static Content remove(UserId user) {
        return new Content.MembersRemoved(List.of(new Departure(user, 0)));
    }

    private static Content add(UserId user) {
        return new Content.MembersAdded(List.of(user), Role.MEMBER);
    }

    private static Answer answerOf(Future<Object> asked) {
        return answersOf(asked).getFirst();
    }

    private void anotherOwner() {
        sequencer.release(SHARD);
        stage.loop.settle();
        sequencer = stage.serving("n2", gate, stage.config);
    }

    /** How many rows of members were read. */
    private int rowsRead() {
        int rows = 0;
        for (List<Object> call : gate.calls("memberships")) rows += ((Collection<?>) call.get(1)).size();
        for (List<Object> call : gate.calls("members")) rows += (int) call.getLast();
        return rows;
    }

    @Test
    void aSendToALargeGroupReadsTheRowOfItsSenderOnceAlsoAfterATakeOver() {
        aGroupOf(20_000);
        anotherOwner();
        int before = rowsRead();
        for (int i = 0; i < 100; i++) placed(stage.ask(says(user(7), "m" + i, "hello")));
        assertThat(rowsRead() - before).isEqualTo(1);
        assertThat(stage.entry(121).memberCount()).isEqualTo(20_000);
    }

    @Test
    void aBulkAddReadsThoseItNamesAtOnce() {
        aGroupOf(1_100);
        int before = gate.calls("memberships").size();
        placed(stage.ask(draft(ANNA, GROUP, "more", new Content.MembersAdded(users(1_000, 2_000), Role.MEMBER))));
        assertThat(stage.content(4)).isEqualTo(new Content.MembersAdded(users(1_100, 2_000), Role.MEMBER));
        assertThat(gate.calls("memberships")).hasSizeLessThanOrEqualTo(before + 1);
    }

    @Test
    void aRemovalThatIsNotProjectedYetHoldsForARowThatWasReadBefore() {
        aGroupOf(100);
        anotherOwner();
        gate.hold("project");
        placed(stage.ask(says(ANNA, "m", "so that she is known")));
        gate.hold("memberships");
        Future<Object> says = stage.send(says(BEN, "b1", "am I there?"));
        Future<Object> added = stage.send(draft(ANNA, GROUP, "a1", add(BEN)));
        Future<Object> removed = stage.send(draft(ANNA, GROUP, "r1", remove(user(5))));
        Future<Object> late = stage.send(says(user(5), "u1", "too late"));
        stage.loop.settle();
        gate.let("memberships");
        stage.loop.settle();
        gate.let("project");
        stage.loop.settle();
        assertThat(code(answerOf(says))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(placed(answerOf(added))).isPositive();
        assertThat(placed(answerOf(removed))).isPositive();
        assertThat(code(answerOf(late))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aRowThatIsReadWhileItsUserComesAndGoesIsAsTheLogSays() {
        aGroupOf(100);
        anotherOwner();
        gate.hold("project");
        Future<Object> removed = stage.send(draft(ANNA, GROUP, "r1", remove(user(5))));
        stage.loop.settle();
        // What is known of the user goes, and is read again: from rows that say that they are a member.
        othersSpeak(20);
        Future<Object> gone = stage.send(says(user(5), "u1", "am I still there?"));
        Future<Object> added = stage.send(draft(ANNA, GROUP, "a1", add(user(5))));
        stage.loop.settle();
        othersSpeak(50);
        Future<Object> back = stage.send(says(user(5), "u2", "back"));
        stage.loop.settle();
        gate.let("project");
        stage.loop.settle();
        assertThat(code(answerOf(gone))).isEqualTo(ErrorCode.NOT_FOUND);
        long left = placed(answerOf(removed));
        long joined = placed(answerOf(added));
        assertThat(stage.pull(GROUP, placed(answerOf(back)) - 1, user(5)).memberships())
                .singleElement()
                .satisfies(member -> assertThat(member.intervals())
                        .extracting(Interval::joined, Interval::left)
                        .containsExactly(tuple(2L, left), tuple(joined, 0L)));
    }

    /** So many that nobody else is known any more. Their answers wait for what is to be projected. */
    private void othersSpeak(int from) {
        for (int i = from; i < from + 2 * LOADED_MAX; i++) {
            stage.send(says(user(i), "u" + i, "hello"));
            stage.loop.settle();
        }
    }

    @Test
    void whatWasDecidedOnALostBatchIsDecidedAgainOnWhatAnotherWrote() {
        aGroupOf(100);
        anotherOwner();
        placed(stage.ask(says(user(3), "known", "hello")));
        gate.loseAnswer("append");
        Future<Object> removed = stage.send(draft(ANNA, GROUP, "r1", remove(user(3))));
        Future<Object> late = stage.send(says(user(3), "late", "too late"));
        stage.loop.advance(2_000);
        stage.loop.settle();
        placed(answerOf(removed));
        assertThat(code(answerOf(late))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aPullTellsOfThoseWhoWereNotAskedForBefore() {
        aGroupOf(1_000);
        anotherOwner();
        Pulled pulled = stage.pull(GROUP, 0, user(5), EVE, user(999));
        assertThat(pulled.memberships()).extracting(Membership::userId).containsExactly(user(5), user(999));
        assertThat(pulled.head()).isEqualTo(2);
    }

    @Test
    void aPullThatCannotReadMembersIsNotAnswered() {
        aGroupOf(1_000);
        anotherOwner();
        gate.fail("memberships", new IllegalStateException("timed out"));
        Future<Object> pull =
                stage.bus.request(Address.sequencer(SHARD), new Pull(GROUP, 0, 500, List.of(user(5))), 60_000);
        stage.loop.settle();
        assertThat(pull.isComplete()).isFalse();
        assertThat(stage.pull(GROUP, 0, user(5)).memberships()).hasSize(1);
    }

    @Test
    void aReadingThatFailsIsTriedAgain() {
        aGroupOf(1_000);
        anotherOwner();
        gate.fail("memberships", new IllegalStateException("timed out"));
        Future<Object> says = stage.send(says(user(5), "u1", "hello"));
        stage.loop.settle();
        assertThat(says.isComplete()).isFalse();
        stage.loop.advance(200);
        stage.loop.settle();
        placed(answerOf(says));
    }

    @Test
    void whoHasComeAndGoneTooOftenDoesNotComeAgain() {
        SequencerConfig few = stage.config;
        aGroupOf(20);
        for (int i = 1; i < few.intervalsMax(); i++) {
            placed(stage.ask(draft(ANNA, GROUP, "r" + i, remove(user(5)))));
            placed(stage.ask(draft(ANNA, GROUP, "a" + i, add(user(5)))));
        }
        placed(stage.ask(draft(ANNA, GROUP, "last", remove(user(5)))));
        assertThat(code(stage.ask(draft(ANNA, GROUP, "again", add(user(5)))))).isEqualTo(ErrorCode.TOO_LARGE);
    }
}
