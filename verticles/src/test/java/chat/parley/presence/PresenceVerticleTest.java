package chat.parley.presence;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Ask;
import chat.parley.bus.Compare;
import chat.parley.bus.Deliver;
import chat.parley.bus.EndSessions;
import chat.parley.bus.Event;
import chat.parley.bus.Forwarded;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Presences;
import chat.parley.bus.Route;
import chat.parley.bus.Route.Events;
import chat.parley.bus.Route.HeadHint;
import chat.parley.bus.SettingsChanged;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.bus.Watch;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.telemetry.Metric;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ServerFrame.Status;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PresenceVerticleTest {
    private static final ConversationId PAIR = new ConversationId("pair");
    private static final ConversationId GROUP = new ConversationId("group");
    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob");
    private static final UserId EVE = new UserId("eve");
    private static final Node A = new Node("a", EnumSet.allOf(NodeRole.class));
    private static final Node B = new Node("b", EnumSet.allOf(NodeRole.class));

    private final ManualLoop loop = new ManualLoop();
    private final MemoryBus bus = new MemoryBus(loop);
    private final Topology topology = new Topology("a", List.of(A));
    private final PresenceVerticle presence =
            new PresenceVerticle("a", 1, bus, loop, topology, new SplittableRandom(1), PresenceConfig.DEFAULT);
    private final Map<String, Object> arrived = new LinkedHashMap<>();

    @BeforeEach
    void start() {
        presence.start();
        for (String gateway : List.of("a.0", "a.1", "b.0")) {
            bus.listen(Address.gateway(gateway), message -> arrived.put(gateway, message.body()));
        }
        loop.settle();
    }

    @Test
    void eachGatewayGetsOneDeliverWithItsOwnUsers() {
        announce("a.0", ANN);
        announce("a.1", BOB);
        Event hello = event(PAIR, 1);
        Event all = event(GROUP, 4);

        route(
                List.of(events(PAIR, hello, ANN, BOB), events(GROUP, all, BOB, EVE, ANN)),
                List.of(new HeadHint(GROUP, 3, List.of(BOB, EVE))));

        assertThat(arrived)
                .containsOnly(
                        Map.entry(
                                "a.0",
                                new Deliver(9, List.of(events(PAIR, hello, ANN), events(GROUP, all, ANN)), List.of())),
                        Map.entry(
                                "a.1",
                                new Deliver(
                                        9,
                                        List.of(events(PAIR, hello, BOB), events(GROUP, all, BOB)),
                                        List.of(new HeadHint(GROUP, 3, List.of(BOB))))));
    }

    @Test
    void usersWhoAreAllAtOneGatewayKeepTheirList() {
        announce("a.0", ANN, BOB);
        Events events = events(PAIR, event(PAIR, 1), ANN, BOB);
        HeadHint hint = new HeadHint(PAIR, 1, List.of(BOB, ANN));

        route(List.of(events), List.of(hint));

        Deliver deliver = (Deliver) arrived.get("a.0");
        assertThat(deliver.events()).hasSize(1).first().isSameAs(events);
        assertThat(deliver.heads()).hasSize(1).first().isSameAs(hint);
    }

    @Test
    void aUserAtTwoGatewaysIsReachedAtBoth() {
        announce("a.0", ANN);
        announce("a.1", ANN, BOB);
        Event hello = event(PAIR, 1);

        route(List.of(events(PAIR, hello, ANN, BOB)), List.of());

        assertThat(arrived)
                .containsOnly(
                        Map.entry("a.0", new Deliver(9, List.of(events(PAIR, hello, ANN)), List.of())),
                        Map.entry("a.1", new Deliver(9, List.of(events(PAIR, hello, ANN, BOB)), List.of())));
    }

    @Test
    void aGatewayThatWatchesIsAnsweredAndToldOfChanges() {
        loop.advance(10_000);
        Presences answer = (Presences) answer(new Watch("a.1", 1, List.of(ANN), List.of()));
        assertThat(answer.states()).containsExactly(new Presences.State(ANN, Status.OFFLINE, 0));
        announce("a.0", ANN);
        loop.advance(100);
        assertThat(((Presences) arrived.get("a.1")).states())
                .containsExactly(new Presences.State(ANN, Status.ONLINE, 0));
        assertThat(((Presences) answer(new Ask(List.of(BOB, ANN)))).states())
                .containsExactly(
                        new Presences.State(BOB, Status.OFFLINE, 0), new Presences.State(ANN, Status.ONLINE, 0));

        SettingsChanged changed = new SettingsChanged(ANN);
        bus.send(Address.presence("a"), changed);
        loop.settle();
        assertThat(arrived).containsEntry("a.1", changed).doesNotContainKey("a.0");
    }

    @Test
    void nothingIsSentForUsersWhoAreNowhere() {
        route(List.of(events(PAIR, event(PAIR, 1), ANN, BOB)), List.of(new HeadHint(PAIR, 1, List.of(ANN))));

        assertThat(arrived).isEmpty();
    }

    @Test
    void usersOfAnothersShardsArePassedOnOnce() {
        topology.update(List.of(A, B));
        List<Object> atB = new ArrayList<>();
        bus.listen(Address.presence("b"), message -> atB.add(message.body()));
        loop.settle();
        UserId mine = userOf("a");
        UserId theirs = userOf("b");
        announce("a.0", mine);
        Event hello = event(PAIR, 1);
        HeadHint hint = new HeadHint(PAIR, 1, List.of(theirs));
        Route rest = new Route(9, List.of(events(PAIR, hello, theirs)), List.of(hint));

        route(List.of(events(PAIR, hello, mine, theirs)), List.of(hint));

        assertThat(atB).containsExactly(new Forwarded(rest));
        assertThat(arrived.get("a.0")).isEqualTo(new Deliver(9, List.of(events(PAIR, hello, mine)), List.of()));
        atB.clear();
        bus.send(Address.presence("a"), new Forwarded(rest));
        loop.settle();
        assertThat(atB).isEmpty();
        assertThat(presence.figures().total(Metric.REGISTRY_MISROUTED)).isEqualTo(2);
    }

    @Test
    void aNodeThatGoesTakesItsUsersAlongAtOnce() {
        topology.update(List.of(A, new Node("b", EnumSet.of(NodeRole.GATEWAY))));
        loop.settle();
        announce("b.0", ANN);
        assertThat(presence.users()).isEqualTo(1);

        topology.update(List.of(A));
        loop.settle();

        assertThat(presence.users()).isZero();
    }

    @Test
    void theEndOfSessionsIsPassedOnToWhereTheUserIs() {
        announce("a.0", ANN);
        announce("a.1", ANN);
        var end = new EndSessions(ANN, new DeviceId("phone"), Long.MAX_VALUE, CloseCode.UNAUTHENTICATED);

        bus.send(Address.presence("a"), end);
        loop.settle();

        assertThat(arrived).containsOnly(Map.entry("a.0", end), Map.entry("a.1", end));
    }

    @Test
    void digestsAreAnswered() {
        announce("a.0", ANN);
        var digest = new Compare.ShardDigest(ANN.shard(), 1, 0, 0);

        Announced answer = ask(new Compare("a.0", 1, List.of(digest)));

        assertThat(answer.wanted()).containsExactly(ANN.shard());
    }

    @Test
    void whatItDoesNotKnowIsDropped() {
        bus.send(Address.presence("a"), "what?");
        loop.settle();

        announce("a.0", ANN);
        assertThat(presence.users()).isEqualTo(1);
    }

    @Test
    void afterTheStopNobodyAnswers() {
        presence.stop();

        Future<Object> answer = bus.request(Address.presence("a"), new Announce("a.0", 1, List.of()), 100);
        loop.advance(100);

        assertThat(answer.failed()).isTrue();
    }

    private void announce(String gateway, UserId... users) {
        List<Announce.Step> steps = new ArrayList<>();
        for (UserId user : users) steps.add(new Announce.Step(user.shard(), 1, false, List.of(user), List.of()));
        assertThat(ask(new Announce(gateway, 1, steps)).notMine()).isEmpty();
    }

    private Announced ask(Object message) {
        return (Announced) answer(message);
    }

    private Object answer(Object message) {
        Future<Object> answer = bus.request(Address.presence("a"), message, 100);
        loop.settle();
        return answer.result();
    }

    private void route(List<Events> events, List<HeadHint> heads) {
        bus.send(Address.presence("a"), new Route(9, events, heads));
        loop.settle();
    }

    private UserId userOf(String node) {
        for (int i = 0; ; i++) {
            UserId user = new UserId("u" + i);
            if (node.equals(topology.presenceOwner(user.shard()))) return user;
        }
    }

    private static Events events(ConversationId conversation, Event event, UserId... users) {
        return new Events(conversation, List.of(event), List.of(users));
    }

    private static Event event(ConversationId conversation, long sequence) {
        Content content = Content.Message.of("hello");
        Entry entry = new Entry(conversation, sequence, sequence, 1, ANN, "m", new Digest(1, 2, 3), "", 1, 1, content);
        return new Event(entry, new byte[] {1});
    }
}
