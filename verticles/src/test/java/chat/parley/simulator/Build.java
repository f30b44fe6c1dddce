package chat.parley.simulator;

import chat.parley.bus.Bus;
import chat.parley.bus.Shares;
import chat.parley.bus.Topology;
import chat.parley.consumers.ConsumerVerticle;
import chat.parley.consumers.EventHandler;
import chat.parley.fanout.FanoutConfig;
import chat.parley.fanout.FanoutVerticle;
import chat.parley.gateway.Gateway;
import chat.parley.gateway.GatewayConfig;
import chat.parley.gateway.auth.Tokens;
import chat.parley.presence.PresenceConfig;
import chat.parley.presence.PresenceVerticle;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.store.Ephemeral;
import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.Presence;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedPresence;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.util.List;
import java.util.random.RandomGenerator;

/** How a node is put together: as it should be. A mutant overrides one step. */
class Build {
    /** What the parts of one node in one life share. */
    record Parts(
            String node,
            long life,
            Bus bus,
            Process process,
            Topology topology,
            Stores stores,
            EventExport export,
            EventLog events,
            EventHandler consumer) {}

    /** The store as a process has it. */
    Stores stores(MemoryStore store, Weather weather, Process process) {
        return store.stores(weather);
    }

    EventExport export(EventExport export) {
        return export;
    }

    Bus bus(Bus bus, Process process) {
        return bus;
    }

    SequencerConfig sequencer(SequencerConfig config) {
        return config;
    }

    FanoutConfig fanout(FanoutConfig config) {
        return config;
    }

    GatewayConfig gateway(GatewayConfig config) {
        return config;
    }

    /** Builds and starts all; completes with the gateway once it takes connections. */
    final Future<Gateway> start(
            Parts parts, Options options, Tokens tokens, RandomGenerator.SplittableGenerator random) {
        var presence = new PresenceVerticle(
                parts.node,
                parts.life,
                parts.bus,
                parts.process,
                parts.topology,
                random.split(),
                PresenceConfig.DEFAULT);
        var fanout = new FanoutVerticle(
                parts.node,
                0,
                new Shares(1),
                parts.bus,
                parts.process,
                parts.stores,
                parts.topology,
                random.split(),
                fanout(options.fanout()));
        var sequencer = new SequencerVerticle(
                parts.node,
                0,
                parts.node + "." + parts.life,
                parts.bus,
                parts.process,
                parts.stores,
                parts.export,
                parts.topology,
                random.split(),
                sequencer(options.sequencer()));
        var consumer = new ConsumerVerticle(
                "consumer",
                parts.node,
                parts.events,
                parts.stores.log(),
                parts.topology,
                parts.process,
                parts.consumer);
        var gateway = new Gateway(
                parts.node + ".0",
                parts.life,
                parts.bus,
                parts.process,
                parts.stores,
                Ephemeral.alone(new EmbeddedPresence(Presence.LIFETIME_MILLIS, parts.process::monotonicMillis)),
                parts.topology,
                tokens,
                random.split(),
                gateway(options.gateway()));
        try {
            return Future.all(List.of(
                            presence.start(), fanout.start(), sequencer.start(), consumer.start(), gateway.start()))
                    .map(started -> {
                        sequencer.follow(new Shares(1));
                        return gateway;
                    });
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }
}
