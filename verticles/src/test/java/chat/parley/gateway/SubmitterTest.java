package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.NodeRole;
import chat.parley.bus.NotMine;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SubmitterTest {
    private static final UserId ANNA = new UserId("anna");
    private static final ConversationId GROUP = new ConversationId("group-1");
    private static final ConversationId OTHER = new ConversationId("other");

    private final ManualLoop loop = new ManualLoop();
    private final MemoryBus bus = new MemoryBus(loop);
    private final Topology topology = new Topology("gateway", nodes("n1"));
    private final Tally tally = new Tally();
    private final Submitter submitter = new Submitter(
            bus,
            loop,
            topology,
            new ReadPointers(
                    loop, new MemoryStore(false, 1).stores(Weather.FINE).directory()),
            2_000,
            tally);
    private final Map<ConversationId, Lane> lanes = new HashMap<>();
    private final List<Received> heard = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();

    @Test
    void whatIsSentInOneTurnGoesTogetherAndInOrder() {
        listen();
        submit(GROUP, "a");
        submit(GROUP, "b");
        loop.settle();

        assertThat(heardIds()).containsExactly("a,b");
        place(0, 3, 4);
        assertThat(answers).containsExactly("a=3", "b=4");
        assertThat(lanes).isEmpty();
        assertThat(submitter.drafts()).isZero();
    }

    @Test
    void whatIsSentMeanwhileWaitsForTheAnswer() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        submit(GROUP, "b");
        submit(GROUP, "c");
        loop.settle();
        assertThat(heardIds()).containsExactly("a");
        place(0, 3);

        assertThat(heardIds()).containsExactly("a", "b,c");
    }

    @Test
    void anotherConversationDoesNotWait() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        submit(OTHER, "b");
        loop.settle();

        assertThat(heardIds()).containsExactly("a", "b");
    }

    @Test
    void anotherSenderDoesNotWait() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        Future<Answer> other = submitter.submit(draft(GROUP, "b"));
        loop.settle();

        assertThat(heardIds()).containsExactly("a", "b");
        place(1, 4);
        assertThat(other.result()).isEqualTo(new Answer.Placed(4, 9, 1, false));
    }

    @Test
    void aRefusalToBeTriedAgainRefusesWhatStandsBehind() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        submit(GROUP, "b");
        submit(GROUP, "c");
        answer(0, new Submitted(List.of(new Answer.Refused(ErrorCode.SLOW_MODE, "slow", 700))));

        assertThat(answers).containsExactly("a slow_mode", "b slow_mode", "c slow_mode");
        submit(GROUP, "d");
        loop.settle();
        assertThat(heardIds()).containsExactly("a", "d");
    }

    @Test
    void aRefusalForGoodRefusesNothingElse() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        submit(GROUP, "b");
        answer(0, new Submitted(List.of(new Answer.Refused(ErrorCode.CONFLICT, "other content"))));

        assertThat(answers).containsExactly("a conflict");
        assertThat(heardIds()).containsExactly("a", "b");
    }

    @Test
    void withoutAnAnswerTheOutcomeIsUnknownAndWhatStandsBehindWasNotSent() {
        listen();
        submit(GROUP, "a");
        loop.settle();
        submit(GROUP, "b");
        loop.advance(1_999);
        assertThat(answers).isEmpty();
        loop.advance(1);

        assertThat(answers).containsExactly("a outcome_unknown", "b unavailable");
        assertThat(submitter.drafts()).isZero();
    }

    @Test
    void anAnswerThatComesTooLateIsNotTold() {
        listen();
        submit(GROUP, "a");
        loop.advance(2_001);
        place(0, 3);

        assertThat(answers).containsExactly("a outcome_unknown");
    }

    @Test
    void whoeverIsNotTheOwnerIsAskedTwiceAndThenEveryTenthOfASecond() {
        listen();
        submit(GROUP, "a");
        for (int i = 0; i < 4; i++) {
            loop.settle();
            answer(i, new NotMine(GROUP.shard(), "n2"));
            if (i > 0) loop.advance(100);
        }
        assertThat(heard).hasSize(5);
        place(4, 3);

        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void whomAnotherNamesAsTheOwnerIsAskedNext() {
        topology.update(nodes("n1", "n2", "n3"));
        listen();
        submit(GROUP, "a");
        loop.settle();
        String owner = asked.getFirst();
        String named = owner.equals("n2") ? "n3" : "n2";
        answer(0, new NotMine(GROUP.shard(), named));
        assertThat(asked).containsExactly(owner, named);
        answer(1, new NotMine(GROUP.shard(), "gone"));
        loop.advance(100);
        assertThat(asked).containsExactly(owner, named, owner);
        place(2, 3);

        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void whatThisNodeOwnsGoesThroughNoRegistry() {
        topology.update(nodes("gateway"));
        bus.listen(Address.sequencer(GROUP.shard()), heard::add);
        submit(GROUP, "a");
        loop.settle();
        place(0, 3);

        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void whileThereIsNoOwnerOneIsLookedFor() {
        topology.update(nodes());
        listen();
        submit(GROUP, "a");
        loop.advance(500);
        topology.update(nodes("n2"));
        loop.advance(100);
        place(0, 3);

        assertThat(asked).containsExactly("n2");
        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void ifNobodyIsTheOwnerForTwoSecondsItIsUnavailable() {
        listen();
        submit(GROUP, "a");
        for (int i = 0; answers.isEmpty() && i < 100; i++) {
            loop.settle();
            if (i < heard.size()) answer(i, new NotMine(GROUP.shard(), null));
            if (i > 0) loop.advance(100);
        }

        assertThat(answers).containsExactly("a unavailable");
        assertThat(heard).hasSizeBetween(19, 22);
    }

    @Test
    void ifNobodyListensItIsUnavailable() {
        submit(GROUP, "a");
        loop.advance(1_999);
        assertThat(answers).isEmpty();
        loop.advance(200);

        assertThat(answers).containsExactly("a unavailable");
    }

    @Test
    void anOwnerThatComesInTimeGetsIt() {
        submit(GROUP, "a");
        loop.advance(1_000);
        listen();
        loop.advance(200);
        place(0, 3);

        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void pastTheBoundSendsAreBusy() {
        listen();
        for (int i = 0; i < 16_385; i++) submit(GROUP, "m" + i);

        assertThat(answers).containsExactly("m16384 busy");
        assertThat(failed()).containsExactly("busy 1");
    }

    @Test
    void aTurnWithVeryManyDraftsIsSeveralMessages() {
        listen();
        for (int i = 0; i < 5_000; i++) submitter.submit(draft(GROUP, "m" + i));
        loop.settle();

        assertThat(heard).hasSize(3);
    }

    @Test
    void whatANodeThatLeftWasAskedIsAskedOfTheNext() {
        submitter.start();
        listen();
        submit(GROUP, "a");
        submit(GROUP, "b");
        loop.settle();
        topology.update(nodes("n2"));
        loop.settle();
        assertThat(heardIds()).containsExactly("a,b", "a,b");
        answer(1, new NotMine(GROUP.shard(), "n3"));
        loop.settle();
        assertThat(heard).hasSize(3);
        place(2, 3, 4);

        assertThat(answers).containsExactly("a=3", "b=4");
        answer(0, new NotMine(GROUP.shard(), "n2"));
        loop.advance(3_000);
        assertThat(heard).hasSize(3);
        assertThat(answers).hasSize(2);
    }

    @Test
    void theAnswerOfANodeThatSeemedToHaveLeftCounts() {
        submitter.start();
        listen();
        submit(GROUP, "a");
        loop.settle();
        topology.update(nodes("n2"));
        loop.settle();
        place(0, 3);

        assertThat(answers).containsExactly("a=3");
    }

    @Test
    void aRefusalSaysNothingOfWhatTheNodeThatLeftHasDone() {
        submitter.start();
        listen();
        submit(GROUP, "a");
        submit(GROUP, "b");
        loop.settle();
        submit(GROUP, "c");
        topology.update(nodes("n2"));
        loop.settle();
        answer(
                1,
                new Submitted(List.of(
                        new Answer.Refused(ErrorCode.NOT_FOUND, "no member any more"), new Answer.Unchanged(7))));

        assertThat(answers).containsExactly("a outcome_unknown", "b outcome_unknown", "c unavailable");
    }

    @Test
    void aNodeThatIsThereIsWaitedFor() {
        submitter.start();
        listen();
        submit(GROUP, "a");
        loop.settle();
        topology.update(nodes("n1", "n2"));
        loop.advance(1_000);

        assertThat(heard).hasSize(1);
    }

    @Test
    void ifNobodyTakesOverTheOutcomeIsUnknownAfterTwoSecondsInAll() {
        submitter.start();
        listen();
        submit(GROUP, "a");
        loop.advance(300);
        topology.update(nodes());
        loop.advance(1_699);
        assertThat(answers).isEmpty();
        assertThat(heard).hasSize(1);
        loop.advance(200);

        assertThat(answers).containsExactly("a outcome_unknown");
        assertThat(submitter.drafts()).isZero();
    }

    @Test
    void onlyWhatTheServersCouldNotTakeHasFailed() {
        listen();
        for (String id : List.of("a", "b", "c", "d", "e")) submit(GROUP, id);
        loop.settle();
        answer(
                0,
                new Submitted(List.of(
                        new Answer.Placed(3, 9, 1, false),
                        new Answer.Unchanged(3),
                        new Answer.Refused(ErrorCode.NOT_FOUND, "no member any more"),
                        new Answer.Refused(ErrorCode.SLOW_MODE, "slow", 700),
                        new Answer.Refused(ErrorCode.INTERNAL, "damaged"))));
        submit(GROUP, "f");
        loop.settle();
        submit(GROUP, "g");
        loop.advance(2_000);

        assertThat(answers.subList(0, 5))
                .containsExactly("a=3", "b unchanged", "c not_found", "d slow_mode", "e internal");
        assertThat(answers.subList(5, 7)).containsExactly("f outcome_unknown", "g unavailable");
        assertThat(tally.sends.sum()).isEqualTo(7);
        assertThat(tally.acks.sum()).isEqualTo(1);
        assertThat(failed()).containsExactly("unavailable 1", "outcome_unknown 1", "internal 1");
    }

    private List<String> failed() {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> tally.failedUntilNow(code) > 0)
                .map(code -> code.wireName() + " " + tally.failedUntilNow(code))
                .toList();
    }

    private static List<Topology.Node> nodes(String... names) {
        return Arrays.stream(names)
                .map(name -> new Topology.Node(name, EnumSet.allOf(NodeRole.class)))
                .toList();
    }

    private void listen() {
        for (String node : List.of("n1", "n2", "n3")) {
            bus.listen(Address.node(node), received -> {
                heard.add(received);
                asked.add(node);
            });
        }
    }

    private void submit(ConversationId conversation, String id) {
        submitter.submit(
                new Submission(draft(conversation, id)) {
                    @Override
                    void answered(Answer answer) {
                        answers.add(
                                switch (answer) {
                                    case Answer.Placed placed -> id + "=" + placed.sequence();
                                    case Answer.Unchanged unchanged -> id + " unchanged";
                                    case Answer.Refused refused ->
                                        id + " " + refused.code().wireName();
                                });
                    }
                },
                lanes);
    }

    private static Draft draft(ConversationId conversation, String id) {
        return new Draft(conversation, ANNA, id, "s", List.of(Content.Message.of("x")));
    }

    private void place(int submit, long... sequences) {
        List<Answer> placed = new ArrayList<>();
        for (long sequence : sequences) placed.add(new Answer.Placed(sequence, 9, 1, false));
        answer(submit, new Submitted(placed));
    }

    private void answer(int submit, Object answer) {
        heard.get(submit).answer(answer);
        loop.settle();
    }

    private List<String> heardIds() {
        return heard.stream()
                .map(received -> String.join(
                        ",",
                        ((Submit) received.body())
                                .drafts().stream().map(Draft::clientMessageId).toList()))
                .toList();
    }
}
