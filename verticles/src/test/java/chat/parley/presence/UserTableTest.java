package chat.parley.presence;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Announced.Elsewhere;
import chat.parley.bus.Compare;
import chat.parley.bus.Compare.ShardDigest;
import chat.parley.bus.NodeRole;
import chat.parley.bus.NotMine;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UserTableTest {
    private static final long BOOT = 5;
    private static final int SHARD = 7;
    private static final UserId ANN = user(0);
    private static final UserId BOB = user(1);
    private static final UserId EVE = user(2);
    private static final List<UserId> NOBODY = List.of();

    private final Topology topology = new Topology("a", List.of(node("a")));
    private final UserTable table = table(PresenceConfig.DEFAULT);

    @Test
    void whoCameIsThereUntilTheyGo() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));
        announce("a.0", step(2, List.of(EVE), List.of(ANN)));

        assertThat(table.gatewaysOf(ANN)).isEmpty();
        assertThat(table.gatewaysOf(BOB)).containsExactly("a.0");
        assertThat(table.gatewaysOf(EVE)).containsExactly("a.0");
        assertThat(table.users()).isEqualTo(2);
    }

    @Test
    void whoComesIsToldWhereElseTheyAre() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));
        announce("a.1", step(1, List.of(ANN), NOBODY));

        Announced answer = announce("a.2", step(1, List.of(ANN, EVE), NOBODY));

        assertThat(answer.elsewhere()).containsExactly(new Elsewhere(ANN, List.of("a.0", "a.1")));
        assertThat(table.gatewaysOf(ANN)).containsExactly("a.0", "a.1", "a.2");
    }

    @Test
    void whoComesOnceMoreIsToldAgain() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.1", step(1, List.of(ANN), NOBODY));

        Announced answer = announce("a.0", step(2, List.of(ANN), NOBODY));

        assertThat(answer.elsewhere()).containsExactly(new Elsewhere(ANN, List.of("a.1")));
        assertThat(table.users()).isEqualTo(1);
    }

    @Test
    void whoGoesFromOneGatewayStaysAtTheOthers() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.1", step(1, List.of(ANN), NOBODY));
        announce("a.2", step(1, List.of(ANN), NOBODY));

        announce("a.1", step(2, NOBODY, List.of(ANN)));
        assertThat(table.gatewaysOf(ANN)).containsExactly("a.0", "a.2");
        announce("a.0", step(2, NOBODY, List.of(ANN)));
        assertThat(table.gatewaysOf(ANN)).containsExactly("a.2");
        announce("a.2", step(2, NOBODY, List.of(ANN)));
        assertThat(table.gatewaysOf(ANN)).isEmpty();
    }

    @Test
    void turnsGrowEvenIfTheClockGoesBack() {
        Announced first = table.announce(new Announce("a.0", BOOT, List.of(step(1, List.of(ANN), NOBODY))), 1_000);
        Announced second = table.announce(new Announce("a.1", BOOT, List.of(step(1, List.of(ANN), NOBODY))), 900);

        assertThat(second.turn()).isGreaterThan(first.turn());
    }

    @Test
    void aDoubledStepChangesNothing() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.0", step(2, NOBODY, List.of(ANN)));

        Announced answer = announce("a.0", step(1, List.of(ANN), NOBODY));

        assertThat(answer.wanted()).isEmpty();
        assertThat(table.gatewaysOf(ANN)).isEmpty();
    }

    @Test
    void aDoubledStepSaysNothingOfSessionsElsewhere() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.1", step(1, List.of(ANN), NOBODY));

        Announced answer = announce("a.0", step(1, List.of(ANN), NOBODY));

        assertThat(answer.elsewhere()).as("the session at a.1 is the newer").isEmpty();
    }

    @Test
    void afterALostStepTheWholeIsWantedUntilItComes() {
        announce("a.0", step(1, List.of(ANN), NOBODY));

        assertThat(announce("a.0", step(3, List.of(EVE), NOBODY)).wanted()).containsExactly(SHARD);
        assertThat(table.gatewaysOf(EVE)).as("what came is taken in").containsExactly("a.0");
        assertThat(announce("a.0", step(4, NOBODY, NOBODY)).wanted()).containsExactly(SHARD);
        assertThat(announce("a.0", step(2, List.of(BOB), NOBODY)).wanted())
                .as("too late to be taken in")
                .containsExactly(SHARD);

        assertThat(announce("a.0", whole(5, List.of(ANN, BOB, EVE))).wanted()).isEmpty();
        assertThat(announce("a.0", step(2, List.of(BOB), NOBODY)).wanted()).isEmpty();
        assertThat(table.gatewaysOf(BOB)).containsExactly("a.0");
    }

    @Test
    void anOlderWholeDoesNotEndTheWant() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.0", step(4, List.of(EVE), NOBODY));

        assertThat(announce("a.0", whole(2, List.of(ANN))).wanted()).containsExactly(SHARD);
        assertThat(table.gatewaysOf(EVE)).containsExactly("a.0");
    }

    @Test
    void aWholeSaysWhoWasNotKnownAndRemovesWhoHasGone() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));
        announce("a.1", step(1, List.of(ANN), NOBODY));

        Announced answer = announce("a.0", whole(3, List.of(BOB, EVE)));

        assertThat(answer.unknown()).containsExactly(EVE);
        assertThat(table.gatewaysOf(ANN)).containsExactly("a.1");
        assertThat(table.gatewaysOf(BOB)).containsExactly("a.0");
        assertThat(table.drift()).as("Eve was missing, Ann too many").isEqualTo(2);
    }

    @Test
    void theFirstWholeOfAGatewayIsNoDrift() {
        announce("a.0", whole(9, List.of(ANN, BOB)));

        assertThat(table.drift()).isZero();
        assertThat(table.users()).isEqualTo(2);
    }

    @Test
    void digestsThatAgreeWantNothing() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));
        announce("a.0", step(2, List.of(EVE), List.of(BOB)));

        assertThat(compare("a.0", digest(2, ANN, EVE)).wanted()).isEmpty();
    }

    @Test
    void aDigestThatDiffersWantsTheWhole() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));

        assertThat(compare("a.0", digest(1, ANN)).wanted()).containsExactly(SHARD);
        assertThat(compare("a.0", digest(1, ANN, EVE)).wanted()).containsExactly(SHARD);
        announce("a.0", whole(2, List.of(ANN, EVE)));
        assertThat(compare("a.0", digest(2, ANN, EVE)).wanted()).isEmpty();
        assertThat(table.drift()).isEqualTo(2);
    }

    @Test
    void aDigestShowsThatTheLastStepWasLost() {
        announce("a.0", step(1, List.of(ANN), NOBODY));

        assertThat(compare("a.0", digest(2, ANN, EVE)).wanted()).containsExactly(SHARD);
    }

    @Test
    void aDigestThatWasOvertakenSaysNothing() {
        announce("a.0", step(1, List.of(ANN), NOBODY));
        announce("a.0", step(2, List.of(EVE), NOBODY));

        assertThat(compare("a.0", digest(1, ANN)).wanted()).isEmpty();
    }

    @Test
    void anOwnerThatKnowsNothingWantsEverything() {
        assertThat(compare("a.0", digest(8, ANN)).wanted()).containsExactly(SHARD);
    }

    @Test
    void aLaterBootVoidsWhatTheEarlierSaid() {
        announce("a.0", step(1, List.of(ANN, BOB), NOBODY));

        table.announce(new Announce("a.0", BOOT + 1, List.of(step(1, List.of(EVE), NOBODY))), 0);

        assertThat(table.users()).isEqualTo(1);
        assertThat(table.gatewaysOf(EVE)).containsExactly("a.0");
    }

    @Test
    void anEarlierBootIsAGhostAndIsToldSo() {
        announce("a.0", step(1, List.of(ANN), NOBODY));

        Announced answer =
                table.announce(new Announce("a.0", BOOT - 1, List.of(step(7, List.of(EVE), List.of(ANN)))), 0);
        Announced compared = table.compare(new Compare("a.0", BOOT - 1, List.of(digest(7, EVE))));

        assertThat(answer.gatewayBoot()).isEqualTo(BOOT);
        assertThat(compared.gatewayBoot()).isEqualTo(BOOT);
        assertThat(table.gatewaysOf(ANN)).containsExactly("a.0");
        assertThat(table.gatewaysOf(EVE)).isEmpty();
    }

    @Test
    void aNodeThatGoesTakesItsUsersAlong() {
        topology.update(List.of(node("a"), gatewayNode("g")));
        table.moved();
        announce("g.0", step(1, List.of(ANN, BOB), NOBODY));
        announce("a.0", step(1, List.of(ANN), NOBODY));

        topology.update(List.of(node("a")));
        table.moved();

        assertThat(table.gatewaysOf(ANN)).containsExactly("a.0");
        assertThat(table.gatewaysOf(BOB)).isEmpty();
    }

    @Test
    void aGatewayOfANodeThatIsGoneIsNotTakenIn() {
        Announced answer = announce("g.0", step(1, List.of(ANN), NOBODY));

        assertThat(answer.notMine()).containsExactly(new NotMine(SHARD, null));
        assertThat(table.users()).isZero();
    }

    @Test
    void anothersShardIsRefusedWithItsOwner() {
        topology.update(List.of(node("a"), node("b")));
        table.moved();
        List<Announced> answers = new ArrayList<>();
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            answers.add(announce("a.0", new Announce.Step(shard, 1, true, NOBODY, NOBODY)));
        }

        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            boolean isMine = "a".equals(topology.presenceOwner(shard));
            assertThat(answers.get(shard).notMine()).isEqualTo(isMine ? List.of() : List.of(new NotMine(shard, "b")));
        }
    }

    @Test
    void aShardThatMovesAwayAndBackIsForgotten() {
        Topology away = new Topology("a", List.of(node("a")));
        UserTable moving =
                new UserTable(away, 1, PresenceConfig.DEFAULT, new UserKeys(new SplittableRandom(1)), changed -> {});
        moving.announce(new Announce("a.0", BOOT, List.of(step(1, List.of(ANN), NOBODY))), 0);
        away.update(List.of(gatewayNode("a"), node("b")));
        moving.moved();
        assertThat(moving.users()).isZero();

        away.update(List.of(node("a")));
        moving.moved();
        Announced answer = moving.announce(new Announce("a.0", BOOT, List.of(step(2, List.of(EVE), NOBODY))), 0);

        assertThat(answer.wanted()).as("step 1 is not known here any more").containsExactly(SHARD);
    }

    @Test
    void pastTheBoundOfUsersNobodyIsTakenInUntilThereIsRoom() {
        UserTable small = table(new PresenceConfig(2, 10, 10, 3_000, 5_000));
        small.announce(new Announce("a.0", BOOT, List.of(step(1, List.of(ANN, BOB, EVE), NOBODY))), 0);

        assertThat(small.users()).isEqualTo(2);
        assertThat(small.overflow()).isEqualTo(1);
        assertThat(small.gatewaysOf(EVE)).isEmpty();

        small.announce(new Announce("a.0", BOOT, List.of(step(2, NOBODY, List.of(ANN)))), 0);
        Compare compare = new Compare("a.0", BOOT, List.of(digest(2, BOB, EVE)));
        assertThat(small.compare(compare).wanted()).containsExactly(SHARD);
        small.announce(new Announce("a.0", BOOT, List.of(whole(3, List.of(BOB, EVE)))), 0);
        assertThat(small.gatewaysOf(EVE)).containsExactly("a.0");
    }

    @Test
    void pastTheBoundOfGatewaysNoneIsTakenIn() {
        UserTable small = table(new PresenceConfig(10, 1, 10, 3_000, 5_000));
        small.announce(new Announce("a.0", BOOT, List.of(step(1, List.of(ANN), NOBODY))), 0);

        Announced answer = small.announce(new Announce("a.1", BOOT, List.of(step(1, List.of(BOB), NOBODY))), 0);

        assertThat(answer.notMine()).containsExactly(new NotMine(SHARD, null));
        assertThat(small.users()).isEqualTo(1);
    }

    private UserTable table(PresenceConfig config) {
        return new UserTable(topology, 77, config, new UserKeys(new SplittableRandom(1)), changed -> {});
    }

    private Announced announce(String gateway, Announce.Step step) {
        return table.announce(new Announce(gateway, BOOT, List.of(step)), 0);
    }

    private Announced compare(String gateway, ShardDigest digest) {
        return table.compare(new Compare(gateway, BOOT, List.of(digest)));
    }

    private static Announce.Step step(long counter, List<UserId> came, List<UserId> gone) {
        return new Announce.Step(SHARD, counter, false, came, gone);
    }

    private static Announce.Step whole(long counter, List<UserId> users) {
        return new Announce.Step(SHARD, counter, true, users, NOBODY);
    }

    private static ShardDigest digest(long counter, UserId... users) {
        long sum = 0;
        for (UserId user : users) sum += Compare.of(user);
        return new ShardDigest(SHARD, counter, users.length, sum);
    }

    /** The nth user of the shard. */
    private static UserId user(int nth) {
        int left = nth;
        for (int i = 0; ; i++) {
            UserId user = new UserId("u" + i);
            if (user.shard() == SHARD && left-- == 0) return user;
        }
    }

    private static Node node(String name) {
        return new Node(name, EnumSet.allOf(NodeRole.class));
    }

    private static Node gatewayNode(String name) {
        return new Node(name, EnumSet.of(NodeRole.GATEWAY));
    }
}
