package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.CARLA;
import static chat.parley.sequencer.Stage.EVE;
import static chat.parley.sequencer.Stage.GROUP;
import static chat.parley.sequencer.Stage.SHARD;
import static chat.parley.sequencer.Stage.answersOf;
import static chat.parley.sequencer.Stage.code;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.draft;
import static chat.parley.sequencer.Stage.in;
import static chat.parley.sequencer.Stage.placed;
import static chat.parley.sequencer.Stage.says;
import static chat.parley.sequencer.Stage.sibling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.Altered;
import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.NotMine;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.bus.Route;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import chat.parley.model.Content;
import chat.parley.model.Content.Departure;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.store.Batch;
import chat.parley.store.Damaged;
import chat.parley.store.History;
import chat.parley.store.LogRow;
import chat.parley.store.Unavailable;
import chat.parley.store.memory.Weather;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SequencerVerticleTest {
    private static final SequencerConfig CONFIG = SequencerConfig.DEFAULT;

    private final Stage stage = Stage.withProjectionsInTheAppend();
    private final Gate gate = new Gate();

    private void aGroup() {
        assertThat(placed(stage.ask(creates(ANNA, "create", BEN)))).isEqualTo(1);
        stage.routed();
    }

    private List<Long> positions() {
        return stage.store.log(SHARD).stream()
                .map(row -> row.entry().position())
                .toList();
    }

    private List<String> ids() {
        return stage.store.log(SHARD).stream()
                .map(LogRow::entry)
                .map(Entry::clientMessageId)
                .toList();
    }

    private List<Integer> batchSizes() {
        return gate.calls("append").stream()
                .map(arguments -> ((Batch) arguments.getFirst()).entries().size())
                .toList();
    }

    // The way of a message.

    @Test
    void aMessageIsPlacedAnsweredAndRouted() {
        stage.serving("n1");
        assertThat(stage.ask(creates(ANNA, "c1", BEN))).isEqualTo(new Answer.Placed(1, stage.loop.millis(), 0, false));
        assertThat(stage.routed()).containsExactly("1>anna", "2>anna,ben");

        assertThat(stage.ask(says(BEN, "m1", "hello"))).isEqualTo(new Answer.Placed(3, stage.loop.millis(), 1, false));
        assertThat(stage.routed()).containsExactly("3>anna,ben");
    }

    @Test
    void nothingIsSaidBeforeItIsDurable() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        Future<Object> pulled = stage.bus.request(Address.sequencer(SHARD), new Pull(GROUP, 2, 10, List.of()), 500);
        stage.loop.settle();
        assertThat(answer.isComplete()).isFalse();
        assertThat(((Pulled) pulled.result()).head()).isEqualTo(2);
        assertThat(((Pulled) pulled.result()).entries()).isEmpty();
        assertThat(stage.routed()).isEmpty();

        gate.let("append");
        stage.loop.settle();
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
        assertThat(stage.routed()).containsExactly("3>anna,ben");
    }

    @Test
    void thoseWhomAnEntryRemovesHearOfItAndOfNothingBehindIt() {
        stage.serving("n1");
        aGroup();
        stage.askAll(
                draft(ANNA, GROUP, "r1", new Content.MembersRemoved(List.of(new Departure(BEN, 0)))),
                says(ANNA, "m1", "alone"));
        assertThat(stage.routed()).containsExactly("3>anna,ben", "4>anna");
    }

    @Test
    void whatBecomesDurableInOneTurnIsOneRoute() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        stage.send(says(BEN, "m1", "one"), says(BEN, "m2", "two"));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        List<Route> routes = stage.bus.take(Address.presence("here"), Route.class);
        assertThat(routes).hasSize(1);
        assertThat(routes.getFirst().events()).hasSize(1);
        assertThat(routes.getFirst().events().getFirst().events()).hasSize(2);
    }

    @Test
    void whatBreaksWhileOthersAreToldStopsNothingThatComesAfter() {
        stage.serving("n1");
        aGroup();
        boolean[] isBroken = {true};
        stage.bus.listen(Address.presence("here"), route -> {
            if (isBroken[0]) throw new IllegalStateException("broken");
        });
        assertThatThrownBy(() -> stage.ask(says(BEN, "m1", "one"))).hasMessage("broken");
        isBroken[0] = false;
        placed(stage.ask(says(BEN, "m2", "two")));
    }

    @Test
    void sentAtNeverGoesBack() {
        stage.serving("n1");
        aGroup();
        stage.loop.setBack(3_600_000);
        stage.ask(says(BEN, "m1", "after the clock was set back"));
        List<Entry> log = stage.store.log(SHARD).stream().map(LogRow::entry).toList();
        assertThat(log.get(2).sentAt()).isEqualTo(log.get(1).sentAt());
    }

    // Batches.

    @Test
    void whatWaitsDuringAnAppendIsTheNextBatch() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        for (int i = 0; i < 5; i++) stage.send(says(BEN, "m" + i, "hello"));
        stage.loop.settle();
        stage.send(says(ANNA, "a1", "me too"));
        stage.send(says(ANNA, "a2", "and again"));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        assertThat(batchSizes()).containsExactly(2, 5, 2);
        assertThat(positions())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 9).mapToObj(Long::valueOf).toList());
    }

    @Test
    void aBatchHasItsBoundAndADraftWithTwoEntriesIsPlacedWhole() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 4, "batchBytesMax", 1_000_000, "recentBytesMax", 1_000));
        aGroup();
        gate.hold("append");
        stage.send(says(BEN, "first", "hold the line"));
        stage.loop.settle();
        stage.send(says(BEN, "m1", "1"), says(BEN, "m2", "2"), says(BEN, "m3", "3"));
        stage.send(in(sibling(0), creates(EVE, "c1", CARLA)));
        stage.send(in(sibling(1), creates(EVE, "c2", CARLA)));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        // 1 of the group, then 1 + 2, where another two have no room
        assertThat(batchSizes()).containsExactly(2, 1, 3, 4);
        assertThat(ids()).containsExactly("create", "", "first", "m1", "c1", "", "c2", "", "m2", "m3");
    }

    @Test
    void aBatchIsBoundedInBytes() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 128, "batchBytesMax", 3_000, "recentBytesMax", 1_000));
        aGroup();
        gate.hold("append");
        stage.send(says(BEN, "first", "hold the line"));
        stage.loop.settle();
        for (int i = 0; i < 4; i++) stage.send(says(BEN, "m" + i, "x".repeat(1_000)));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        assertThat(batchSizes()).containsExactly(2, 1, 2, 2);
    }

    @Test
    void conversationsTakeTurns() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 4, "batchBytesMax", 1_000_000, "recentBytesMax", 1_000));
        aGroup();
        stage.ask(in(sibling(0), creates(ANNA, "c1", BEN)));
        gate.hold("append");
        stage.send(says(BEN, "first", "hold the line"));
        stage.loop.settle();
        for (int i = 0; i < 6; i++) stage.send(says(BEN, "a" + i, "much"));
        stage.send(in(sibling(0), says(BEN, "b0", "little")));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        assertThat(ids().subList(5, 9)).containsExactly("a0", "b0", "a1", "a2");
    }

    @Test
    void tooMuchInOneConversationIsBusyAndOthersGoOn() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "conversationWaitingMax", 3, "shardWaitingMax", 100, "tailEntriesMax", 1_000));
        aGroup();
        stage.ask(in(sibling(0), creates(ANNA, "c1", BEN)));
        gate.hold("append");
        stage.send(says(BEN, "first", "hold the line"));
        stage.loop.settle();
        Future<Object> many =
                stage.send(says(BEN, "m1", "1"), says(BEN, "m2", "2"), says(BEN, "m3", "3"), says(BEN, "m4", "4"));
        Future<Object> other = stage.send(in(sibling(0), says(BEN, "b1", "1")));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        assertThat(code(answersOf(many).get(3))).isEqualTo(ErrorCode.BUSY);
        assertThat(placed(answersOf(many).get(2))).isEqualTo(6);
        placed(answersOf(other).getFirst());
    }

    @Test
    void tooMuchInTheShardIsBusy() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "conversationWaitingMax", 100, "shardWaitingMax", 3, "tailEntriesMax", 1_000));
        aGroup();
        gate.hold("append");
        for (int i = 0; i < 3; i++) stage.send(says(BEN, "m" + i, "hello"));
        assertThat(code(stage.ask(says(BEN, "m4", "too much")))).isEqualTo(ErrorCode.BUSY);
        gate.let("append");
        stage.loop.settle();
        placed(stage.ask(says(BEN, "m4", "now")));
    }

    @Test
    void whatStandsBehindARetryableRefusalOfItsSessionIsRefusedToo() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "conversationWaitingMax", 3, "shardWaitingMax", 100, "tailEntriesMax", 1_000));
        aGroup();
        gate.hold("append");
        stage.send(says(BEN, "first", "hold the line"));
        stage.loop.settle();
        stage.send(says(BEN, "m1", "1"), says(BEN, "m2", "2"));
        Future<Object> split = stage.send(
                says(ANNA, "a1", "the third"), says(ANNA, "a2", "the fourth"), in(sibling(0), says(ANNA, "b1", "x")));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        assertThat(code(answersOf(split).get(1))).isEqualTo(ErrorCode.BUSY);
        assertThat(code(answersOf(split).get(2))).isEqualTo(ErrorCode.NOT_FOUND);

        placed(stage.ask(draft(ANNA, GROUP, "slow", slow(60_000))));
        stage.loop.advance(60_000);
        placed(stage.ask(says(BEN, "s1", "once")));
        List<Answer> slow = stage.askAll(
                says(BEN, "s2", "twice"),
                draft(BEN, GROUP, "s3", new Content.Delete(3, List.of())),
                draft(ANNA, GROUP, "s4", new Content.Delete(3, List.of())));
        assertThat(slow.subList(0, 2)).allSatisfy(each -> assertThat(code(each)).isEqualTo(ErrorCode.SLOW_MODE));
        placed(slow.get(2));
    }

    private static Content slow(long millis) {
        return new Content.ConversationUpdated(new Settings(null, millis), false, true, false, false);
    }

    // Retries.

    @Test
    void aRetryInTheSameBatchGetsTheSameAnswer() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        Future<Object> first = stage.send(says(BEN, "m1", "hello"));
        Future<Object> again = stage.send(says(BEN, "m1", "hello"));
        Future<Object> other = stage.send(says(BEN, "m1", "other"));
        stage.loop.settle();
        assertThat(again.isComplete()).isFalse();
        gate.let("append");
        stage.loop.settle();
        assertThat(placed(answersOf(first).getFirst())).isEqualTo(3);
        assertThat(answersOf(again).getFirst()).isEqualTo(new Answer.Placed(3, stage.loop.millis(), 1, true));
        assertThat(code(answersOf(other).getFirst())).isEqualTo(ErrorCode.CONFLICT);
        assertThat(positions()).hasSize(3);
    }

    @Test
    void aRetryLongAfterIsFoundInTheProjection() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 128, "batchBytesMax", 1_000_000, "recentBytesMax", 0));
        aGroup();
        Answer first = stage.ask(says(BEN, "m1", "hello"));
        for (int i = 0; i < 10; i++) placed(stage.ask(says(BEN, "n" + i, "more")));
        stage.loop.advance(60_000);
        Answer.Placed again = (Answer.Placed) stage.ask(says(BEN, "m1", "hello"));
        assertThat(again.duplicate()).isTrue();
        assertThat(again.sequence()).isEqualTo(placed(first));
        assertThat(again.sentAt()).isEqualTo(((Answer.Placed) first).sentAt());
    }

    @Test
    void anIdLookedUpBeforeItWasUsedIsNotTakenForUnused() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 128, "batchBytesMax", 1_000_000, "recentBytesMax", 0));
        aGroup();
        // The look-up of the second is answered from before the first was placed, and comes only when the first was
        // projected and would have left memory.
        gate.hold("append");
        Future<Object> first = stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        Future<Object> second = stage.send(says(BEN, "m1", "hello"));
        Future<Object> busy = stage.send(says(ANNA, "a1", "hello"));
        stage.loop.settle();
        gate.let("append");
        stage.loop.settle();
        for (int i = 0; i < 10; i++) placed(stage.ask(says(BEN, "n" + i, "more")));
        assertThat(placed(answersOf(first).getFirst())).isEqualTo(3);
        assertThat(((Answer.Placed) answersOf(second).getFirst()).duplicate()).isTrue();
        placed(answersOf(busy).getFirst());
    }

    @Test
    void whatWasReadOfTheIdsIsOutdatedByNothingInBetween() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 128, "batchBytesMax", 1_000_000, "recentBytesMax", 0));
        aGroup();
        stage.ask(in(sibling(0), creates(ANNA, "c1", BEN)));
        gate.hold("conversations");
        // waits for its conversation, with an id that was looked up and not found
        Future<Object> late = stage.send(in(sibling(1), creates(ANNA, "c2", BEN)));
        stage.loop.settle();
        for (int i = 0; i < 10; i++) placed(stage.ask(says(BEN, "n" + i, "more")));
        Future<Object> same = stage.send(in(sibling(1), creates(ANNA, "c2", BEN)));
        stage.loop.settle();
        gate.let("conversations");
        stage.loop.settle();
        placed(answersOf(late).getFirst());
        assertThat(((Answer.Placed) answersOf(same).getFirst()).duplicate()).isTrue();
    }

    @Test
    void oneLookUpServesAllDraftsOfATurnInAllShards() {
        SequencerVerticle sequencer = stage.serving("n1", gate, CONFIG);
        for (int shard = 0; shard < 128; shard++) sequencer.take(shard);
        stage.loop.settle();
        List<Draft> drafts = IntStream.range(0, 50)
                .mapToObj(i -> in(new ConversationId("g" + i), creates(ANNA, "c", BEN)))
                .toList();
        List<Future<Object>> answers = drafts.stream().map(stage::send).toList();
        stage.loop.settle();
        answers.forEach(answer -> placed(answersOf(answer).getFirst()));
        assertThat(gate.calls("ids")).hasSize(1);
        assertThat((Collection<?>) gate.calls("ids").getFirst().getFirst()).hasSize(50);
        assertThat(gate.calls("conversations")).hasSize(1);
    }

    // Answers that rest on the log.

    @Test
    void refusalsWithoutAnAppendShareOneReadOfTheHead() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        int before = gate.calls("head").size();
        Future<Object> one = stage.send(says(EVE, "e1", "hello"));
        Future<Object> two = stage.send(in(sibling(0), says(EVE, "e2", "hello")));
        stage.loop.settle();
        assertThat(code(answersOf(one).getFirst())).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(code(answersOf(two).getFirst())).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(gate.calls("head")).hasSize(before + 1);
        assertThat(gate.calls("append")).hasSize(1);
    }

    @Test
    void whatWasRefusedIsNotPlacedWhenTheBusRepeatsIt() {
        stage.serving("n1");
        stage.ask(creates(ANNA, "c1", BEN));
        assertThat(code(stage.ask(says(EVE, "e1", "hello")))).isEqualTo(ErrorCode.NOT_FOUND);
        Runnable repeat = stage.bus.repeatOfTheLast();
        placed(stage.ask(draft(ANNA, GROUP, "add", new Content.MembersAdded(List.of(EVE), Role.MEMBER))));
        repeat.run();
        stage.loop.settle();
        assertThat(ids()).doesNotContain("e1");
        assertThat(placed(stage.ask(says(EVE, "e1", "hello")))).isEqualTo(4);
    }

    @Test
    void aRefusalThatRestsOnABatchWaitsForIt() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        stage.send(draft(ANNA, GROUP, "r1", new Content.MembersRemoved(List.of(new Departure(BEN, 0)))));
        Future<Object> refused = stage.send(says(BEN, "b1", "hello"));
        stage.loop.settle();
        assertThat(refused.isComplete()).isFalse();
        gate.let("append");
        stage.loop.settle();
        assertThat(code(answersOf(refused).getFirst())).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void aRefusalOfAnOwnerThatWasReplacedIsNotSaid() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        stage.sequencer("n2").take(SHARD);
        stage.loop.settle();
        placed(stage.ask(draft(ANNA, GROUP, "add", new Content.MembersAdded(List.of(EVE), Role.MEMBER))));
        Future<Object> zombie = stage.bus.requestOldest(
                Address.sequencer(SHARD), new Submit(SHARD, List.of(says(EVE, "e1", "I am a member"))));
        stage.loop.settle();
        assertThat(zombie.result()).isInstanceOf(NotMine.class);
        placed(stage.ask(says(EVE, "e1", "I am a member")));
    }

    // What the store leaves open.

    @Test
    void aBatchWhoseAnswerWasLostIsFoundAtTheHead() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.loseAnswer("append");
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.advance(100);
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
        assertThat(ids()).containsExactly("create", "", "m1");
    }

    @Test
    void aBatchThatWasNotAppliedIsTriedAgainByteForByte() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.fail("append", new IllegalStateException("timed out"));
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        stage.send(says(BEN, "m2", "waits"));
        stage.loop.advance(100);
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
        assertThat(gate.calls("append").get(2)).isEqualTo(gate.calls("append").get(1));
        assertThat(ids()).containsExactly("create", "", "m1", "m2");
    }

    @Test
    void aBatchThatIsAppliedLateIsRecognised() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.fail("append", new IllegalStateException("timed out"));
        gate.hold("head");
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.advance(100);
        gate.let("head"); // not applied yet: it is tried again, and that is held until the first try was applied
        gate.hold("append");
        gate.carryOutLate();
        gate.let("append");
        stage.loop.advance(100);
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
        assertThat(ids()).containsExactly("create", "", "m1");
    }

    @Test
    void aDraftWhoseBatchWentOutIsNeverRefused() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        Future<Object> out = stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        Future<Object> unsent = stage.send(says(BEN, "m2", "waits"));
        stage.loop.advance(1_700);
        assertThat(out.isComplete()).isFalse();
        assertThat(code(answersOf(unsent).getFirst())).isEqualTo(ErrorCode.UNAVAILABLE);
        stage.loop.advance(300);
        assertThat(code(answersOf(out).getFirst())).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        gate.let("append");
        stage.loop.settle();
        assertThat(((Answer.Placed) stage.ask(says(BEN, "m1", "hello"))).duplicate())
                .isTrue();
        assertThat(ids()).containsExactly("create", "", "m1");
    }

    @Test
    void aStoreThatWroteNothingIsAskedAgain() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.fail("append", new Unavailable("full"));
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.advance(100);
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
    }

    @Test
    void aStoreThatStaysUnavailableIsNotWaitedForLong() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        for (int i = 0; i < 100; i++) gate.fail("append", new Unavailable("full"));
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.advance(1_700);
        assertThat(code(answersOf(answer).getFirst())).isEqualTo(ErrorCode.UNAVAILABLE);
        stage.loop.advance(60_000);
        assertThat(ids()).containsExactly("create", "");
    }

    @Test
    void aLookUpThatFailsIsMadeAgain() {
        stage.serving("n1", gate, CONFIG);
        gate.fail("ids", new IllegalStateException("timed out"));
        gate.fail("conversations", new IllegalStateException("timed out"));
        Future<Object> answer = stage.send(creates(ANNA, "create", BEN));
        stage.loop.advance(200);
        placed(answersOf(answer).getFirst());
        stage.serving("n2", gate, CONFIG);
        gate.fail("members", new IllegalStateException("timed out"));
        gate.fail("entries", new IllegalStateException("timed out"));
        placed(stage.ask(in(sibling(0), creates(BEN, "c2", ANNA))));
        Future<Object> later = stage.send(says(BEN, "m1", "hello"));
        stage.loop.advance(200);
        placed(answersOf(later).getFirst());
    }

    @Test
    void aDamagedConversationIsRefusedAndOthersGoOn() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        placed(stage.ask(in(sibling(0), creates(ANNA, "c", BEN))));
        stage.serving("n2", gate, CONFIG);
        gate.refuse(
                "ids",
                new Damaged(null, "ids"),
                arguments -> ((Collection<?>) arguments.getFirst())
                        .stream()
                                .anyMatch(key ->
                                        ((History.IdKey) key).conversationId().equals(GROUP)));
        Future<Object> damaged = stage.send(says(BEN, "m1", "hello"));
        Future<Object> whole = stage.send(in(sibling(0), says(BEN, "m1", "hello")));
        stage.loop.settle();
        assertThat(code(answersOf(damaged).getFirst())).isEqualTo(ErrorCode.INTERNAL);
        placed(answersOf(whole).getFirst());
    }

    // Owners.

    @Test
    void aNewOwnerKnowsAllThatTheOldOneDid() {
        stage.serving("n1");
        aGroup();
        Answer.Placed first = (Answer.Placed) stage.ask(says(BEN, "m1", "hello"));
        stage.serving("n2");
        Answer.Placed again = (Answer.Placed) stage.ask(says(BEN, "m1", "hello"));
        assertThat(again.sequence()).isEqualTo(first.sequence());
        assertThat(again.sentAt()).isEqualTo(first.sentAt());
        assertThat(again.duplicate()).isTrue();
        assertThat(placed(stage.ask(says(BEN, "m2", "more")))).isEqualTo(4);
    }

    @Test
    void anOwnerThatWasReplacedSaysSoAndWritesNothing() {
        SequencerVerticle old = stage.serving("n1");
        aGroup();
        stage.serving("n2");
        Future<Object> zombie =
                stage.bus.requestOldest(Address.sequencer(SHARD), new Submit(SHARD, List.of(says(BEN, "m1", "hello"))));
        stage.loop.settle();
        assertThat(zombie.result()).isEqualTo(new NotMine(SHARD, "here"));
        assertThat(old.serves(SHARD)).isFalse();
        assertThat(ids()).containsExactly("create", "");
        assertThat(placed(stage.ask(says(BEN, "m1", "hello")))).isEqualTo(3);
    }

    @Test
    void anOwnerWithNothingToDoLearnsThatItWasReplaced() {
        SequencerVerticle old = stage.serving("n1");
        stage.serving("n2");
        assertThat(old.serves(SHARD)).isTrue();
        stage.loop.advance(10_000);
        assertThat(old.serves(SHARD)).isFalse();
    }

    @Test
    void aBatchOfAnOwnerThatWasReplacedIsFoundInTheLog() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.loseAnswer("append");
        gate.hold("head");
        Future<Object> answer = stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        stage.serving("n2");
        placed(stage.ask(says(ANNA, "a1", "meanwhile")));
        gate.let("head");
        stage.loop.advance(100);
        assertThat(placed(answersOf(answer).getFirst())).isEqualTo(3);
        assertThat(ids()).containsExactly("create", "", "m1", "a1");
    }

    @Test
    void theTakeOverHasATurnOfTwoSeconds() {
        SequencerVerticle sequencer = stage.serving("n1");
        sequencer.release(SHARD);
        stage.loop.settle();
        Future<Void> again = sequencer.take(SHARD);
        stage.loop.advance(1_500);
        assertThat(again.isComplete()).isFalse();
        stage.loop.advance(600);
        assertThat(again.succeeded()).isTrue();
    }

    @Test
    void draftsThatComeDuringATakeOverAreServedAfterIt() {
        SequencerVerticle sequencer = stage.sequencer("n1", gate.over(stage.store.stores(Weather.FINE)), CONFIG);
        gate.hold("takeOver");
        sequencer.take(SHARD);
        Future<Object> early = stage.send(creates(ANNA, "create", BEN));
        stage.loop.advance(500);
        gate.let("takeOver");
        stage.loop.settle();
        placed(answersOf(early).getFirst());
    }

    @Test
    void aTakeOverWhoseAnswerWasLostIsFoundAtTheHead() {
        gate.loseAnswer("takeOver");
        Future<Void> taken = stage.sequencer("n1", gate.over(stage.store.stores(Weather.FINE)), CONFIG)
                .take(SHARD);
        stage.loop.advance(1_000);
        assertThat(taken.succeeded()).isTrue();
        assertThat(gate.calls("takeOver")).hasSize(1);
        assertThat(stage.pull(GROUP, 0).epoch()).isEqualTo(1);
    }

    @Test
    void aReleasedShardFinishesWhatIsInFlightAndPassesOnTheRest() {
        SequencerVerticle sequencer = stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.hold("append");
        Future<Object> inFlight = stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        Future<Object> waits = stage.send(says(BEN, "m2", "waits"));
        Future<Void> released = sequencer.release(SHARD);
        stage.loop.settle();
        assertThat(waits.result()).isInstanceOf(NotMine.class);
        assertThat(released.isComplete()).isFalse();
        gate.let("append");
        stage.loop.settle();
        assertThat(placed(answersOf(inFlight).getFirst())).isEqualTo(3);
        assertThat(released.succeeded()).isTrue();
        assertThat(stage.bus.isHeard(Address.sequencer(SHARD))).isFalse();
        assertThat(stage.store
                        .stores(Weather.FINE)
                        .log()
                        .cursors(SHARD)
                        .result()
                        .projected())
                .isEqualTo(3);
    }

    @Test
    void aStopHandsOverEverything() {
        SequencerVerticle sequencer = stage.serving("n1");
        sequencer.take(SHARD ^ 1);
        stage.loop.settle();
        Future<?> stopped = sequencer.stop();
        stage.loop.advance(500);
        assertThat(stopped.succeeded()).isTrue();
        assertThat(sequencer.serves(SHARD)).isFalse();
        assertThat(stage.bus.isHeard(Address.sequencer(SHARD ^ 1))).isFalse();
    }

    @Test
    void whatIsForNoShardOfItsOwnIsNotMine() {
        stage.serving("n1");
        Future<Object> other = stage.bus.request(
                Address.sequencer(SHARD), new Submit(SHARD ^ 1, List.of(creates(ANNA, "c", BEN))), 500);
        assertThat(other.result()).isInstanceOf(NotMine.class);
    }

    // Pulls.

    @Test
    void aPullGivesWhatTheAskerLacksAndWhoMayReadIt() {
        stage.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "batchEntriesMax", 128, "batchBytesMax", 1_000_000, "recentBytesMax", 1_000));
        aGroup();
        for (int i = 0; i < 20; i++) placed(stage.ask(says(BEN, "m" + i, "hello")));
        Pulled recent = stage.pull(GROUP, 21, ANNA, BEN, EVE);
        assertThat(recent.head()).isEqualTo(22);
        assertThat(recent.entries()).extracting(Entry::sequence).containsExactly(22L);
        assertThat(recent.memberships()).extracting(Membership::userId).containsExactly(ANNA, BEN);
        assertThat(gate.calls("after")).isEmpty();
        Pulled all = stage.pull(GROUP, 0);
        assertThat(all.entries())
                .hasSize(22)
                .extracting(Entry::sequence)
                .startsWith(1L, 2L)
                .endsWith(22L);
        assertThat(gate.calls("after")).hasSize(1);
        assertThat(stage.pull(GROUP, 22).entries()).isEmpty();
        assertThat(stage.pull(sibling(5), 0).head()).isZero();
    }

    // Projections.

    @Test
    void messagesAreToldAtOnceAndAllElseAfterItsProjection() {
        Stage deferred = Stage.withDeferredProjections();
        deferred.serving("n1", gate, CONFIG);
        placed(deferred.ask(creates(ANNA, "create", BEN)));
        deferred.routed();
        gate.hold("project");
        placed(deferred.ask(says(BEN, "m1", "at once")));
        assertThat(deferred.routed()).containsExactly("3>anna,ben");
        Future<Object> added =
                deferred.send(draft(ANNA, GROUP, "a1", new Content.MembersAdded(List.of(EVE), Role.MEMBER)));
        Future<Object> behind = deferred.send(says(BEN, "m2", "behind it"));
        Future<Object> again =
                deferred.send(draft(ANNA, GROUP, "a1", new Content.MembersAdded(List.of(EVE), Role.MEMBER)));
        Future<Object> unchanged =
                deferred.send(draft(ANNA, GROUP, "a2", new Content.MembersAdded(List.of(EVE), Role.MEMBER)));
        deferred.loop.settle();
        assertThat(added.isComplete() || behind.isComplete() || again.isComplete() || unchanged.isComplete())
                .isFalse();
        assertThat(deferred.routed()).isEmpty();
        Pulled pulled = deferred.pull(GROUP, 2, EVE);
        assertThat(pulled.head()).isEqualTo(3);
        assertThat(pulled.memberships()).isEmpty();

        gate.let("project");
        deferred.loop.settle();
        assertThat(placed(answersOf(added).getFirst())).isEqualTo(4);
        assertThat(placed(answersOf(behind).getFirst())).isEqualTo(5);
        assertThat(((Answer.Placed) answersOf(again).getFirst()).sequence()).isEqualTo(4);
        assertThat(answersOf(unchanged).getFirst()).isEqualTo(new Answer.Unchanged(5));
        assertThat(deferred.routed()).containsExactly("4>anna,ben,eve", "5>anna,ben,eve");
    }

    @Test
    void aConversationThatCannotBeProjectedHoldsUpNoOther() {
        Stage deferred = Stage.withDeferredProjections();
        deferred.serving("n1", gate, CONFIG);
        placed(deferred.ask(creates(ANNA, "create", BEN)));
        placed(deferred.ask(in(sibling(0), creates(ANNA, "create", BEN))));
        gate.refuse(
                "project",
                new IllegalStateException("poison"),
                arguments -> ((List<?>) arguments.get(1))
                        .stream()
                                .anyMatch(entry ->
                                        ((Entry) entry).conversationId().equals(GROUP)));
        Future<Object> poisoned = deferred.send(rename(GROUP, "r1"));
        Future<Object> other = deferred.send(rename(sibling(0), "r1"));
        deferred.loop.advance(500);
        assertThat(placed(answersOf(other).getFirst())).isEqualTo(3);
        assertThat(poisoned.isComplete()).isFalse();
        placed(deferred.ask(rename(sibling(0), "r2")));
        deferred.loop.advance(2_000);
        assertThat(code(answersOf(poisoned).getFirst())).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        gate.admit("project");
        deferred.loop.advance(2_000);
        assertThat(((Answer.Placed) deferred.ask(rename(GROUP, "r1"))).duplicate())
                .isTrue();
    }

    @Test
    void aTailThatIsFullIsBusyUntilItIsProjected() {
        Stage deferred = Stage.withDeferredProjections();
        deferred.serving(
                "n1",
                gate,
                Altered.of(CONFIG, "conversationWaitingMax", 100, "shardWaitingMax", 100, "tailEntriesMax", 5));
        placed(deferred.ask(creates(ANNA, "create", BEN)));
        gate.hold("project");
        for (int i = 0; i < 5; i++) placed(deferred.ask(says(BEN, "m" + i, "hello")));
        assertThat(code(deferred.ask(says(BEN, "m5", "hello")))).isEqualTo(ErrorCode.BUSY);
        gate.let("project");
        deferred.loop.settle();
        placed(deferred.ask(says(BEN, "m5", "hello")));
    }

    @Test
    void theTailOfAnOwnerThatDiedIsProjectedAndSpreadByTheNext() {
        Stage deferred = Stage.withDeferredProjections();
        deferred.serving("n1", gate, CONFIG);
        placed(deferred.ask(creates(ANNA, "create", BEN)));
        deferred.loop.advance(2_000);
        gate.hold("project");
        placed(deferred.ask(says(BEN, "m1", "hello")));
        deferred.send(draft(ANNA, GROUP, "a1", new Content.MembersAdded(List.of(EVE), Role.MEMBER)));
        deferred.loop.settle();
        deferred.bus.take(Address.fanout(SHARD), Spread.class);

        deferred.serving("n2");
        deferred.loop.advance(200);
        List<Spread> spreads = deferred.bus.take(Address.fanout(SHARD), Spread.class);
        assertThat(spreads)
                .containsExactly(
                        new Spread(SHARD, 2, 2, 4, List.of(new Route.HeadHint(GROUP, 4, List.of(ANNA, BEN, EVE)))));
        assertThat(placed(deferred.ask(says(EVE, "e1", "I am in")))).isEqualTo(5);
        assertThat(((Answer.Placed) deferred.ask(says(BEN, "m1", "hello"))).sequence())
                .isEqualTo(3);
    }

    @Test
    void headsOfATenthOfASecondAreSpreadTogether() {
        stage.serving("n1");
        stage.loop.advance(100);
        placed(stage.ask(creates(ANNA, "create", BEN)));
        placed(stage.ask(in(sibling(0), creates(ANNA, "create", BEN))));
        placed(stage.ask(says(BEN, "m1", "hello")));
        placed(stage.ask(draft(ANNA, GROUP, "r1", new Content.MembersRemoved(List.of(new Departure(BEN, 0))))));
        stage.loop.advance(100);
        assertThat(stage.bus.take(Address.fanout(SHARD), Spread.class))
                .containsExactly(new Spread(
                        SHARD,
                        1,
                        0,
                        6,
                        List.of(
                                new Route.HeadHint(GROUP, 4, List.of(ANNA, BEN)),
                                new Route.HeadHint(sibling(0), 2, List.of(ANNA, BEN)))));
        stage.loop.advance(1_000);
        assertThat(stage.bus.take(Address.fanout(SHARD), Spread.class)).isEmpty();
    }

    @Test
    void theProjectedCursorIsSavedEverySecondIfItMoved() {
        stage.serving("n1", gate, CONFIG);
        aGroup();
        stage.loop.advance(1_000);
        assertThat(gate.calls("saveCursors")).hasSize(1);
        stage.loop.advance(10_000);
        assertThat(gate.calls("saveCursors")).hasSize(1);
        placed(stage.ask(says(BEN, "m1", "hello")));
        stage.loop.advance(1_000);
        assertThat(gate.calls("saveCursors")).hasSize(2);
    }

    // Memory.

    @Test
    void theLongestIdleConversationIsUnloadedAndReadAgain() {
        stage.serving(
                "n1",
                gate,
                Altered.of(
                        CONFIG,
                        "conversationsMax",
                        2,
                        "conversationBytesMax",
                        1_000_000,
                        "batchEntriesMax",
                        128,
                        "batchBytesMax",
                        1_000_000,
                        "recentBytesMax",
                        0));
        for (int i = 0; i < 4; i++) placed(stage.ask(in(sibling(i), creates(ANNA, "c", BEN))));
        stage.loop.advance(200);
        int before = gate.calls("conversations").size();
        placed(stage.ask(in(sibling(3), says(BEN, "m1", "still there"))));
        assertThat(gate.calls("conversations")).hasSize(before);
        assertThat(placed(stage.ask(in(sibling(0), says(BEN, "m1", "read again")))))
                .isEqualTo(3);
        assertThat(gate.calls("conversations")).hasSize(before + 1);
    }

    @Test
    void aConversationWithATailStaysWhereItIs() {
        Stage deferred = Stage.withDeferredProjections();
        deferred.serving(
                "n1",
                gate,
                Altered.of(
                        CONFIG,
                        "conversationsMax",
                        1,
                        "conversationBytesMax",
                        1_000_000,
                        "batchEntriesMax",
                        128,
                        "batchBytesMax",
                        1_000_000,
                        "recentBytesMax",
                        0));
        placed(deferred.ask(creates(ANNA, "create", BEN)));
        gate.hold("project");
        placed(deferred.ask(says(BEN, "m1", "hello")));
        for (int i = 0; i < 4; i++) deferred.ask(in(sibling(i), says(ANNA, "no", "such conversation")));
        assertThat(placed(deferred.ask(says(BEN, "m2", "hello")))).isEqualTo(4);
        assertThat(((Answer.Placed) deferred.ask(says(BEN, "m1", "hello"))).sequence())
                .isEqualTo(3);
    }

    @Test
    void whatNobodyExpectedEndsInATakeOverFromTheLog() {
        SequencerVerticle sequencer = stage.serving("n1", gate, CONFIG);
        aGroup();
        gate.wrong("append"); // answers with something that is no answer
        stage.send(says(BEN, "m1", "hello"));
        stage.loop.settle();
        assertThat(sequencer.serves(SHARD)).isFalse();
        stage.loop.advance(3_000);
        assertThat(sequencer.serves(SHARD)).isTrue();
        placed(stage.ask(says(BEN, "m2", "hello")));
    }

    private static Draft rename(ConversationId conversation, String id) {
        return draft(
                ANNA,
                conversation,
                id,
                new Content.ConversationUpdated(new Settings("Named " + id, 0), true, false, false, false));
    }
}
