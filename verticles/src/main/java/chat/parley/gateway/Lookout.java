package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Ask;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.Presences;
import chat.parley.bus.SettingsChanged;
import chat.parley.bus.Topology;
import chat.parley.bus.Turns;
import chat.parley.bus.Watch;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ServerFrame.Status;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks out for whom the sessions here watch: carries out what {@link Watches} and {@link Showing} decide. Used from the gateway's loop only. */
final class Lookout {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
    private static final long TICK_MILLIS = 100;
    private static final long ANSWER_MILLIS = 2_000;

    /** Looks under way, beside what is read for those who watch: they read as much. */
    static final int LOOKS_MAX = 2;

    static final int LOOKS_WAITING_MAX = 200;

    /** After which it is stored that a user has taken part. */
    private static final long TOOK_PART_MILLIS = 2_000;

    private final String gateway;
    private final long boot;
    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final Directory directory;
    private final Sightings sightings;
    private final Acquaintances acquaintances;
    private final Showing showing;
    private final Watches watches;
    private final Turns looks = new Turns(LOOKS_MAX, LOOKS_WAITING_MAX);
    private boolean isPlanned;
    private boolean isTicking;
    private boolean isSlicing;
    private boolean isStoreDown;
    private Runnable deaf = () -> {};

    Lookout(
            String gateway,
            long boot,
            Bus bus,
            Loop loop,
            Topology topology,
            Directory directory,
            Sightings sightings,
            WatchConfig config) {
        this.gateway = gateway;
        this.boot = boot;
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.directory = directory;
        this.sightings = sightings;
        this.acquaintances = new Acquaintances(directory);
        this.showing = new Showing(config.eventsPerSecond());
        this.watches = new Watches(showing, config.sessionMax(), config.viewsMax());
    }

    /** Whenever the topology is another, the owners of watched users may be others. */
    void start() {
        deaf = topology.listen(loop, () -> {
            watches.moved();
            plan();
        });
    }

    void stop() {
        deaf.run();
    }

    /** What may be watched and shown from now on. */
    void share(WatchConfig share) {
        showing.bound(share.eventsPerSecond());
        watches.bound(share.viewsMax());
    }

    /** Null: the users are watched, and shown as soon as it is known how it stands. Else why not. */
    @Nullable
    ErrorCode watch(Watcher watcher, List<UserId> users) {
        ErrorCode refused = watches.watch(watcher, users, loop.monotonicMillis());
        plan();
        return refused;
    }

    void unwatch(Watcher watcher, List<UserId> users) {
        watches.unwatch(watcher, users);
    }

    void end(Watcher watcher) {
        watches.end(watcher);
    }

    /** An entry has passed to the members here: who came into the conversation, left it or spoke there may be another's acquaintance now. */
    void passed(Entry entry, List<LocalUser> members) {
        if (!Entries.isMembership(entry)) {
            tookPart(entry.senderId(), members);
        } else if (watches.views() > 0) {
            watches.membersChanged(entry.comingAndGoing());
            plan();
        }
    }

    /** The user has written or read something in a conversation with these members here, whose contact that makes them once it is stored. */
    void tookPart(UserId user, List<LocalUser> members) {
        List<View> strangers = watches.strangers(user, members);
        if (strangers.isEmpty()) return;
        loop.after(TOOK_PART_MILLIS, () -> {
            watches.readAgain(strangers);
            plan();
        });
    }

    /** The owner of users says how it stands. */
    void heard(Presences presences) {
        watches.heard(presences);
        plan();
    }

    /** A watched user has other settings. */
    void changed(SettingsChanged changed) {
        if (!watches.isWatched(changed.userId())) return;
        readStored(List.of(changed.userId())).onComplete(done -> {
            noteStore(done.failed() ? done.cause() : null);
            plan();
        });
    }

    /** What the user may see of these now: presence events, in the same order. Null: too many look. */
    @Nullable
    Future<List<byte[]>> look(UserId user, List<UserId> users) {
        return looks.take(() -> read(user, users));
    }

    private Future<List<byte[]>> read(UserId user, List<UserId> users) {
        Watcher once = new Watcher(user, Watcher.Sink.NOWHERE);
        Map<UserId, Watched> watched = new HashMap<>();
        List<View> views = new ArrayList<>(users.size());
        for (UserId each : users) {
            Watched there = new Watched(each);
            View view = new View(once, there);
            there.add(view);
            watched.put(each, there);
            views.add(view);
        }
        Future<Map<UserId, Acquaintance>> found = acquaintances.of(user, users);
        Future<?> stored = readStored(users, (settings, lastSeen) -> {
            for (Watched there : watched.values()) stored(there, settings, lastSeen);
        });
        Future<?> heard = ask(users, Ask::new, true, presences -> {
                    for (Presences.State state : presences.states()) {
                        Watched there = watched.get(state.userId());
                        if (there != null) there.heard(presences.node(), presences.turn(), state);
                    }
                })
                .onSuccess(unheard -> {
                    for (UserId each : unheard.users)
                        Objects.requireNonNull(watched.get(each)).lost(unheard.seen.contains(each));
                });
        return Future.all(found, stored, heard).map(all -> {
            List<byte[]> events = new ArrayList<>(views.size());
            for (View view : views) {
                view.read(found.result().getOrDefault(view.watched.id, Acquaintance.STRANGER));
                events.add(view.show());
            }
            return events;
        });
    }

    private static void stored(Watched there, Map<UserId, UserSettings> settings, Map<UserId, Long> lastSeen) {
        there.read(settings.getOrDefault(there.id, UserSettings.DEFAULT), lastSeen.getOrDefault(there.id, 0L));
    }

