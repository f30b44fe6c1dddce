package chat.parley.node.cluster;

import chat.parley.bus.Address;
import chat.parley.bus.Bundle;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Canary;
import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Pull;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.model.ConversationId;
import chat.parley.node.admin.Answers;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears {@code node.<node>}: passes on what other nodes send in bundles, and to the owners of its shards; has what operators say carried out; and lets canaries fly: every 5 s one
 * over each other node. Without one that came home for 15 s every address is registered again; after 60 s the node is to be restarted.
 */
public final class NodeVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(NodeVerticle.class);
    private static final long FLIGHT_MILLIS = 2_000;

    private final String node;
    private final VertxBus bus;
    private final Loop loop;
    private final Topology topology;
    private final Runnable lost;
    private final Runnable foundAgain;
    private final Function<Command, Future<Commanded>> commands;
    private final Canaries canaries;
    private Runnable deaf = () -> {};
    private Loop.Timer next = () -> {};

    /**
     * @param lost is run when nobody has found this node for a minute, though others are there
     * @param foundAgain is run when this node and another one find each other again: what was sent meanwhile may be lost
     * @param commands carries out what operators tell this node at others
     */
    public NodeVerticle(
            String node,
            VertxBus bus,
            Loop loop,
            Topology topology,
            Runnable lost,
            Runnable foundAgain,
            Function<Command, Future<Commanded>> commands) {
        this.node = node;
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.lost = lost;
        this.foundAgain = foundAgain;
        this.commands = commands;
        this.canaries = new Canaries(loop.monotonicMillis());
    }

    @Override
    public Future<?> start() {
        return bus.listen(Address.node(node), this::received)
                .compose(heard -> bus.request(Address.node(node), new Canary(""), FLIGHT_MILLIS))
                .onSuccess(home -> deaf = topology.listen(loop, this::look));
    }

    @Override
    public Future<?> stop() {
        deaf.run();
        next.cancel();
        return Future.succeededFuture();
    }

    private void received(Received received) {
        switch (received.body()) {
            case Bundle bundle -> received.answer(PeerBus.unbundle(bundle, bus::sendHere, bus.unreadable()));
            case Submit submit -> toSequencer(submit.shard(), received);
            case Pull pull -> toSequencer(pull.conversationId().shard(), received);
            case Spread spread -> bus.passOn(Address.fanout(spread.shard()), received);
            case Canary canary when canary.home().isEmpty() -> received.answer(canary);
            case Canary canary ->
                bus.request(Address.node(canary.home()), new Canary(""), FLIGHT_MILLIS)
                        .onSuccess(home -> {
                            found(canary.home());
                            received.answer(canary);
                        });
            case Command command ->
                commands.apply(command).onComplete(received::answer, broken -> {
                    LOG.error("an operator's {} failed on this node, and is answered so", command.name(), broken);
                    received.answer(Answers.broken());
                });
            default ->
                LOG.warn("dropped a {}: a node takes none", received.body().getClass());
        }
    }

    private void toSequencer(int shard, Received received) {
        boolean isHeard = shard >= 0 && shard < ConversationId.SHARDS && bus.passOn(Address.sequencer(shard), received);
        if (!isHeard) received.answer(new NotMine(shard, null));
    }

    /** Every 5 s, and whenever a node comes or goes. */
    private void look() {
        next.cancel();
        next = loop.after(Canaries.EVERY_MILLIS, this::look);
        long now = loop.monotonicMillis();
        List<String> others = others();
        long seconds = TimeUnit.MILLISECONDS.toSeconds(canaries.missingMillis(now));
        switch (canaries.due(others, now)) {
            case NOTHING -> fly(others);
            case REGISTER -> {
                LOG.warn("no other node has found this one for {} s; its addresses are registered again", seconds);
                bus.registerAgain().onComplete(done -> loop.soon(() -> fly(others())));
            }
            case RESTART -> {
                LOG.error("no other node has found this one for {} s; it starts again", seconds);
                lost.run();
            }
        }
    }

    private void fly(List<String> others) {
        long now = loop.monotonicMillis();
        for (String over : others) {
            bus.request(Address.node(over), new Canary(node), FLIGHT_MILLIS)
                    .onSuccess(home -> {
                        canaries.home(now);
                        found(over);
                    })
                    .onFailure(none -> LOG.debug("no canary over {}: {}", over, none.getMessage()));
        }
    }

    private void found(String other) {
        if (!canaries.found(other, loop.monotonicMillis())) return;
        LOG.info("{} and this node find each other again; the heads of all who are here are compared", other);
        foundAgain.run();
    }

    private List<String> others() {
        return topology.nodes().stream().filter(each -> !each.equals(node)).toList();
    }
}
