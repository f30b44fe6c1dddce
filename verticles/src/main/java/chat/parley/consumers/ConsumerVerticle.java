package chat.parley.consumers;

import chat.parley.bus.Loop;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.store.EventCursor;
import chat.parley.store.EventLog;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.EventRows;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One consumer on one node: reads the parts that fall to the node, hands their records over, and saves how far it has come. */
public final class ConsumerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerVerticle.class);
    private static final int ROWS_MAX = 500;
    private static final int TRIES_MAX = 3;
    private static final long PAUSE_MILLIS = 50;
    private static final long SAVE_MILLIS = 1_000;
    private static final long LAG_MILLIS = 5_000;
    private static final long RETRY_MILLIS = 100;
    private static final long RETRY_MILLIS_MAX = 5_000;

    private final String name;
    private final String node;
    private final EventLog events;
    private final ShardLog log;
    private final EventRows rows;
    private final Topology topology;
    private final Loop loop;
    private final EventHandler handler;
    private final Promise<Void> ended = Promise.promise();

    private Set<Integer> wanted = Set.of();
    private Set<Integer> opened = Set.of();
    private Following following = new Following(Map.of());
    private @Nullable EventReader reader;
    private @Nullable Runnable unfollow;
    private boolean isStopped;
    private boolean isHandling;
    private int failures;
    private long saveAt;
    private long lagAt;
    private volatile long lag;
    private final AtomicLong handled = new AtomicLong();
    private final AtomicLong putAside = new AtomicLong();

    /** What was begun is not to be ended here: the node stops, or another has the part. */
    private static final class Off extends RuntimeException {
        private static final long serialVersionUID = 1;

        Off() {
            super("given up", null, false, false);
        }
    }

    /** @param name of the consumer: its cursors are kept under it */
    public ConsumerVerticle(
            String name,
            String node,
            EventLog events,
            ShardLog log,
            Topology topology,
            Loop loop,
            EventHandler handler) {
        this.name = name;
        this.node = node;
        this.events = events;
        this.log = log;
        this.rows = new EventRows(log);
        this.topology = topology;
        this.loop = loop;
        this.handler = handler;
    }

    @Override
    public Future<?> start() {
        saveAt = loop.monotonicMillis() + SAVE_MILLIS;
        unfollow = topology.listen(loop, this::moved);
        loop.soon(this::turn);
        return Future.succeededFuture();
    }

    /** Ends what is being handled, saves, and closes. */
    @Override
    public Future<?> stop() {
        isStopped = true;
        if (unfollow != null) unfollow.run();
        return ended.future();
    }

    /** How many records of this node's parts were not handled, as of some seconds ago. From any thread. */
    public long lag() {
        return lag;
    }

    /** How many records were. From any thread. */
    public long handled() {
        return handled.get();
    }

    /** How many failed for good. From any thread. */
    public long putAside() {
        return putAside.get();
    }

    /** How many came that were seen before. On its loop. */
    long repeats() {
        return following.repeats();
    }

    /** How often something was missing, and was looked for in the log. On its loop. */
    long holes() {
        return following.holes();
    }

    private void moved() {
        Set<Integer> mine = new TreeSet<>();
        for (int part = 0; part < events.parts(); part++) if (node.equals(topology.consumerOwner(part))) mine.add(part);
        wanted = mine;
    }

    private boolean isOff() {
        return isStopped || !wanted.equals(opened);
    }

    // Turn after turn.

    private void turn() {
        next().onComplete(done -> {
            if (isStopped) {
                close(done.succeeded()).onComplete(closed -> ended.tryComplete());
            } else if (done.failed()) {
                failed(done.cause());
            } else {
                if (failures > 0) LOG.info("{} reads the event log again", name);
                failures = 0;
                if (done.result()) loop.soon(this::turn);
                else loop.after(PAUSE_MILLIS, this::turn);
            }
        });
    }

    /** What was given and not handled is given again to whoever opens the parts next. */
    private void failed(Throwable cause) {
        boolean isOff = cause instanceof Off;
        if (!isOff && failures == 0) LOG.warn("{} cannot read the event log for a while: {}", name, cause.toString());
        if (!isOff) failures++;
        if (isHandling) opened = Set.of();
        isHandling = false;
        close(false).onComplete(closed -> loop.after(isOff ? 1 : backOff(failures), this::turn));
    }

    /** Whether there is more at once. */
    private Future<Boolean> next() {
        if (isStopped) return Future.succeededFuture(false);
        if (!wanted.equals(opened)) return close(true).compose(closed -> open()).map(true);
        EventReader its = reader;
        if (its == null) return wanted.isEmpty() ? Future.succeededFuture(false) : open().map(true);
        return its.next().compose(records -> {
            isHandling = true;
            return handOver(records)
                    .onSuccess(handled -> isHandling = false)
                    .compose(handled -> keepUp(its))
                    .map(!records.isEmpty());
        });
    }

    private Future<Void> open() {
        Set<Integer> parts = wanted;
        if (parts.isEmpty()) {
            opened = parts;
            return Future.succeededFuture();
        }
        return events.read(name, parts).compose(its -> {
            reader = its;
            // After a trouble what was seen is known better than by what was saved.
            if (parts.equals(opened)) return Future.succeededFuture();
            Future<Map<Integer, EventCursor>> known = handler.done(shards(parts))
                    .onSuccess(done -> {
                        Map<Integer, EventCursor> cursors = new TreeMap<>(its.saved());
                        cursors.putAll(done);
                        following = new Following(cursors);
                        opened = parts;
                    });
            return known.mapEmpty();
        });
    }

    private Set<Integer> shards(Set<Integer> parts) {
        Set<Integer> shards = new HashSet<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++)
            if (parts.contains(events.partOf(shard))) shards.add(shard);
        return shards;
    }

    /** @param isWhole all that was given was handled: that may be saved */
    private Future<Void> close(boolean isWhole) {
        EventReader its = reader;
        reader = null;
        if (its == null) return Future.succeededFuture();
        Future<Void> saved = isWhole ? its.save(following.cursors()) : Future.succeededFuture();
        return saved.transform(done -> its.close()).otherwiseEmpty();
    }

    private Future<Void> keepUp(EventReader its) {
        long now = loop.monotonicMillis();
        if (now < saveAt) return lookAtLag(0);
        saveAt = now + SAVE_MILLIS;
        return its.save(following.cursors()).compose(saved -> lookAtLag(0));
    }

    /** @param unhandled of what was read */
    private Future<Void> lookAtLag(int unhandled) {
        long now = loop.monotonicMillis();
        EventReader its = reader;
        if (its == null || now < lagAt) return Future.succeededFuture();
        lagAt = now + LAG_MILLIS;
        return its.lag().onSuccess(unread -> lag = unread + unhandled).mapEmpty();
    }

    // What came.

    private Future<Void> handOver(List<EventRecord> records) {
        List<EventRecord> batch = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            EventRecord record = records.get(i);
            switch (following.look(record)) {
                case NEXT -> {
                    following.pass(record);
                    batch.add(record);
                }
                case REPEAT -> {}
                case BEYOND -> {
                    List<EventRecord> rest = records.subList(i, records.size());
                    return handle(batch).compose(handled -> fill(record, 0)).compose(filled -> handOver(rest));
                }
            }
        }
        return handle(batch);
    }

    /** Hands over what is missing before the record: as the log has it, or as missing. */
    private Future<Void> fill(EventRecord record, int tries) {
        long seen = following.seen(record.shard());
        long until = record.first() - 1;
        if (seen >= until) return Future.succeededFuture();
        if (record.incarnation() != log.incarnation()) { // of a life before this one
            EventRecord.Reason reason = EventRecord.Reason.RETENTION;
            var gone = new EventRecord.Missing(record.incarnation(), record.shard(), seen + 1, until, reason);
            following.pass(gone);
            return handle(List.of(gone));
        }
        if (tries == 0)
            LOG.warn(
                    "{} has no position {} to {} of shard {}: they are read there",
                    name,
                    seen + 1,
                    until,
                    record.shard());
        return rows.read(record.shard(), seen, ROWS_MAX).transform(read -> {
            if (isOff()) return Future.failedFuture(new Off());
            if (read.failed() || read.result().isEmpty()) return later(tries + 1, () -> fill(record, tries + 1));
            List<EventRecord> missed = new ArrayList<>();
            for (EventRecord each : read.result()) if (each.first() <= until) missed.add(upTo(until, each));
            missed.forEach(following::pass);
            return handle(missed).compose(handled -> fill(record, 1));
        });
    }

    private static EventRecord upTo(long until, EventRecord record) {
        if (record.position() <= until || !(record instanceof EventRecord.Missing missing)) return record;
        return new EventRecord.Missing(
                missing.incarnation(), missing.shard(), missing.first(), until, missing.reason());
    }

    private Future<Void> handle(List<EventRecord> batch) {
        return batch.isEmpty() ? Future.succeededFuture() : handle(batch, 0);
    }

    private Future<Void> handle(List<EventRecord> batch, int tries) {
        if (isOff()) return Future.failedFuture(new Off());
        return asked(batch).transform(answer -> {
            if (answer.succeeded()) {
                handled.addAndGet(batch.size());
                return Future.succeededFuture();
            }
            if (answer.cause() instanceof Unavailable) {
                if (tries == 0)
                    LOG.warn(
                            "{} cannot go on for a while: {}",
                            name,
                            answer.cause().getMessage());
                return later(tries + 1, () -> lookAtLag(batch.size()).transform(done -> handle(batch, tries + 1)));
            }
            if (batch.size() > 1) return each(batch, 0);
            if (tries + 1 < TRIES_MAX) return later(tries + 1, () -> handle(batch, tries + 1));
            putAside(batch.getFirst(), answer.cause());
            return Future.succeededFuture();
        });
    }

    private Future<Void> asked(List<EventRecord> batch) {
        try {
            return handler.handle(List.copyOf(batch));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> each(List<EventRecord> batch, int index) {
        if (index == batch.size()) return Future.succeededFuture();
        return handle(List.of(batch.get(index)), 0).compose(handled -> each(batch, index + 1));
    }

    private void putAside(EventRecord record, Throwable cause) {
        putAside.incrementAndGet();
        LOG.error("{} puts position {} of shard {} aside", name, record.position(), record.shard(), cause);
        try {
            handler.putAside(record, cause);
        } catch (RuntimeException e) {
            LOG.error("{} cannot even do that", name, e);
        }
    }

    private Future<Void> later(int tries, Supplier<Future<Void>> action) {
        Promise<Void> done = Promise.promise();
        loop.after(backOff(tries), () -> action.get().onComplete(done));
        return done.future();
    }

    private static long backOff(int tries) {
        return Math.min(RETRY_MILLIS_MAX, RETRY_MILLIS << Math.min(tries, 16));
    }
}