    private void plan() {
        if (isPlanned) return;
        isPlanned = true;
        loop.soon(() -> {
            isPlanned = false;
            goOn();
        });
    }

    private void goOn() {
        long now = loop.monotonicMillis();
        while (true) {
            Watches.Reading reading = watches.nextReading(now);
            if (reading == null) break;
            read(reading);
        }
        showing.show(now);
        if (showing.isSliceOver() && !isSlicing) {
            isSlicing = true;
            loop.after(Showing.SLICE_MILLIS, () -> {
                isSlicing = false;
                goOn();
            });
        }
        if (isTicking || watches.views() == 0) return;
        isTicking = true;
        loop.after(TICK_MILLIS, this::tick);
    }

    private void tick() {
        isTicking = false;
        List<UserId> again = watches.toRenew(loop.monotonicMillis());
        if (!again.isEmpty()) {
            watch(again, false);
            readStored(again).onComplete(done -> noteStore(done.failed() ? done.cause() : null));
        }
        List<UserId> gone = watches.takeGone();
        byOwner(gone)
                .forEach((owner, some) -> bus.send(Address.presence(owner), new Watch(gateway, boot, List.of(), some)));
        goOn();
    }

    private void read(Watches.Reading reading) {
        Future<Map<UserId, Acquaintance>> found = acquaintances.of(reading.watcher().user, reading.users());
        List<UserId> unknown = reading.unknown();
        Future<?> known =
                unknown.isEmpty() ? Future.succeededFuture() : Future.join(readStored(unknown), watch(unknown, true));
        Future.join(found, known).onComplete(done -> {
            noteStore(done.failed() ? done.cause() : null);
            if (done.succeeded()) watches.read(reading, found.result());
            else watches.notRead(reading, loop.monotonicMillis());
            plan();
        });
    }

    private Future<?> readStored(List<UserId> users) {
        return readStored(users, watches::stored);
    }

    private Future<?> readStored(List<UserId> users, BiConsumer<Map<UserId, UserSettings>, Map<UserId, Long>> to) {
        return directory
                .userSettings(users)
                .compose(settings -> directory.lastSeen(users).onSuccess(lastSeen -> to.accept(settings, lastSeen)));
    }

    /** Tells the owners that these are watched here, and hears from them how it stands. @param isFirst of them. Never fails. */
    private Future<?> watch(List<UserId> users, boolean isFirst) {
        return ask(users, some -> new Watch(gateway, boot, some, List.of()), isFirst, watches::heard)
                .onSuccess(unheard -> {
                    watches.lost(unheard.users, unheard.seen, loop.monotonicMillis());
                    plan();
                });
    }

    /**
     * Asks the owners of the users; completes when all have answered or will not, with those of whom none did. Never fails.
     *
     * @param isFirst whether nothing is known of them yet: then it is looked up, too, who may have gone without a word
     */
    private Future<Unheard> ask(
            List<UserId> users, Function<List<UserId>, Object> question, boolean isFirst, Consumer<Presences> heard) {
        Set<UserId> unheard = new LinkedHashSet<>(users);
        List<Presences> vague = new ArrayList<>(0);
        List<UserId> gone = new ArrayList<>(0);
        List<Future<?>> answers = new ArrayList<>(1);
        byOwner(users)
                .forEach((owner, some) ->
                        answers.add(bus.request(Address.presence(owner), question.apply(some), ANSWER_MILLIS)
                                .transform(answer -> {
                                    if (answer.succeeded() && answer.result() instanceof Presences presences) {
                                        for (Presences.State state : presences.states()) {
                                            unheard.remove(state.userId());
                                            if (state.status() == Status.OFFLINE) gone.add(state.userId());
                                        }
                                        heard.accept(of(presences, state -> state.status() != Status.UNKNOWN));
                                        vague.add(of(presences, state -> state.status() == Status.UNKNOWN));
                                    } else LOG.debug("no answer from presence of {}", owner, answer.cause());
                                    return Future.succeededFuture();
                                })));
        return Future.join(answers).compose(done -> {
            if (isFirst) sightings.gone(gone);
            Set<UserId> unsure = new LinkedHashSet<>(unheard);
            for (Presences each : vague) for (Presences.State state : each.states()) unsure.add(state.userId());
            return sightings.of(unsure).map(seen -> {
                for (Presences each : vague)
                    heard.accept(new Presences(each.node(), each.turn(), Sightings.with(each.states(), seen)));
                return new Unheard(List.copyOf(unheard), seen);
            });
        });
    }

    private static Presences of(Presences all, Predicate<Presences.State> some) {
        return new Presences(
                all.node(), all.turn(), all.states().stream().filter(some).toList());
    }

    private Map<String, List<UserId>> byOwner(List<UserId> users) {
        Map<String, List<UserId>> byOwner = new HashMap<>();
        for (UserId user : users) {
            String owner = topology.presenceOwner(user.shard());
            if (owner != null)
                byOwner.computeIfAbsent(owner, none -> new ArrayList<>()).add(user);
        }
        return byOwner;
    }

    /** Users of whom no owner has said how it stands. @param seen those of them who were somewhere a moment ago */
    private record Unheard(List<UserId> users, Set<UserId> seen) {}

    /** Said once, not for each of the many that wait for it. */
    private void noteStore(@Nullable Throwable broken) {
        if (broken != null && !isStoreDown)
            LOG.warn("who may see whom was not read: what is not known is shown as unknown", broken);
        isStoreDown = broken != null;
    }
}
