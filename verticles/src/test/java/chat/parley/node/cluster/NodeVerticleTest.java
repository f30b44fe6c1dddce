package chat.parley.node.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Command;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.NodeRole;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Spread;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.Windows;
import chat.parley.node.admin.Answers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class NodeVerticleTest {
    private final ManualLoop loop = new ManualLoop();
    private final AtomicInteger lost = new AtomicInteger();

    @Test
    void aNodeThatNobodyFindsForAMinuteIsToStartAgain(Vertx vertx) throws Exception {
        start(vertx, "n1", "n2"); // of which the other hears nothing

        loop.advance(59_999);
        assertThat(lost).hasValue(0);
        loop.advance(1);
        assertThat(lost).hasValue(1);
    }

    @Test
    void aNodeAloneGoesOn(Vertx vertx) throws Exception {
        start(vertx, "n1");

        loop.advance(300_000);
        assertThat(lost).hasValue(0);
    }

    @Test
    void whatComesInABundleForTheWorkerOfAShardReachesIt(Vertx vertx) throws Exception {
        VertxBus bus = start(vertx, "n1");
        Spread spread = new Spread(3, 1, 0, 7, List.of());
        Promise<Object> heard = Promise.promise();
        bus.listen(Address.fanout(3), received -> heard.complete(received.body()));

        Topology other = new Topology("n2", List.of());
        new PeerBus(bus, loop, other, new Windows()).send(other.addressOf("n1", Address.fanout(3)), spread);
        loop.settle();
        assertThat(heard.future().await(10, SECONDS)).isEqualTo(spread);
    }

    @Test
    void aCommandThatFailsIsAnswered(Vertx vertx) throws Exception {
        VertxBus bus = start(vertx, "n1");

        Object answer = bus.request(Address.node("n1"), new Command("status", "{}"), 5_000)
                .await(10, SECONDS);
        assertThat(answer).isEqualTo(Answers.broken());
    }

    private VertxBus start(Vertx vertx, String... nodes) throws Exception {
        BusCodecs.register(vertx.eventBus());
        List<Topology.Node> all = Stream.of(nodes)
                .map(each -> new Topology.Node(each, EnumSet.allOf(NodeRole.class)))
                .toList();
        Topology topology = new Topology("n1", all);
        VertxBus bus = new VertxBus(vertx);
        new NodeVerticle(
                        "n1",
                        bus,
                        loop,
                        topology,
                        lost::incrementAndGet,
                        () -> {},
                        command -> Future.failedFuture("none"))
                .start()
                .await(10, SECONDS);
        return bus;
    }
}
