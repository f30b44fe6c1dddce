package chat.parley.presence;

import chat.parley.bus.Address;
import chat.parley.bus.Announce;
import chat.parley.bus.Bus;
import chat.parley.bus.Bus.Listening;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Compare;
import chat.parley.bus.EndSessions;
import chat.parley.bus.Forwarded;
import chat.parley.bus.Loop;
import chat.parley.bus.Route;
import chat.parley.bus.Signals;
import chat.parley.bus.Topology;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears {@code presence.<node>}: what gateways announce, and what is to be delivered to users. Carries out what {@link UserTable} decides. */
public final class PresenceVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(PresenceVerticle.class);

    private final String node;
    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final UserTable table;
    private @Nullable Listening listening;
    private @Nullable Runnable deaf;
    private long misrouted;

    /**
     * @param boot not 0, and another one each time that this node starts
     * @param random for the keys of the user table
     */
    public PresenceVerticle(
            String node,
            long boot,
            Bus bus,
            Loop loop,
            Topology topology,
            RandomGenerator random,
            PresenceConfig config) {
        this.node = node;
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.table = new UserTable(topology, boot, config, random);
    }

    @Override
    public Future<?> start() {
        deaf = topology.listen(loop, table::moved);
        return bus.listen(Address.presence(node), this::received).onSuccess(done -> listening = done);
    }

    @Override
    public Future<?> stop() {
        if (deaf != null) deaf.run();
        return listening == null ? Future.succeededFuture() : listening.stop();
    }

    /** Users online in the shards that this node owns. */
    public int users() {
        return table.users();
    }

    /** Registry drift since the start: users that had to be put right, in what was believed to be known. */
    public long drift() {
        return table.drift();
    }

    /** Users who came while the table was full and were not taken in, since the start. */
    public long overflow() {
        return table.overflow();
    }

    /** Routes since the start that came here for users of another node's shards. */
    public long misrouted() {
        return misrouted;
    }

    private void received(Received message) {
        switch (message.body()) {
            case Route route -> deliver(route, true);
            case Forwarded forwarded -> deliver(forwarded.route(), false);
            case Announce announce -> message.answer(table.announce(announce, loop.millis()));
            case Compare compare -> message.answer(table.compare(compare));
            case EndSessions end -> {
                for (String gateway : table.gatewaysOf(end.userId())) bus.send(Address.gateway(gateway), end);
            }
            case Signals signals -> SignalDispatch.deliver(signals, table, topology, bus::send);
            default ->
                LOG.warn("dropped a {}: presence takes none", message.body().getClass());
        }
    }

    /** Users whose shard is another's are passed on once: whoever passes on what was passed on may do so in a circle. */
    private void deliver(Route route, boolean passOn) {
        Dispatch dispatch = Dispatch.of(route, table, topology);
        dispatch.deliver(bus::send);
        if (dispatch.passedOn().isEmpty()) return;
        misrouted++;
        if (passOn)
            dispatch.passedOn().forEach((owner, rest) -> bus.send(Address.presence(owner), new Forwarded(rest)));
    }
}
