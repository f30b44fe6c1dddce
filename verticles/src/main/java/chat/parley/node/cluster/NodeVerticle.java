package chat.parley.node.cluster;

import chat.parley.bus.Address;
import chat.parley.bus.Bundle;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Canary;
import chat.parley.bus.Loop;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears {@code node.<node>}: passes on what other nodes send in bundles, and flies canaries: every 5 s one over another node, in turn.
 * Without one that came home for 15 s every address is registered again; after 60 s the node is to be restarted.
 */
public final class NodeVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(NodeVerticle.class);
    private static final long EVERY_MILLIS = 5_000;
    private static final long FLIGHT_MILLIS = 2_000;
    private static final long REGISTER_MILLIS = 15_000;
    private static final long RESTART_MILLIS = 60_000;

    private final String node;
    private final VertxBus bus;
    private final Loop loop;
    private final Topology topology;
    private final Runnable lost;
    private long homeAt;
    private long registeredAt;
    private int turn;

    /** @param lost is run when nobody has found this node for a minute, though others are there */
    public NodeVerticle(String node, VertxBus bus, Loop loop, Topology topology, Runnable lost) {
        this.node = node;
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.lost = lost;
    }

    @Override
    public Future<?> start() {
        homeAt = loop.monotonicMillis();
        registeredAt = homeAt;
        return bus.listen(Address.node(node), this::received)
                .compose(heard -> bus.request(Address.node(node), new Canary(""), FLIGHT_MILLIS))
                .onSuccess(home -> flyLater());
    }

    private void received(Received received) {
        switch (received.body()) {
            case Bundle bundle -> received.answer(PeerBus.unbundle(bundle, bus::sendHere, bus.unreadable()));
            case Canary canary when canary.home().isEmpty() -> received.answer(canary);
            case Canary canary ->
                bus.request(Address.node(canary.home()), new Canary(""), FLIGHT_MILLIS)
                        .onSuccess(home -> received.answer(canary));
            default ->
                LOG.warn("dropped a {}: a node takes none", received.body().getClass());
        }
    }

    private void flyLater() {
        loop.after(EVERY_MILLIS, () -> {
            fly();
            flyLater();
        });
    }

    private void fly() {
        List<String> others =
                topology.nodes().stream().filter(each -> !each.equals(node)).toList();
        long now = loop.monotonicMillis();
        if (others.isEmpty()) {
            homeAt = now;
            return;
        }
        String over = others.get(turn++ % others.size());
        bus.request(Address.node(over), new Canary(node), FLIGHT_MILLIS)
                .onSuccess(home -> homeAt = loop.monotonicMillis())
                .onFailure(none -> LOG.debug("no canary over {}: {}", over, none.getMessage()));
        if (now - homeAt >= RESTART_MILLIS) {
            LOG.error(
                    "no other node has found this one for {} s; it starts again",
                    TimeUnit.MILLISECONDS.toSeconds(now - homeAt));
            homeAt = now;
            lost.run();
        } else if (now - homeAt >= REGISTER_MILLIS && now - registeredAt >= REGISTER_MILLIS) {
            LOG.warn(
                    "no other node has found this one for {} s; its addresses are registered again",
                    TimeUnit.MILLISECONDS.toSeconds(now - homeAt));
            registeredAt = now;
            bus.registerAgain();
        }
    }
}
