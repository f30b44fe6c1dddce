package chat.parley.simulator;

import chat.parley.bus.Bus;
import chat.parley.bus.Route;
import chat.parley.checker.Violation.Kind;
import chat.parley.simulator.Nemesis.Harm;
import chat.parley.simulator.Options.Ending;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.EventExport;
import chat.parley.store.History;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds with one thing broken, which the simulator must catch: else what it does not find would tell nothing. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes them
enum Mutant {
    /** The answer goes out while the append waits to be made. */
    ACKNOWLEDGE_BEFORE_DURABLE(
            new Build() {
                @Override
                Stores stores(MemoryStore store, Weather weather, Process process) {
                    Stores right = store.stores(weather);
                    return with(right, new EarlyAcks(right.log(), process));
                }
            },
            options -> options.only(Harm.CRASH, Harm.FREEZE),
            Kind.LOST,
            Kind.DUPLICATE_SEQUENCE,
            Kind.DIVERGENT_LOG),

    /** Whoever appends last has written the log. */
    PLAIN_WRITE(
            new Build() {
                @Override
                Stores stores(MemoryStore store, Weather weather, Process process) {
                    return store.storesWithoutCompare(weather);
                }
            },
            options -> options.only(Harm.ALONE, Harm.FREEZE, Harm.PARTITION),
            Kind.LOST,
            Kind.DUPLICATE_SEQUENCE,
            Kind.DIVERGENT_LOG),

    /** Ids are known in memory only. */
    IDS_FORGOTTEN(
            new Build() {
                @Override
                Stores stores(MemoryStore store, Weather weather, Process process) {
                    Stores right = store.stores(weather);
                    return with(right, new IdWindow(right.history(), process, 0));
                }
            },
            options -> options.only(Harm.CRASH, Harm.ALONE),
            Kind.IDEMPOTENCY),

    /** Ids are known for a minute. */
    ID_WINDOW(
            new Build() {
                @Override
                Stores stores(MemoryStore store, Weather weather, Process process) {
                    Stores right = store.stores(weather);
                    return with(right, new IdWindow(right.history(), process, 60_000));
                }
            },
            options -> options.only(Harm.CRASH, Harm.ALONE),
            Kind.IDEMPOTENCY),

    /** What is lost last is lost. */
    NO_REPEAT_OF_HEADS(
            new Build() {
                @Override
                Bus bus(Bus bus, Process process) {
                    return new DeafToHeads(bus);
                }
            },
            options -> options.only(Harm.BUS_LOSS).ending(Ending.LAST_WORDS),
            Kind.LOST_TAIL),

    /** The projected cursor passes entries when they are appended, not when they are projected. */
    CURSOR_TOO_EARLY(
            new Build() {
                @Override
                Stores stores(MemoryStore store, Weather weather, Process process) {
                    Stores right = store.stores(weather);
                    return with(right, new EarlyCursors(right.log()));
                }
            },
            options -> options.only(Harm.BROKEN_PROJECTIONS, Harm.CRASH).deferring(),
            Kind.DIVERGENT_READ,
            Kind.HOLE,
            Kind.LOST_TAIL,
            Kind.DEVICE_HOLE),

    /** The exported cursor passes entries when they are given to the event log, not when it acknowledges them. */
    EXPORT_UNACKNOWLEDGED(
            new Build() {
                @Override
                EventExport export(EventExport export) {
                    return (shard, records) -> {
                        export.add(shard, records);
                        return Future.succeededFuture();
                    };
                }
            },
            options -> options.only(Harm.CRASH),
            Kind.EXPORT),

    /** What comes next passes, whatever lies between. */
    GATE_TRUSTS_ORDER(
            List.of(
                    new Mutation(
                            "chat/parley/gateway/Gate.java",
                            "if (cursor == UNKNOWN || first > cursor + 1) {",
                            "if (cursor == UNKNOWN) {"),
                    new Mutation(
                            "chat/parley/gateway/Gate.java",
                            "int from = (int) (cursor + 1 - first);",
                            "int from = (int) Math.max(0, cursor + 1 - first);")),
            options -> options.only(Harm.BUS_DELAY, Harm.BUS_LOSS).administering(500),
            Kind.LEAK),

    /** Who had a channel open when they were put out goes on looking. */
    CHANNEL_KEEPS_LOOKERS(
            List.of(new Mutation(
                    "chat/parley/gateway/Channels.java",
                    "if (!user.gates.contains(gate) || gate.isLater(user) || readers != null &&"
                            + " !readers.contains(user))",
                    "if (user.gates.isEmpty())")),
            options -> options.only(Harm.BUS_LOSS).sized(Sizes.small(1)).administering(500),
            Kind.LEAK),

    /** The first entry that is missing counts as sent. */
    RESUME_OFF_BY_ONE(
            List.of(new Mutation(
                    "chat/parley/gateway/Attach.java",
                    "sentThrough = Math.min(cursor, head);",
                    "sentThrough = Math.min(cursor + 1, head);")),
            options -> options.only(Harm.CRASH, Harm.BUS_LOSS),
            Set.of(Shelf.TOLD_TOO_MUCH)),

