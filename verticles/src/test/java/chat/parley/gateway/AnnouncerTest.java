package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Announced.Elsewhere;
import chat.parley.bus.Compare;
import chat.parley.bus.NodeRole;
import chat.parley.bus.NotMine;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.gateway.Announcer.Action;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final int SHARD = 7;
    private static final UserId ANN = user(0);
    private static final UserId BOB = user(1);
    private static final UserId EVE = user(2);
    private static final List<UserId> NOBODY = List.of();
    private static final long ANSWER_MILLIS = 2_000;
    private static final Node A = new Node("a", EnumSet.allOf(NodeRole.class));
    private static final Node B = new Node("b", EnumSet.allOf(NodeRole.class));

    private final Topology topology = new Topology("a", List.of(A));
    private final Announcer announcer = new Announcer("a.0", 5, topology, ANSWER_MILLIS, 0);
    private final List<Standing> told = new ArrayList<>();
    private final List<UserId> wrong = new ArrayList<>();
    private long now;

    @Test
    void whoComesWhileNothingIsOnItsWayIsSaidAtOnce() {
        came(ANN);

        Announce announce = announce(onlySent());

        assertThat(announce).isEqualTo(new Announce("a.0", 5, List.of(whole(1, ANN))));
        assertThat(told).isEmpty();
    }

    @Test
    void theSessionHearsOnceTheOwnerKnows() {
        came(ANN);

        answer(onlySent(), 33, new Elsewhere(ANN, List.of("b.0")));

        assertThat(told).containsExactly(new Standing(true, 33, List.of("b.0")));
        pass(ANSWER_MILLIS);
        assertThat(told).as("once").hasSize(1);
    }

    @Test
    void afterTheFirstStepOnlyChangesAreSaid() {
        came(ANN);
        answer(onlySent(), 1);
        came(BOB);
        announcer.gone(ANN, now);

        assertThat(announce(onlySent()).steps())
                .containsExactly(new Announce.Step(SHARD, 2, false, List.of(BOB), List.of(ANN)));
    }

    @Test
    void whoCameAndWentBeforeItWasSaidIsSaidToBeGone() {
        came(ANN);
        answer(onlySent(), 1);
        came(BOB);
        announcer.gone(BOB, now);

        assertThat(announce(onlySent()).steps())
                .containsExactly(new Announce.Step(SHARD, 2, false, NOBODY, List.of(BOB)));
    }

    @Test
    void aSecondSessionOfAUserIsSaidToo() {
        came(ANN);
        answer(onlySent(), 1);
        came(ANN);

        Action.Send second = onlySent();
        assertThat(announce(second).steps()).containsExactly(new Announce.Step(SHARD, 2, false, List.of(ANN), NOBODY));
        answer(second, 2);
        assertThat(told).extracting(Standing::turn).containsExactly(1L, 2L);
        assertThat(announcer.users()).isEqualTo(1);
    }

    @Test
    void whileOneIsOnItsWayOthersGatherFor20Millis() {
        came(ANN);
        Action.Send first = onlySent();
        came(BOB);
        pass(10);
        came(EVE);
        assertThat(sent()).isEmpty();

        pass(10);

        assertThat(announce(onlySent()).steps())
                .containsExactly(new Announce.Step(SHARD, 2, false, List.of(BOB, EVE), NOBODY));
        answer(first, 1);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatGatheredGoesAsSoonAsTheAnswerIsThere() {
        came(ANN);
        Action.Send first = onlySent();
        came(BOB);

        answer(first, 1);

        assertThat(sent()).hasSize(1);
    }

    @Test
    void twoHundredUsersAreNotPutOff() {
        List<UserId> crowd = someUsers(201);
        for (UserId user : crowd) came(user);
        answer(onlySent(), 1);
        came(crowd.getFirst());
        assertThat(sent()).as("idle: at once").hasSize(1);

        for (UserId user : crowd.subList(1, 200)) came(user);
        assertThat(sent()).isEmpty();
        came(crowd.getLast());
        assertThat(users(sent())).isEqualTo(200);
    }

    @Test
    void aStormGoesInFewAnnouncementsAndAtOnce() {
        List<UserId> crowd = someUsers(3_000);
        for (UserId user : crowd) came(user);
        List<Action.Send> wholes = sent();
        assertThat(wholes).hasSize(2);
        for (Action.Send whole : wholes) answer(whole, 1);
        for (UserId user : crowd) came(user);

        List<Action.Send> batches = sent();
        assertThat(batches).hasSize(2);
        assertThat(users(batches)).isEqualTo(crowd.size());
    }

    private static int users(List<Action.Send> batches) {
        return batches.stream()
                .flatMap(batch -> announce(batch).steps().stream())
                .mapToInt(step -> step.came().size())
                .sum();
    }

    @Test
    void withoutAnAnswerTheSessionGoesOnAfter2SecondsAndHearsLater() {
        came(ANN);
        Action.Send first = onlySent();
        pass(Announcer.REQUEST_MILLIS);
        announcer.failed(first.ticket(), now);
        pass(ANSWER_MILLIS - Announcer.REQUEST_MILLIS - 1);
        assertThat(told).isEmpty();

        pass(1);
        assertThat(told).containsExactly(Standing.NOT_ANSWERED);
        announcer.answered(first.ticket(), accepted(9), now);
        act();

        assertThat(told).containsExactly(Standing.NOT_ANSWERED, new Standing(true, 9, List.of()));
    }

    @Test
    void whatWasNotAnsweredIsSaidAgainAsItWas() {
        came(ANN);
        Action.Send first = onlySent();
        announcer.failed(first.ticket(), now);
        assertThat(sent()).isEmpty();

        pass(100);

        assertThat(onlySent()).isEqualTo(first);
    }

    @Test
    void whatTheOwnerMissedIsSaidAsAWhole() {
        came(ANN);
        answer(onlySent(), 1);
        came(BOB);
        Action.Send second = onlySent();
        announcer.answered(
                second.ticket(), new Announced("a", 1, 5, 2, List.of(SHARD), List.of(), List.of(), NOBODY), now);
        assertThat(told).as("Bob waits for the whole").hasSize(1);

        Action.Send again = onlySent();
        assertThat(announce(again).steps()).containsExactly(whole(3, ANN, BOB));
        answer(again, 3);
        assertThat(told).extracting(Standing::turn).containsExactly(1L, 3L);
    }

    @Test
    void whoWasUnknownToTheOwnerIsReportedUnlessTheyOnlyCome() {
        came(ANN);
        answer(onlySent(), 1);
        came(BOB);
        want(onlySent());
        Action.Send whole = onlySent();
        announcer.answered(
                whole.ticket(),
                new Announced("a", 1, 5, 3, List.of(), List.of(), List.of(), List.of(ANN, BOB, EVE)),
                now);
        act();

        assertThat(wrong).as("Bob is told, Eve is not here").containsExactly(ANN);
        assertThat(told).hasSize(2);
    }

    @Test
    void ofAWholeThatWasSaidTwiceAnybodyMayHaveBeenUnknown() {
        came(ANN);
        answer(onlySent(), 1);
        came(BOB);
        want(onlySent());
        Action.Send whole = onlySent();
        announcer.failed(whole.ticket(), now);
        pass(100);

        answer(onlySent(), 4);

        assertThat(wrong).containsExactly(ANN);
    }

    @Test
    void anotherOwnerIsToldEverything() {
        came(ANN);
        answer(onlySent(), 1);

        topology.update(List.of(B));
        announcer.moved(now);

        Action.Send moved = onlySent();
        assertThat(moved.node()).isEqualTo("b");
        assertThat(announce(moved).steps()).containsExactly(whole(2, ANN));
    }

    @Test
    void anAnswerOfTheFormerOwnerCountsNoMore() {
        came(ANN);
        Action.Send former = onlySent();
        topology.update(List.of(A, B));
        assertThat(topology.presenceOwner(SHARD))
                .as("else choose another shard")
                .isEqualTo("b");
        announcer.moved(now);
        Action.Send present = onlySent();

        answer(former, 1);
        assertThat(told).isEmpty();
        answer(present, 2);
        assertThat(told).extracting(Standing::turn).containsExactly(2L);
    }

    @Test
    void anOwnerThatStartedAgainIsToldEverything() {
        came(ANN);
        answer(onlySent(), 1);
        UserId other = userOfAnotherShard();
        came(other);
        Action.Send second = onlySent();
        announcer.answered(second.ticket(), new Announced("a", 2, 5, 1, List.of(), List.of(), List.of(), NOBODY), now);

        assertThat(announce(onlySent()).steps()).containsExactly(whole(2, ANN));
    }

    @Test
    void theOwnerThatARefusalNamesIsAskedAtOnceButNotForLong() {
        topology.update(List.of(A, B));
        announcer.moved(now);
        came(ANN);
        Action.Send first = onlySent();
        assertThat(first.node()).isEqualTo("b");

        refuse(first, "a");
        Action.Send second = onlySent();
        assertThat(second.node()).isEqualTo("a");
        refuse(second, "b");
        assertThat(sent()).isEmpty();
        pass(99);
        assertThat(sent()).isEmpty();
        pass(1);

        Action.Send third = onlySent();
        assertThat(third.node()).isEqualTo("b");
        answer(third, 6);
        assertThat(told).extracting(Standing::turn).containsExactly(6L);
    }

    @Test
    void withoutAnOwnerItIsSaidWhenThereIsOne() {
        topology.update(List.of());
        announcer.moved(now);
        came(ANN);
        assertThat(sent()).isEmpty();

        topology.update(List.of(A));
        announcer.moved(now);

        answer(onlySent(), 1);
        assertThat(told).hasSize(1);
    }

    @Test
    void whoIsTakenForAGhostSaysEverythingUnderAGreaterBoot() {
        came(ANN);
        Action.Send first = onlySent();
        announcer.answered(first.ticket(), new Announced("a", 1, 8, 1, List.of(), List.of(), List.of(), NOBODY), now);
        pass(100);

        Announce again = announce(onlySent());

        assertThat(again.boot()).isEqualTo(9);
        assertThat(again.steps()).containsExactly(whole(2, ANN));
    }

    @Test
    void digestsGoOutEvery30SecondsOfWhatIsSettled() {
        came(ANN);
        came(BOB);
        answer(onlySent(), 1);
        UserId other = userOfAnotherShard();
        came(other);
        onlySent();

        pass(30_000);

        Compare compare = (Compare) sent().getFirst().message();
        assertThat(compare.shards())
                .containsExactly(new Compare.ShardDigest(SHARD, 1, 2, Compare.of(ANN) + Compare.of(BOB)));
    }

    @Test
    void aDigestThatDiffersIsRepairedByTheWhole() {
        came(ANN);
        answer(onlySent(), 1);
        pass(30_000);

        want(onlySent());

        assertThat(announce(onlySent()).steps()).containsExactly(whole(2, ANN));
    }

    @Test
    void aDigestWithoutAnAnswerIsLeftToTheNext() {
        came(ANN);
        answer(onlySent(), 1);
        pass(30_000);
        announcer.failed(onlySent().ticket(), now);
        assertThat(sent()).isEmpty();

        pass(30_000);

        assertThat(onlySent().message()).isInstanceOf(Compare.class);
    }

    @Test
    void whoHasGoneHearsNothingAnyMore() {
        came(ANN);
        Action.Send first = onlySent();
        announcer.gone(ANN, now);
        answer(first, 1);
        pass(ANSWER_MILLIS);

        assertThat(told).isEmpty();
        assertThat(announcer.users()).isZero();
    }

    private void came(UserId user) {
        announcer.came(user, told::add, now);
    }

    private void pass(long millis) {
        now += millis;
        pending.addAll(act());
    }

    /** What was sent while time passed. */
    private final List<Action.Send> pending = new ArrayList<>();

    private List<Action.Send> sent() {
        List<Action.Send> sent = new ArrayList<>(pending);
        pending.clear();
        sent.addAll(act());
        return sent;
    }

    private Action.Send onlySent() {
        List<Action.Send> sent = sent();
        assertThat(sent).hasSize(1);
        return sent.getFirst();
    }

    private List<Action.Send> act() {
        List<Action.Send> sent = new ArrayList<>();
        for (Action action : announcer.act(now)) {
            switch (action) {
                case Action.Send send -> sent.add(send);
                case Action.Tell tell -> tell.told().accept(tell.standing());
                case Action.Wrong users -> wrong.addAll(users.users());
            }
        }
        assertThat(announcer.nextAt()).isGreaterThan(now);
        return sent;
    }

    private void answer(Action.Send send, long turn, Elsewhere... elsewhere) {
        announcer.answered(
                send.ticket(), new Announced("a", 1, 5, turn, List.of(), List.of(), List.of(elsewhere), NOBODY), now);
        pending.addAll(act());
    }

    private void want(Action.Send send) {
        announcer.answered(
                send.ticket(), new Announced("a", 1, 5, 1, List.of(SHARD), List.of(), List.of(), NOBODY), now);
    }

    private void refuse(Action.Send send, String owner) {
        NotMine refusal = new NotMine(SHARD, owner);
        announcer.answered(
                send.ticket(), new Announced("a", 1, 5, 1, List.of(), List.of(refusal), List.of(), NOBODY), now);
    }

    private static Announced accepted(long turn) {
        return new Announced("a", 1, 5, turn, List.of(), List.of(), List.of(), NOBODY);
    }

    private static Announce announce(Action.Send send) {
        return (Announce) send.message();
    }

    private static Announce.Step whole(long counter, UserId... users) {
        return new Announce.Step(SHARD, counter, true, List.of(users), NOBODY);
    }

    private static List<UserId> someUsers(int count) {
        List<UserId> users = new ArrayList<>();
        for (int i = 0; i < count; i++) users.add(new UserId("crowd" + i));
        return users;
    }

    private static UserId userOfAnotherShard() {
        for (int i = 0; ; i++) {
            UserId user = new UserId("v" + i);
            if (user.shard() != SHARD) return user;
        }
    }

    /** The nth user of the shard. */
    private static UserId user(int nth) {
        int left = nth;
        for (int i = 0; ; i++) {
            UserId user = new UserId("u" + i);
            if (user.shard() == SHARD && left-- == 0) return user;
        }
    }
}
