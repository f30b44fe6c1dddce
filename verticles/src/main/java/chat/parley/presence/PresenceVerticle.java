package chat.parley.presence;

import chat.parley.bus.Address;
import chat.parley.bus.Announce;
import chat.parley.bus.Ask;
import chat.parley.bus.Bus;
import chat.parley.bus.Bus.Listening;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Compare;
import chat.parley.bus.EndSessions;
import chat.parley.bus.Event;
import chat.parley.bus.Forwarded;
import chat.parley.bus.Loop;
import chat.parley.bus.Route;
import chat.parley.bus.SettingsChanged;
import chat.parley.bus.Signals;
import chat.parley.bus.Topology;
import chat.parley.bus.Watch;
import chat.parley.presence.Watchers.Tell;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import chat.parley.telemetry.Traces;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears {@code presence.<node>}: what gateways announce and watch, and what is to be delivered to users. Carries out what {@link UserTable}
 * and {@link Watchers} decide. */
public final class PresenceVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(PresenceVerticle.class);

    private final String node;
    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final UserTable table;
    private final Watchers watchers;
    private Loop.@Nullable Timer timer;
    private long timerAt = Long.MAX_VALUE;
    private @Nullable Listening listening;
    private @Nullable Runnable deaf;
    private final LongAdder misrouted = new LongAdder();
    private Traces traces = Traces.NONE;

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
        UserKeys keys = new UserKeys(random);
        this.table = new UserTable(topology, boot, config, keys, this::changed);
        this.watchers = new Watchers(table, keys, topology, config);
    }

    @Override
    public Future<?> start() {
        deaf = topology.listen(loop, () -> {
            table.moved();
            watchers.moved(loop.monotonicMillis());
            tell();
        });
        return bus.listen(Address.presence(node), this::received).onSuccess(done -> listening = done);
    }

    @Override
    public Future<?> stop() {
        if (deaf != null) deaf.run();
        if (timer != null) timer.cancel();
        return listening == null ? Future.succeededFuture() : listening.stop();
    }

    /** Users online in the shards that this node owns. */
    public int users() {
        return table.users();
    }

    /** Tells of the messages that are followed to these. Before it starts. */
    public void traces(Traces its) {
        traces = its;
    }

    /** What it counts. */
    public Figures figures() {
        return new Figures()
                .level(Metric.REGISTRY_USERS, table::users)
                .count(Metric.REGISTRY_DRIFT, table::drift)
                .count(Metric.REGISTRY_REFUSED, table::overflow)
                .count(Metric.REGISTRY_MISROUTED, misrouted::sum);
    }

    /** Users of the owned shards who are watched, counted for each gateway that does. */
    public int watches() {
        return watchers.watches();
    }

    private void changed(long key) {
        watchers.changed(key);
    }

    private void received(Received message) {
        switch (message.body()) {
            case Route route -> deliver(route, true);
            case Forwarded forwarded -> deliver(forwarded.route(), false);
            case Announce announce -> {
                message.answer(table.announce(announce, loop.millis()));
                tell();
            }
            case Compare compare -> message.answer(table.compare(compare));
            case EndSessions end -> {
                for (String gateway : table.gatewaysOf(end.userId())) bus.send(Address.gateway(gateway), end);
            }
            case Signals signals -> SignalDispatch.deliver(signals, table, topology, bus::send);
            case Watch watch -> {
                message.answer(watchers.watch(watch, loop.monotonicMillis(), loop.millis()));
                tell();
            }
            case Ask ask -> message.answer(watchers.ask(ask.users(), loop.monotonicMillis(), loop.millis()));
            case SettingsChanged changed -> {
                for (String gateway : watchers.watching(changed.userId())) bus.send(gateway, changed);
            }
            default ->
                LOG.warn("dropped a {}: presence takes none", message.body().getClass());
        }
    }

    private void tell() {
        for (Tell tell : watchers.act(loop.monotonicMillis(), loop.millis()))
            bus.send(tell.address(), tell.presences());
        long at = watchers.nextAt();
        if (at >= timerAt) return;
        if (timer != null) timer.cancel();
        timerAt = at;
        timer = loop.after(Math.max(1, at - loop.monotonicMillis()), () -> {
            timerAt = Long.MAX_VALUE;
            tell();
        });
    }

    /** Users whose shard is another's are passed on once: whoever passes on what was passed on may do so in a circle. */
    private void deliver(Route route, boolean passOn) {
        long began = traces.isOn() ? System.nanoTime() : 0;
        Dispatch dispatch = Dispatch.of(route, table, topology);
        dispatch.deliver(bus::send);
        if (traces.isOn())
            for (Route.Events events : route.events())
                for (Event event : events.events())
                    traces.entry(
                            Traces.Stage.ROUTE,
                            event.entry(),
                            began,
                            "users",
                            events.users().size());
        if (dispatch.passedOn().isEmpty()) return;
        misrouted.increment();
        if (passOn)
            dispatch.passedOn().forEach((owner, rest) -> bus.send(Address.presence(owner), new Forwarded(rest)));
    }
}