    /** What was on its way to a node when its acknowledgement was lost counts for ever. */
    WINDOW_NEVER_OPENS(
            List.of(new Mutation(
                    "chat/parley/bus/PeerBus.java",
                    "window.free(size, answer.succeeded());",
                    "if (answer.succeeded()) window.free(size, true);")),
            options -> options.only(Harm.BUS_LOSS).ending(Ending.LAST_WORDS),
            Kind.LOST_TAIL),

    /** A session goes on though the registry does not know where it is, and nothing is looked up once it does. */
    NO_ANSWER_OF_THE_OWNER(
            List.of(
                    new Mutation(
                            "chat/parley/gateway/Gateway.java",
                            "boolean[] wentOn = {false};",
                            "boolean[] wentOn = {true}; goOn.run();"),
                    new Mutation(
                            "chat/parley/gateway/Gateway.java", "else if (user.isReady) headCheck.compare(user);", "")),
            options -> options.only(Harm.CRASH, Harm.BUS_LOSS).ending(Ending.LATE_ANSWERS),
            Kind.LOST_TAIL);

    final List<Mutation> mutations;
    final @Nullable Build build; // null: as in the scenario
    final Set<String> caughtBy; // kinds of violations, or of what the devices found
    private final UnaryOperator<Options> scenario;

    Mutant(Build build, UnaryOperator<Options> scenario, Kind first, Kind... more) {
        this(build, List.of(), scenario, names(EnumSet.of(first, more)));
    }

    Mutant(List<Mutation> mutations, UnaryOperator<Options> scenario, Kind by) {
        this(null, mutations, scenario, Set.of(by.name()));
    }

    Mutant(List<Mutation> mutations, UnaryOperator<Options> scenario, Set<String> caughtBy) {
        this(null, mutations, scenario, caughtBy);
    }

    Mutant(@Nullable Build build, List<Mutation> mutations, UnaryOperator<Options> scenario, Set<String> caughtBy) {
        this.build = build;
        this.mutations = mutations;
        this.scenario = scenario;
        this.caughtBy = caughtBy;
    }

    private static Set<String> names(Set<Kind> kinds) {
        Set<String> names = new TreeSet<>();
        for (Kind kind : kinds) names.add(kind.name());
        return names;
    }

    /** The kinds of what is broken with one seed, by name; with the sources as they are where this runs. */
    static Set<String> broken(String name, long seed) {
        Mutant mutant = valueOf(name);
        Options options = mutant.scenario(seed);
        if (mutant.build != null) options = options.with(mutant.build);
        Outcome outcome = new Simulation(seed, options, null).run();
        Set<String> broken = new TreeSet<>();
        for (Kind kind : outcome.verdict().counts().keySet()) broken.add(kind.name());
        for (String what : outcome.broken()) if (what.contains(Shelf.TOLD_TOO_MUCH)) broken.add(Shelf.TOLD_TOO_MUCH);
        return broken;
    }

    /** The situation in which it shows; all is well in it with the right build. */
    Options scenario(long seed) {
        return scenario.apply(Options.of(seed)).of(name());
    }

    private static Stores with(Stores stores, ShardLog log) {
        return new Stores(log, stores.projections(), stores.history(), stores.directory());
    }

    private static Stores with(Stores stores, History history) {
        return new Stores(stores.log(), stores.projections(), history, stores.directory());
    }

    private static final class EarlyAcks extends PassingLog {
        private static final long LATE_MILLIS = 100;

        private final Process process;
        private final Map<Integer, Future<Appended>> last = new HashMap<>();

        EarlyAcks(ShardLog log, Process process) {
            super(log);
            this.process = process;
        }

        @Override
        public Future<Appended> append(Batch batch) {
            process.after(LATE_MILLIS, () -> {
                Future<Appended> before = last.getOrDefault(batch.shard(), Future.succeededFuture(new Appended.Done()));
                last.put(batch.shard(), before.transform(done -> log.append(batch)));
            });
            return Future.succeededFuture(new Appended.Done());
        }
    }

    private static final class EarlyCursors extends PassingLog {
        EarlyCursors(ShardLog log) {
            super(log);
        }

        @Override
        public Future<Appended> append(Batch batch) {
            ShardCursors cursors = new ShardCursors(batch.lastPosition(), 0, 0);
            return log.append(batch).onSuccess(answer -> {
                if (answer instanceof Appended.Done) log.saveCursors(Map.of(batch.shard(), cursors));
            });
        }
    }

    private static final class IdWindow extends PassingHistory {
        private final Process process;
        private final long windowMillis;

        IdWindow(History history, Process process, long windowMillis) {
            super(history);
            this.process = process;
            this.windowMillis = windowMillis;
        }

        @Override
        public Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys) {
            return history.ids(keys).map(found -> {
                Map<IdKey, KnownId> recent = new LinkedHashMap<>(found);
                recent.values().removeIf(known -> known.sentAt() <= process.millis() - windowMillis);
                return recent;
            });
        }
    }

    private record DeafToHeads(Bus bus) implements Bus {
        @Override
        public void send(String address, Object message) {
            boolean isRepeat = message instanceof Route route && route.events().isEmpty();
            if (!isRepeat) bus.send(address, message);
        }

        @Override
        public Future<Object> request(String address, Object message, long timeoutMillis) {
            return bus.request(address, message, timeoutMillis);
        }

        @Override
        public Future<Listening> listen(String address, java.util.function.Consumer<Received> listener) {
            return bus.listen(address, listener);
        }
    }
}
