package chat.parley.sequencer;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Event;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.Pull;
import chat.parley.bus.Route;
import chat.parley.bus.Shares;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.store.EventExport;
import chat.parley.store.ShardCursors;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Traces;
import chat.parley.wire.EventJson;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sequencer of the shards it was told to take: hears drafts and pulls, has the lines decide, and carries out what they want. What
 * happens within one turn of the loop is looked up, answered and told together at its end.
 */
public final class SequencerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(SequencerVerticle.class);
    private static final int ROUNDS_MAX = 16;
    private static final long FOLLOW_MILLIS = 1_000;

    private final String node;
    private final int instance;
    private final String owner;
    private final Bus bus;
    private final Loop loop;
    private final Stores stores;
    private final @Nullable EventExport export;
    private final Topology topology;
    private final RandomGenerator random;
    private final SequencerConfig config;
    private final Digests digests;
    private final Turn turn = new Turn();
    private final Loaded loaded;
    private final LookUps lookUps;
    private final LastRequests submits = new LastRequests();
    private final @Nullable Ownership[] owned = new @Nullable Ownership[ConversationId.SHARDS];
    private final @Nullable Future<Bus.Listening>[] listening;
    private final long[] takenAt = new long[ConversationId.SHARDS];

    private boolean isFlushPlanned;
    private boolean isFlushing;
    private boolean isSaving;
    private boolean isStopped;
    private final Tally tally = new Tally();
    private long savedAt;
    private Loop.@Nullable Timer tick;
    private @Nullable Shares shares;
    private long followAt = Long.MAX_VALUE;
    private @Nullable Runnable unfollow;

    /**
     * @param instance of this node: each has shards of its own
     * @param bootId of this life of the node; with the instance it names the owner in the log
     * @param export where the logs of its shards go; null: nowhere
     */
    @SuppressWarnings("unchecked")
    public SequencerVerticle(
            String node,
            int instance,
            String bootId,
            Bus bus,
            Loop loop,
            Stores stores,
            @Nullable EventExport export,
            Topology topology,
            RandomGenerator random,
            SequencerConfig config) {
        this.node = node;
        this.instance = instance;
        this.owner = bootId + "." + instance;
        this.bus = bus;
        this.loop = loop;
        this.stores = stores;
        this.export = export;
        this.topology = topology;
        this.random = random;
        this.config = config;
        this.digests = new Digests(stores.log().digestKey());
        this.loaded = new Loaded(config.conversationsMax(), config.conversationBytesMax());
        this.lookUps = new LookUps(stores, loop, turn, config, this::changed);
        this.listening = new @Nullable Future[ConversationId.SHARDS];
        Arrays.fill(takenAt, Long.MIN_VALUE);
    }

    @Override
    public Future<?> start() {
        savedAt = loop.monotonicMillis();
        tickLater();
        return Future.succeededFuture();
    }

    /** Hands all shards over and saves the cursors. */
    @Override
    public Future<?> stop() {
        isStopped = true;
        if (unfollow != null) unfollow.run();
        if (tick != null) tick.cancel();
        List<Future<Void>> releases = new ArrayList<>();
        for (int shard = 0; shard < owned.length; shard++) if (owned[shard] != null) releases.add(release(shard));
        tickUntilLeft();
        return Future.join(releases).transform(left -> Future.succeededFuture());
    }

    /**
     * From now on this instance has its share of the shards that the topology gives to this node, also those that another took from it;
     * completes once those of now are served, or another's again. Asked again, it does nothing but that. From any thread, once it is deployed.
     */
    public Future<Void> follow(Shares shares) {
        Promise<Void> served = Promise.promise();
        loop.soon(() -> {
            this.shares = shares;
            if (unfollow == null) unfollow = topology.listen(loop, this::followNow);
            Future.join(followNow()).otherwiseEmpty().<Void>mapEmpty().onComplete(served);
        });
        return served.future();
    }

    private List<Future<Void>> followNow() {
        followAt = loop.monotonicMillis() + FOLLOW_MILLIS;
        List<Future<Void>> moves = new ArrayList<>();
        for (int shard = 0; shard < owned.length && !isStopped; shard++)
            moves.add(isOwn(shard) ? take(shard) : release(shard));
        return moves;
    }

    private boolean isOwn(int shard) {
        return shares != null && shares.isOf(instance, shard) && node.equals(topology.sequencerOwner(shard));
    }

    /**
     * Takes a shard that is this instance's share now, once the other instance of this node has handed it over; completes when it is served, or is
     * another node's. What comes for it meanwhile waits here. From any thread.
     */
    public Future<Void> takeFrom(SequencerVerticle other, int shard) {
        Promise<Void> free = Promise.promise();
        Promise<Void> taken = Promise.promise();
        loop.soon(() -> {
            if (isOwn(shard) && !isStopped) take(shard, free.future()).onComplete(taken);
            else taken.complete();
        });
        other.loop.soon(() -> other.release(shard).onComplete(free));
        return taken.future();
    }

    /** What it may keep in memory is another share now. From any thread. */
    public void share(SequencerConfig share) {
        loop.soon(() -> loaded.bound(share.conversationsMax(), share.conversationBytesMax()));
    }

    /** Makes this instance the owner of the shard; completes once it is served. Asked again, it does nothing but that. */
    public Future<Void> take(int shard) {
        return take(shard, Future.succeededFuture());
    }

    /** @param free completes when the instance that had it does not any more */
    private Future<Void> take(int shard, Future<Void> free) {
        Ownership before = owned[shard];
        if (before != null) {
            return before.isLeaving() ? before.left().compose(done -> take(shard, free)) : before.taken();
        }
        Ownership ownership = new Ownership(
                shard,
                owner,
                loop,
                stores,
                export,
                config,
                random,
                turn,
                tally,
                (epoch, cursors) -> line(shard, epoch, cursors),
                () -> ownerElsewhere(shard),
                this::spread,
                this::changed,
                this::ended);
        owned[shard] = ownership;
        listen(shard);
        if (free.isComplete()) begin(ownership);
        else free.onComplete(left -> loop.soon(() -> begin(ownership)));
        return ownership.taken();
    }

    private void begin(Ownership ownership) {
        if (ownership.isLeaving()) return;
        int shard = ownership.shard();
        long now = loop.monotonicMillis();
        long earliest = takenAt[shard] == Long.MIN_VALUE ? now : takenAt[shard] + config.takeOverMillis();
        takenAt[shard] = Math.max(now, earliest);
        tally.takeOvers.increment();
        ownership.take(Math.max(0, earliest - now));
    }

    private Line line(int shard, long epoch, ShardCursors cursors) {
        long projected = cursors.projected();
        Exporting exporting = export == null ? null : new Exporting(projected, cursors.exported());
        return new Line(shard, epoch, owner, projected, exporting, config, digests, random, turn, loaded);
    }

    /** Hands the shard over: completes once nothing of it is in flight here and nothing more is taken. */
    public Future<Void> release(int shard) {
        Ownership ownership = owned[shard];
        if (ownership == null) return Future.succeededFuture();
        ownership.leave();
        return ownership.left().compose(done -> saveCursors(ownership));
    }

    /** Whether this instance serves the shard, as far as it knows. */
    public boolean serves(int shard) {
        Ownership ownership = owned[shard];
        return ownership != null && ownership.isServing();
    }

    /** The numbers of the shards that it serves. From any thread. */
    public Future<List<Integer>> serving() {
        Promise<List<Integer>> said = Promise.promise();
        loop.soon(() -> said.complete(
                IntStream.range(0, owned.length).filter(this::serves).boxed().toList()));
        return said.future();
    }

    /** Tells of the messages that are followed to these. Before it starts. */
    public void traces(Traces traces) {
        tally.traces = traces;
    }

    /** What the instance counts. */
    public Figures figures() {
        return tally.figures(export != null);
    }

    // What comes in.

    private void listen(int shard) {
        if (listening[shard] != null) return;
        Future<Bus.Listening> future = bus.listen(Address.sequencer(shard), received -> receive(shard, received));
        listening[shard] = future;
        future.onFailure(cause -> LOG.error("nobody hears for shard {}: {}", shard, cause.toString()));
    }

    private void unlisten(int shard) {
        Future<Bus.Listening> future = listening[shard];
        if (future == null || owned[shard] != null) return;
        listening[shard] = null;
        future.onSuccess(Bus.Listening::stop);
    }

    private void receive(int shard, Bus.Received received) {
        Object body = received.body();
        boolean isForShard = switch (body) {
            case Submit submit -> submit.shard() == shard;
            case Pull pull -> pull.conversationId().shard() == shard;
            default -> false;
        };
        if (!isForShard) {
            LOG.warn(
                    "shard {} was sent a {} that is not for it",
                    shard,
                    body.getClass().getSimpleName());
            received.answer(new NotMine(shard, null));
            return;
        }
        if (body instanceof Submit && !submits.isFirst(received.request())) return; // the first is answered
        Ownership ownership = owned[shard];
        if (ownership == null) {
            received.answer(new NotMine(shard, ownerElsewhere(shard)));
            return;
        }
        guarded(ownership, () -> ownership.receive(body, received, loop.monotonicMillis()));
        changed();
    }

    private static void guarded(Ownership ownership, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            ownership.broke(e);
        }
    }

    private void spread(Spread spread) {
        String worker = topology.fanoutOwner(spread.shard());
        if (worker != null) bus.send(topology.addressOf(worker, Address.fanout(spread.shard())), spread);
    }

    private @Nullable String ownerElsewhere(int shard) {
        String believed = topology.sequencerOwner(shard);
        return node.equals(believed) ? null : believed;
    }

    // The end of a turn.

    private void changed() {
        if (isFlushPlanned || isFlushing) return;
        isFlushPlanned = true;
        loop.soon(this::flush);
    }

    private void flush() {
        isFlushPlanned = false;
        isFlushing = true;
        try {
            advance();
            tell();
        } finally {
            isFlushing = false; // though something broke: the next turn goes on
        }
        if (!turn.isEmpty()) changed();
    }

    private void advance() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            lookUps.issue();
            for (Line line : turn.takeMoved()) {
                Ownership ownership = owned[line.shard()];
                if (ownership != null && ownership.line() == line) guarded(ownership, ownership::advance);
            }
            if (!turn.isMoving()) return;
        }
    }

    /** Answers first, then what others hear. */
    private void tell() {
        for (Ask ask : turn.takeReplied()) {
            ask.tell();
            tally.commitSeconds.recordSince(ask.cameAtNanos());
            if (!tally.traces.isOn()) continue;
            for (Draft draft : ask.drafts())
                tally.traces.draft(
                        Traces.Stage.SEQUENCE,
                        draft,
                        ask.cameAtNanos(),
                        "shard",
                        draft.conversationId().shard());
        }
        List<Turn.Told> told = turn.takeTold();
        if (told.isEmpty()) return;
        Routes routes = new Routes();
        Lives lives = new Lives();
        for (Turn.Told each : told) {
            Event event = new Event(each.entry(), EventJson.encode(each.entry()));
            routes.add(event, each.recipients().named());
            Way way = each.recipients().way();
            if (way != Way.INLINE) lives.add(event);
            tally.fannedOut(way);
        }
        for (Map.Entry<String, Route> each :
                routes.byNode(stores.log().incarnation(), topology).entrySet()) {
            bus.send(Address.presence(each.getKey()), each.getValue());
        }
        lives.byShard().forEach((shard, events) -> spread(Spread.live(shard, epochOf(shard), events)));
    }

    private long epochOf(int shard) {
        Ownership ownership = owned[shard];
        Line line = ownership == null ? null : ownership.line();
        return line == null ? 0 : line.epoch();
    }

    // Time.

    private void tickLater() {
        tick = loop.after(config.tickMillis(), () -> {
            tick();
            if (!isStopped) tickLater();
        });
    }

    private void tickUntilLeft() {
        for (Ownership ownership : owned) {
            if (ownership == null) continue;
            loop.after(config.tickMillis(), () -> {
                tick();
                tickUntilLeft();
            });
            return;
        }
    }

    private void tick() {
        long now = loop.monotonicMillis();
        for (Ownership ownership : owned) if (ownership != null) guarded(ownership, () -> ownership.tick(now));
        loaded.shrink();
        look();
        if (now - savedAt >= config.cursorMillis()) saveCursors(now);
        if (now >= followAt && !isStopped) followNow();
        changed();
    }

    /** How it is now, for those who ask from other threads. */
    private void look() {
        long shards = 0;
        long waiting = 0;
        long toProject = 0;
        long toExport = 0;
        for (Ownership ownership : owned) {
            if (ownership == null) continue;
            toExport += ownership.toExport();
            Line line = ownership.line();
            if (line == null) continue;
            if (ownership.isServing()) shards++;
            waiting += line.waiting();
            toProject += line.projecting().waiting();
        }
        tally.shards = shards;
        tally.waiting = waiting;
        tally.toProject = toProject;
        tally.toExport = toExport;
        tally.conversations = loaded.count();
    }

    private void saveCursors(long now) {
        if (isSaving) return;
        savedAt = now;
        Map<Integer, ShardCursors> cursors = new LinkedHashMap<>();
        List<Ownership> saved = new ArrayList<>();
        for (Ownership ownership : owned) {
            ShardCursors moved = ownership == null ? null : ownership.cursorsToSave();
            if (ownership == null || moved == null) continue;
            cursors.put(ownership.shard(), moved);
            saved.add(ownership);
        }
        if (cursors.isEmpty()) return;
        isSaving = true;
        stores.log().saveCursors(cursors).onComplete(answer -> {
            isSaving = false;
            if (answer.failed()) {
                LOG.warn("cursors are not saved: {}", answer.cause().toString());
                return;
            }
            for (Ownership ownership : saved) {
                ShardCursors its = cursors.get(ownership.shard());
                if (its != null) ownership.cursorsSaved(its);
            }
        });
    }

    private Future<Void> saveCursors(Ownership ownership) {
        ShardCursors moved = ownership.cursorsToSave();
        if (moved == null) return Future.succeededFuture();
        return stores.log().saveCursors(Map.of(ownership.shard(), moved)).recover(cause -> {
            LOG.warn("the cursors of shard {} are not saved: {}", ownership.shard(), cause.toString());
            return Future.succeededFuture();
        });
    }

    private void ended(Ownership ownership) {
        int shard = ownership.shard();
        if (owned[shard] == ownership) owned[shard] = null;
        if (ownership.isBroken() && !isStopped) {
            loop.soon(() -> take(shard).onFailure(cause -> LOG.warn("shard {} is gone: {}", shard, cause.toString())));
            return;
        }
        unlisten(shard);
    }
}
