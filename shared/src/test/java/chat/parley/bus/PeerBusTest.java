package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Topology.Node;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerBusTest {
    private static final String THERE = Address.presence("n2");
    private static final int WINDOW = 1 << 20;

    private final ManualLoop loop = new ManualLoop();
    private final MemoryBus bus = new MemoryBus(loop);
    private final Windows windows = new Windows(WINDOW);
    private final Unreadable unreadable = new Unreadable(loop::monotonicMillis);
    private final List<Object> heard = new ArrayList<>();
    private final PeerBus peers = new PeerBus(
            bus,
            loop,
            new Topology(
                    "n1",
                    List.of(
                            new Node("n1", EnumSet.allOf(NodeRole.class)),
                            new Node("n2", EnumSet.allOf(NodeRole.class)))),
            windows);
    private boolean isAnswering = true;
    private String to = THERE;

    @BeforeEach
    void listen() {
        bus.listen(Address.node("n2"), message -> {
            Unbundled answer = PeerBus.unbundle(
                    (Bundle) message.body(),
                    (address, body) -> {
                        assertThat(address).isEqualTo(to);
                        heard.add(body);
                    },
                    unreadable);
            if (isAnswering) message.answer(answer);
        });
    }

    @Test
    void whatIsSentInOneTurnGoesInOneBundleInOrder() {
        List<Pull> sent = IntStream.range(0, 50).mapToObj(PeerBusTest::message).toList();
        sent.forEach(each -> peers.send(THERE, each));
        loop.settle();

        assertThat(heard).isEqualTo(sent);
        assertThat(bus.delivered()).hasSize(1);
    }

    @Test
    void whatIsForThisNodeOrForWhoeverHasAShardGoesAsItIs() {
        List<String> addresses =
                List.of(Address.presence("n1"), Address.gateway("n1.0"), Address.fanout(1), Address.sequencer(2));
        for (String address : addresses) bus.listen(address, message -> heard.add(message.body()));
        Pull message = message(1);
        for (String address : addresses) peers.send(address, message);
        loop.settle();

        assertThat(heard).hasSize(4).allMatch(each -> each == message);
    }

    @Test
    void aGatewayIsReachedThroughItsNode() {
        assertThat(Address.nodeOf(Address.gateway("n-2.17"))).isEqualTo("n-2");
        assertThat(Address.nodeOf(Address.presence("n_2"))).isEqualTo("n_2");
        assertThat(Address.nodeOf(Address.node("n2"))).isEqualTo("n2");
        assertThat(Address.nodeOf(Address.sequencer(3))).isNull();
    }

    @Test
    void whileABundleIsUnderWayTheNextGathersForFiveMillis() {
        isAnswering = false;
        peers.send(THERE, message(0));
        loop.settle();
        assertThat(heard).hasSize(1);

        for (int i = 1; i <= 10; i++) {
            peers.send(THERE, message(i));
            loop.settle();
        }
        loop.advance(4);
        assertThat(heard).hasSize(1);
        loop.advance(1);
        assertThat(heard).hasSize(11);
        assertThat(bus.delivered()).hasSize(2);
    }

    @Test
    void theAnswerSendsWhatHasGathered() {
        peers.send(THERE, message(0));
        loop.soon(() -> peers.send(THERE, message(1))); // behind the flush, before the answer
        loop.settle();

        assertThat(heard).hasSize(2);
        assertThat(bus.delivered()).hasSize(2);
    }

    @Test
    void aFullBundleWaitsForNothing() {
        isAnswering = false;
        peers.send(THERE, message(0));
        loop.settle();
        int each = BusCodecs.pack(THERE, big(1)).body().length + THERE.length();
        int full = (256 << 10) / each + 1;
        for (int i = 0; i < full; i++) peers.send(THERE, big(i));
        loop.settle();

        assertThat(heard).hasSize(1 + full);
    }

    @Test
    void whatANodeDoesNotAcknowledgeHasABound() {
        isAnswering = false;
        int sent = 10_000;
        for (int i = 0; i < sent; i++) peers.send(THERE, big(i));
        loop.advance(5);
        int each = BusCodecs.pack(THERE, big(1)).body().length + THERE.length();
        assertThat(heard.size()).isEqualTo(WINDOW / each);
        assertThat(windows.dropped()).isEqualTo(sent - heard.size());

        isAnswering = true;
        loop.advance(10_000); // then it counts as lost
        heard.clear();
        peers.send(THERE, message(1));
        loop.settle();
        assertThat(heard).containsExactly(message(1));
        for (int i = 0; i < WINDOW / each; i++) peers.send(THERE, big(i));
        loop.settle();
        assertThat(windows.dropped()).as("all of the window is free again").isEqualTo(sent - WINDOW / each);
    }

    @Test
    void whatIsForTheOwnersOfShardsOfANodeHasTheSameBound() {
        isAnswering = false;
        to = new Topology("n1", List.of()).addressOf("n2", Address.fanout(1));
        Spread spread = new Spread(1, 1, 0, 1, List.of());
        int each = BusCodecs.pack(to, spread).body().length + to.length();
        int fitting = WINDOW / each;
        for (int i = 0; i < 2 * fitting; i++) peers.send(to, spread);
        loop.advance(5);
        assertThat(heard).hasSize(fitting).containsOnly(spread);
        assertThat(windows.dropped()).isEqualTo(fitting);
    }

    @Test
    void whatCannotBeReadIsPassedOverAndCounted() {
        byte[] later = BusCodecs.pack(THERE, message(6)).body().clone();
        later[0]++;
        Bundle bundle = new Bundle(List.of(
                new Bundle.Parcel(THERE, "Nothing", new byte[] {1}),
                new Bundle.Parcel(THERE, "Pull", new byte[] {1, 2}),
                new Bundle.Parcel(THERE, "Pull", later),
                BusCodecs.pack(THERE, message(7))));
        Unbundled answer = PeerBus.unbundle(bundle, (address, body) -> heard.add(body), unreadable);

        assertThat(heard).containsExactly(message(7));
        assertThat(answer).isEqualTo(new Unbundled(1));
        assertThat(unreadable.count()).isEqualTo(3);
    }

    private static Pull message(int number) {
        return new Pull(new ConversationId("c"), number, 2, List.of(new UserId("ann")));
    }

    /** All of one size. */
    private static Pull big(int number) {
        return new Pull(
                new ConversationId("c"),
                1_000 + number % 1_000,
                2,
                IntStream.range(0, 50).mapToObj(i -> new UserId("user-" + i)).toList());
    }
}
