package chat.parley.fanout;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Bus.Listening;
import chat.parley.bus.Bus.Received;
import chat.parley.bus.Deliver;
import chat.parley.bus.Event;
import chat.parley.bus.Loop;
import chat.parley.bus.Route;
import chat.parley.bus.Route.Events;
import chat.parley.bus.Route.HeadHint;
import chat.parley.bus.Shares;
import chat.parley.bus.Spread;
import chat.parley.bus.Topology;
import chat.parley.bus.Turns;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import chat.parley.telemetry.Traces;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fan-out worker of the shards that this node has: hears {@code fanout.<shard>} and carries out what {@link HeadRepeats} decides. */
public final class FanoutVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(FanoutVerticle.class);

    /** At a time; the members of each conversation in them are asked for at once. */
    private static final int ROWS_MAX = 200;

    private static final int MEMBERS_MAX = 1_000;

    /** Shards that read at once, since whoever takes those of another node has many. */
    private static final int LOOKING_MAX = 4;

    /**
     * Whoever takes a shard repeats what was said since, wherever the cursor is: a node that was cut off and went on alone has repeated its heads, but
     * to nobody else. The others repeat them too, 4 to 6 s after they were written, unless the shard is that node's again by then; until it
     * really is, up to 18 s were seen to pass.
     */
    private static final long LATELY_MILLIS = 30_000;

    /** In positions, from one row that is looked at to the next: it doubles. */
    private static final long LATELY_STEP_MAX = 8_192;

    private final String node;
    private final int instance;
    private final Shares shares;
    private final Bus bus;
    private final Loop loop;
    private final Stores stores;
    private final Topology topology;
    private final FanoutConfig config;
    private final Map<Integer, Shard> shards = new LinkedHashMap<>();
    private final Turns looks = new Turns(LOOKING_MAX, ConversationId.SHARDS);
    private long saveAt;
    private long lookAt;
    private boolean isSaving;
    private boolean isStopped;
    private Loop.@Nullable Timer timer;
    private @Nullable Runnable deaf;

    private final LongAdder repeated = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private volatile int waiting; // as of the last tick
    private Traces traces = Traces.NONE;

    /**
     * @param instance of this node: each has its share of the node's shards
     * @param random spreads what nodes started together do at intervals
     */
    public FanoutVerticle(
            String node,
            int instance,
            Shares shares,
            Bus bus,
            Loop loop,
            Stores stores,
            Topology topology,
            RandomGenerator random,
            FanoutConfig config) {
        this.node = node;
        this.instance = instance;
        this.shares = shares;
        this.bus = bus;
        this.loop = loop;
        this.stores = stores;
        this.topology = topology;
        this.config = config;
        this.saveAt = loop.monotonicMillis() + random.nextLong(config.saveMillis()) + 1;
        this.lookAt = loop.monotonicMillis() + random.nextLong(config.lookMillis()) + 1;
    }

    @Override
    public Future<?> start() {
        tickLater();
        Future<?> listening = moved();
        deaf = topology.listen(loop, this::moved);
        return listening;
    }

    @Override
    public Future<?> stop() {
        isStopped = true;
        if (deaf != null) deaf.run();
        if (timer != null) timer.cancel();
        Future<?> saved = save().otherwiseEmpty(); // said already; what was not saved is repeated by the next
        for (Shard shard : shards.values()) shard.end();
        shards.clear();
        return saved;
    }

    /** Heads repeated since the start. */
    public long repeated() {
        return repeated.sum();
    }

    /** Tells of the messages that are followed to these. Before it starts. */
    public void traces(Traces its) {
        traces = its;
    }

    /** What it counts. */
    public Figures figures() {
        return new Figures()
                .count(Metric.FANOUT_MESSAGES, messages::sum)
                .count(Metric.FANOUT_HEADS, repeated::sum)
                .level(Metric.FANOUT_WAITING, () -> waiting);
    }

    /** Conversations whose heads are to be repeated yet. */
    public int conversations() {
        int conversations = 0;
        for (Shard shard : shards.values()) conversations += shard.repeats.conversations();
        return conversations;
    }

    /** Its share is another: takes and gives up shards; completes when it hears what is for those it has. From any thread. */
    public Future<Void> shared() {
        Promise<Void> done = Promise.promise();
        loop.soon(() -> moved().<Void>mapEmpty().onComplete(done));
        return done.future();
    }

    /** The topology or its share may be another: takes and gives up shards. */
    private Future<?> moved() {
        List<Future<?>> begun = new ArrayList<>();
        if (isStopped) return Future.succeededFuture();
        for (int number = 0; number < ConversationId.SHARDS; number++) {
            Shard shard = shards.get(number);
            boolean isMine = shares.isOf(instance, number) && node.equals(topology.fanoutOwner(number));
            if (isMine && shard == null) {
                Shard taken = new Shard(number);
                shards.put(number, taken);
                begun.add(taken.begin());
            } else if (!isMine && shard != null) {
                shards.remove(number);
                shard.end();
            }
        }
        return Future.join(begun);
    }

    private void tickLater() {
        timer = loop.after(config.tickMillis(), () -> {
            tickLater();
            tick();
        });
    }

    private void tick() {
        long now = loop.monotonicMillis();
        List<HeadHint> due = new ArrayList<>();
        List<HeadHint> large = new ArrayList<>(0);
        for (Shard shard : shards.values()) shard.repeats.due(now, due::add, large::add);
        repeatToAll(large);
        repeat(due);
        waiting = conversations();
        if (now >= lookAt) {
            lookAt = now + config.lookMillis();
            for (Shard shard : shards.values()) shard.look();
        }
        if (now >= saveAt) {
            saveAt = now + config.saveMillis();
            save();
        }
    }

    /** To every gateway: who has members there knows it. And by name to those who joined or left, of whom it may have to learn first. */
    private void repeatToAll(List<HeadHint> due) {
        List<HeadHint> named = new ArrayList<>(0);
        for (int from = 0; from < due.size(); from += config.headsMax()) {
            List<HeadHint> heads = new ArrayList<>();
            for (HeadHint hint : due.subList(from, Math.min(due.size(), from + config.headsMax()))) {
                heads.add(new HeadHint(hint.conversationId(), hint.head(), List.of()));
                if (!hint.users().isEmpty()) named.add(hint);
            }
            toAllGateways(new Deliver(stores.log().incarnation(), List.of(), heads));
        }
        repeated.add(due.size() - named.size());
        repeat(named);
    }

    /** What is for all members of conversations, wherever they are. */
    private void toAllGateways(Deliver deliver) {
        for (String each : topology.gateways()) {
            bus.send(Address.gateways(each), deliver);
            messages.increment();
        }
    }

    /** To the presence nodes that own the members now; they know which gateways hold them now. */
    private void repeat(List<HeadHint> due) {
        if (due.isEmpty()) return;
        repeated.add(due.size());
        Map<String, List<HeadHint>> byOwner = new LinkedHashMap<>();
        for (HeadHint hint : due) {
            ofOwners(hint).forEach((owner, part) -> {
                List<HeadHint> heads = byOwner.computeIfAbsent(owner, any -> new ArrayList<>());
                heads.add(part);
                if (heads.size() >= config.headsMax()) send(owner, byOwner.remove(owner));
            });
        }
        byOwner.forEach(this::send);
    }

    private void send(String owner, List<HeadHint> heads) {
        bus.send(Address.presence(owner), new Route(stores.log().incarnation(), List.of(), heads));
    }

    private Map<String, HeadHint> ofOwners(HeadHint hint) {
        Map<String, HeadHint> byOwner = new LinkedHashMap<>(2);
        for (UserId user : hint.users()) {
            String owner = topology.presenceOwner(user.shard());
            if (owner == null) continue;
            byOwner.computeIfAbsent(owner, any -> new HeadHint(hint.conversationId(), hint.head(), new ArrayList<>()))
                    .users()
                    .add(user);
        }
        return byOwner;
    }

    /** Keeps the cursors that moved. One that was not kept is kept the next time. */
    private Future<?> save() {
        if (isSaving) return Future.succeededFuture();
        Map<Integer, ShardCursors> moved = new LinkedHashMap<>();
        for (Shard shard : shards.values()) {
            long cursor = shard.repeats.fannedOut(loop.monotonicMillis());
            if (cursor > shard.saved) moved.put(shard.number, new ShardCursors(0, cursor, 0)); // the others stay
        }
        if (moved.isEmpty()) return Future.succeededFuture();
        isSaving = true;
        return stores.log().saveCursors(moved).onComplete(outcome -> {
            isSaving = false;
            if (outcome.failed()) {
                LOG.warn("fanned-out cursors of {} shards were not saved", moved.size(), outcome.cause());
                return;
            }
            moved.forEach((number, cursors) -> {
                Shard shard = shards.get(number);
                if (shard != null) shard.saved = Math.max(shard.saved, cursors.fannedOut());
            });
        });
    }

    /** A shard of this worker. */
    private final class Shard {
        final int number;
        final HeadRepeats repeats = new HeadRepeats(config, loop.monotonicMillis());
        long saved;
        private long projectedBefore;
        private long coveredBefore = -1;
        private boolean isLooking; // or waits for its turn
        private boolean isResumed;
        private boolean isEnded;
        private @Nullable Listening listening;

        Shard(int number) {
            this.number = number;
        }

        /** Completes when it hears; what the one before left is read beside. */
        Future<?> begin() {
            look();
            return bus.listen(Address.fanout(number), this::received)
                    .onSuccess(heard -> {
                        listening = heard;
                        if (isEnded) end();
                    })
                    .onFailure(e -> LOG.error("cannot hear the spreads of shard {}", number, e));
        }

        void end() {
            isEnded = true;
            if (listening != null) listening.stop();
        }

        private void received(Received message) {
            if (message.body() instanceof Spread spread && spread.shard() == number) {
                sendLive(spread.live());
                repeats.heard(
                        spread.after(), spread.position(), spread.heads(), spread.large(), loop.monotonicMillis());
            } else {
                LOG.warn("dropped a {}: fan-out takes none", message.body().getClass());
            }
        }

        /** At once: what a gateway has not written yet when the next comes, it writes together. */
        private void sendLive(List<Events> live) {
            if (live.isEmpty()) return;
            long began = traces.isOn() ? System.nanoTime() : 0;
            toAllGateways(new Deliver(stores.log().incarnation(), live, List.of()));
            if (traces.isOn())
                for (Events events : live)
                    for (Event event : events.events())
                        traces.entry(
                                Traces.Stage.SPREAD,
                                event.entry(),
                                began,
                                "gateways",
                                topology.gateways().size());
        }

        /**
         * Whether something is projected of which nothing was heard: lost with the worker before, or on the bus. What is only on its way is
         * there at the next look.
         */
        void look() {
            if (isLooking) return;
            Future<?> looked = looks.take(this::lookNow);
            if (looked == null) return; // many were taken and given up meanwhile: at the next look
            isLooking = true;
            looked.onComplete(done -> isLooking = false);
        }

        private Future<Void> lookNow() {
            if (isEnded) return Future.succeededFuture();
            return stores.log()
                    .cursors(number)
                    .compose(cursors -> isResumed ? lookAgain(cursors) : resume(cursors))
                    .onFailure(e -> LOG.warn("cannot read what shard {} has; it is tried again", number, e));
        }

        private Future<Void> lookAgain(ShardCursors cursors) {
            boolean isStuck = repeats.covered() == coveredBefore;
            long until = Math.max(projectedBefore, repeats.holeEnd());
            coveredBefore = repeats.covered();
            projectedBefore = cursors.projected();
            return isStuck ? readTo(until) : Future.succeededFuture();
        }

        private Future<Void> resume(ShardCursors cursors) {
            return stores.log()
                    .trimmed(number)
                    .compose(trimmed -> lately(cursors.fannedOut(), trimmed, 1))
                    .compose(position -> {
                        isResumed = true;
                        saved = cursors.fannedOut();
                        repeats.resume(position);
                        coveredBefore = repeats.covered();
                        projectedBefore = cursors.projected();
                        return readTo(Math.max(cursors.projected(), repeats.holeEnd()));
                    });
        }

        /**
         * A position at or before this one behind which is all that was said lately, or as much as is repeated of it.
         *
         * @param trimmed behind that the log can be read
         */
        private Future<Long> lately(long position, long trimmed, long step) {
            if (position <= trimmed || step > LATELY_STEP_MAX) return Future.succeededFuture(position);
            long before = Math.max(trimmed, position - step);
            return stores.log().read(number, before, 1).compose(rows -> {
                if (rows.isEmpty()) return Future.succeededFuture(position);
                Entry row = rows.getFirst().entry();
                boolean isLate = row.sentAt() >= loop.millis() - LATELY_MILLIS;
                return isLate ? lately(before, trimmed, 2 * step) : Future.succeededFuture(row.position());
            });
        }

        private Future<Void> readTo(long until) {
            long after = repeats.covered();
            if (isEnded || isStopped || after >= until) return Future.succeededFuture();
            return stores.log().read(number, after, ROWS_MAX).compose(rows -> {
                Map<ConversationId, Stretch> stretches = new LinkedHashMap<>();
                long position = after;
                for (LogRow row : rows) {
                    Entry entry = row.entry();
                    if (entry.position() > until) break;
                    stretches
                            .computeIfAbsent(entry.conversationId(), any -> new Stretch(entry.sequence()))
                            .add(entry);
                    position = entry.position();
                }
                if (position == after) return Future.succeededFuture();
                long last = position;
                List<HeadHint> small = new ArrayList<>();
                List<HeadHint> large = new ArrayList<>(0);
                return withMembers(stretches, small, large).compose(done -> {
                    repeats.heard(after, last, small, large, loop.monotonicMillis());
                    return readTo(until);
                });
            });
        }

        private Future<?> withMembers(
                Map<ConversationId, Stretch> stretches, List<HeadHint> small, List<HeadHint> large) {
            List<Future<?>> reads = new ArrayList<>();
            stretches.forEach((conversation, its) -> {
                if (its.memberCount > config.inlineMembersMax()) {
                    large.add(new HeadHint(conversation, its.head, List.copyOf(its.concerned)));
                    return;
                }
                reads.add(since(its.first, conversation, "", new ArrayList<>())
                        .onSuccess(users -> small.add(new HeadHint(conversation, its.head, users))));
            });
            return Future.all(reads);
        }

        /** The members, and those who left at this sequence or after it. */
        private Future<List<UserId>> since(long first, ConversationId conversation, String after, List<UserId> users) {
            return stores.directory().members(conversation, after, MEMBERS_MAX).compose(page -> {
                for (Membership member : page)
                    if (member.isMember() || member.last().left() >= first) users.add(member.userId());
                if (page.size() < MEMBERS_MAX) return Future.succeededFuture(users);
                return since(first, conversation, page.getLast().userId().value(), users);
            });
        }
    }

    /** What was read of a conversation. */
    private static final class Stretch {
        final long first;
        final Set<UserId> concerned = new LinkedHashSet<>(0);
        long head;

        /** Not known where it is not counted: then they are few. */
        int memberCount;

        Stretch(long first) {
            this.first = first;
        }

        void add(Entry entry) {
            head = entry.sequence();
            memberCount = entry.memberCount();
            concerned.addAll(entry.comingAndGoing());
        }
    }
}
