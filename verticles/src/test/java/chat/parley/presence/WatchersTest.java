package chat.parley.presence;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Announce;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Presences;
import chat.parley.bus.Presences.State;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.bus.Watch;
import chat.parley.model.UserId;
import chat.parley.wire.ServerFrame.Status;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchersTest {
    private static final long WALL = 1_700_000_000_000L;
    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob");
    private static final Node A = new Node("a", EnumSet.allOf(NodeRole.class));
    private static final Node B = new Node("b", EnumSet.of(NodeRole.GATEWAY));

    private static final Node WITHOUT_PRESENCE = new Node("a", EnumSet.of(NodeRole.GATEWAY));
    private static final Node ALL_OF_B = new Node("b", EnumSet.allOf(NodeRole.class));

    private final Topology topology = new Topology("a", List.of(A, B));
    private final UserKeys keys = new UserKeys(new SplittableRandom(1));
    private final Map<String, Long> counters = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private PresenceConfig config = PresenceConfig.DEFAULT;
    private UserTable table;
    private Watchers watchers;
    private long now = 1_000;

    @BeforeEach
    void start() {
        table = new UserTable(topology, 1, config, keys, key -> watchers.changed(key));
        watchers = new Watchers(table, keys, topology, config);
        watchers.moved(now);
        pass(config.settleMillis());
    }

    @Test
    void theAnswerToAWatchSaysHowItStands() {
        come("a.0", ANN);

        assertThat(watch("b.0", ANN, BOB))
                .containsExactly(new State(ANN, Status.ONLINE, 0), new State(BOB, Status.OFFLINE, 0));
    }

    @Test
    void whoComesIsToldAtOnceAndWhoGoesAfterTheGrace() {
        watch("b.0", ANN);

        come("a.0", ANN);
        pass(0);
        assertThat(take()).containsExactly("gateway.b.0 ann ONLINE");

        go("a.0", ANN);
        long gone = now;
        pass(config.graceMillis() - 1);
        assertThat(take()).isEmpty();
        pass(100);
        assertThat(take()).containsExactly("gateway.b.0 ann OFFLINE since " + gone);
        pass(60_000);
        assertThat(take()).isEmpty();
    }

    @Test
    void whoIsBackWithinTheGraceNeverWent() {
        come("a.0", ANN);
        watch("b.0", ANN);

        for (int i = 0; i < 20; i++) {
            go("a.0", ANN);
            pass(config.graceMillis() - 100);
            come("a.0", ANN);
            pass(100);
        }
        pass(60_000);

        assertThat(take()).isEmpty();
    }

    @Test
    void whoMovesToAnotherGatewayStaysOnline() {
        come("a.0", ANN);
        watch("b.0", ANN);
        come("b.0", ANN);
        go("a.0", ANN);
        pass(60_000);

        assertThat(take()).isEmpty();
    }

    @Test
    void theUsersOfADeadGatewayAreOfflineAfterTheGrace() {
        come("b.0", ANN);
        come("b.0", BOB);
        watch("a.0", ANN, BOB);

        topology.update(List.of(A));
        table.moved();
        watchers.moved(now);
        come("a.0", BOB);
        long gone = now;
        pass(config.graceMillis() + 100);

        assertThat(take()).containsExactly("gateway.a.0 ann OFFLINE since " + gone);
    }

    @Test
    void aGatewayThatIsGoneIsToldNothing() {
        watch("b.0", ANN);
        topology.update(List.of(A));
        table.moved();
        watchers.moved(now);

        come("a.0", ANN);
        pass(1_000);

        assertThat(take()).isEmpty();
        assertThat(watchers.watches()).isZero();
    }

    @Test
    void aLaterLifeOfAGatewayBeginsWithoutWatches() {
        watch("b.0", ANN);
        watchers.watch(new Watch("b.0", 2, List.of(BOB), List.of()), now, WALL + now);

        assertThat(watchers.watches()).isEqualTo(1);
        assertThat(watchers.watch(new Watch("b.0", 1, List.of(ANN), List.of()), now, WALL + now)
                        .states())
                .as("what the former life said on its way")
                .isEmpty();
    }

    @Test
    void aWatchLapsesUnlessItIsSaidAgain() {
        watch("b.0", ANN, BOB);
        pass(Watch.LAPSE_MILLIS - 1);
        watch("b.0", ANN);
        pass(1);
        assertThat(watchers.watches()).isEqualTo(1);
        pass(Watch.LAPSE_MILLIS);
        assertThat(watchers.watches()).isZero();

        come("a.0", ANN);
        pass(1_000);
        assertThat(take()).isEmpty();
    }

    @Test
    void whoIsUnwatchedIsNotToldOf() {
        watch("b.0", ANN, BOB);
        watchers.watch(new Watch("b.0", 1, List.of(), List.of(ANN, new UserId("nobody"))), now, WALL + now);
        come("a.0", ANN);
        come("a.0", BOB);
        pass(1_000);

        assertThat(take()).containsExactly("gateway.b.0 bob ONLINE");
    }

    @Test
    void whatChangesTogetherIsToldInOneMessageForEachGateway() {
        List<UserId> users =
                IntStream.range(0, 50).mapToObj(i -> new UserId("u" + i)).toList();
        watch("a.0", users.toArray(UserId[]::new));
        watch("b.0", users.toArray(UserId[]::new));
        pass(1_000);
        come("a.0", ANN); // whom nobody watches
        for (UserId user : users) come("a.0", user); // the first is told at once
        now += 100;

        List<Watchers.Tell> tells = watchers.act(now, WALL + now);

        assertThat(tells)
                .hasSize(2)
                .allSatisfy(tell -> assertThat(tell.presences().states()).hasSize(49));
    }

    @Test
    void aUserWhoTogglesIsToldOfTenTimesASecondAtMost() {
        config = new PresenceConfig(100, 10, 100, 0, 5_000);
        start();
        watch("b.0", ANN);
        for (int i = 0; i < 1_000; i++) {
            come("a.0", ANN);
            pass(1);
            go("a.0", ANN);
            pass(1);
        }
        assertThat(take()).hasSizeBetween(1, 21);
    }

    @Test
    void inAShardThatHasJustComeWhoIsNowhereIsUnknownAtFirst() {
        watchers = new Watchers(table, keys, topology, config);
        watchers.moved(now);

        assertThat(watch("b.0", ANN, BOB)).extracting(State::status).containsExactly(Status.UNKNOWN, Status.UNKNOWN);
        come("a.0", BOB);
        pass(100);
        assertThat(take()).containsExactly("gateway.b.0 bob ONLINE");
        pass(config.settleMillis());
        assertThat(take()).containsExactly("gateway.b.0 ann OFFLINE");
    }

    @Test
    void usersOfAShardThatMovedAwayAreWatchedNoMoreAndNotCalledOffline() {
        come("b.0", ANN);
        watch("a.0", ANN);
        topology.update(List.of(WITHOUT_PRESENCE, ALL_OF_B));
        table.moved();
        watchers.moved(now);
        pass(60_000);

        assertThat(take()).isEmpty();
        assertThat(watchers.watches()).isZero();
        assertThat(watch("a.0", ANN)).as("it is another's to answer").isEmpty();
        assertThat(watchers.ask(List.of(ANN), now, WALL + now).states()).isEmpty();
    }

    @Test
    void whoWasOfflineIsUnknownWhenTheShardHasBeenAway() {
        assertThat(watch("a.0", ANN)).containsExactly(new State(ANN, Status.OFFLINE, 0));
        for (List<Node> nodes : List.of(List.of(WITHOUT_PRESENCE, ALL_OF_B), List.of(A, B))) {
            topology.update(nodes);
            table.moved();
            watchers.moved(now);
            pass(1_000);
        }

        assertThat(watch("a.0", ANN)).containsExactly(new State(ANN, Status.UNKNOWN, 0));
        pass(config.settleMillis());
        assertThat(take()).containsExactly("gateway.a.0 ann OFFLINE");
    }

    @Test
    void pastTheBoundNobodyElseIsWatchedUntilThereIsRoom() {
        config = new PresenceConfig(100, 10, 1, 3_000, 5_000);
        start();

        assertThat(watch("a.0", ANN)).hasSize(1);
        assertThat(watch("a.0", BOB, ANN)).extracting(State::userId).containsExactly(ANN);
        watchers.watch(new Watch("a.0", 1, List.of(), List.of(ANN)), now, WALL + now);
        assertThat(watch("a.0", BOB)).hasSize(1);
    }

    @Test
    void whileTheTableIsFullWhoIsNowhereIsUnknown() {
        config = new PresenceConfig(1, 10, 10, 3_000, 5_000);
        start();
        come("a.0", ANN);

        assertThat(watch("b.0", ANN, BOB)).extracting(State::status).containsExactly(Status.ONLINE, Status.UNKNOWN);
        pass(100_000);
        assertThat(watchers.watches()).isZero();
    }

    @Test
    void everyMessageHasAGreaterTurn() {
        Presences first = watchers.ask(List.of(ANN), now, WALL);
        Presences second = watchers.ask(List.of(ANN), now, WALL - 1_000);

        assertThat(second.turn()).isGreaterThan(first.turn());
    }

    private List<State> watch(String gateway, UserId... users) {
        return watchers.watch(new Watch(gateway, 1, List.of(users), List.of()), now, WALL + now)
                .states();
    }

    private void come(String gateway, UserId user) {
        say(gateway, user, List.of(user), List.of());
    }

    private void go(String gateway, UserId user) {
        say(gateway, user, List.of(), List.of(user));
    }

    private void say(String gateway, UserId user, List<UserId> came, List<UserId> gone) {
        long counter = counters.merge(gateway + "/" + user.shard(), 1L, Long::sum);
        table.announce(
                new Announce(gateway, 1, List.of(new Announce.Step(user.shard(), counter, false, came, gone))), now);
        act();
    }

    /** Lets time pass, in the steps that are asked for. */
    private void pass(long millis) {
        long until = now + millis;
        act();
        while (watchers.nextAt() <= until) {
            now = Math.max(now, watchers.nextAt());
            act();
        }
        now = until;
    }

    private void act() {
        for (Watchers.Tell tell : watchers.act(now, WALL + now)) {
            for (State state : tell.presences().states()) {
                told.add(tell.address() + " " + state.userId() + " " + state.status()
                        + (state.lastSeenAt() == 0 ? "" : " since " + (state.lastSeenAt() - WALL)));
            }
        }
    }

    private List<String> take() {
        List<String> taken = List.copyOf(told);
        told.clear();
        return taken;
    }
}
