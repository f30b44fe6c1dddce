package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.ShardHead;
import chat.parley.store.Unavailable;
import chat.parley.store.embedded.Answers.Call;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. All that waits goes into one commit, with one fsync if anything in it asks for one; when that is done its rows
 * can be read, the heads move, and its callers are answered. After a write that failed nobody knows what is on the disk: what was in it
 * is not known, nothing more is written, and the database is closed and opened again before anything is. Until there is a chance that
 * this succeeds, reads go on from what was durable before.
 */
final class Writer {
    private static final Logger log = LoggerFactory.getLogger(Writer.class);
    private static final long COMMIT_BYTES_MAX = 8L << 20;
    private static final int ROW_BYTES_GUESS = 1 << 20;
    private static final long BACK_OFF_FIRST_MILLIS = 50;
    private static final long BACK_OFF_MAX_MILLIS = 2_000;
    private static final long PARK_NANOS = TimeUnit.SECONDS.toNanos(1); // a lost wake-up costs no more than this
    private static final long CLOSE_SECONDS = 60;

    private final Vertx vertx;
    private final EmbeddedOptions options;
    private final Current current;
    private final Reopening reopening;
    private final Committing committing;
    private final Tables tables;
    private final Thread thread;

    private final Queue<Asked<?>> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean wakes = new AtomicBoolean();
    private volatile State state = State.SERVING;
    private volatile long writesSinceNanos; // 0: no write is under way

    // of the thread
    private final RowBatch rows = new RowBatch(ROW_BYTES_GUESS);
    private final Answers answers = new Answers();
    private Rocks rocks;
    private volatile ShardHead[] heads; // replaced, never changed

    private boolean isUsable = true;

    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final LongAdder failures = new LongAdder();
    private final Histogram commitSeconds = Histogram.ofSeconds();

    /** A change: adds its rows to the commit and says what to answer once it is done. Must be repeatable with another commit. */
    interface Change<T> {
        T into(Commit commit) throws RocksDBException;
    }

    /** Writes the batch; the door through which tests let writes fail, and watch what the database does to its files. */
    interface Committing {
        Committing ROCKS = (rocks, sync, batch) -> rocks.db().write(rocks.writing(sync), batch);

        void commit(Rocks rocks, boolean sync, WriteBatch batch) throws RocksDBException;

        /** Before the database is opened with these. */
        default void opening(DBOptions options) {}
    }

    /** Opens the database again and reads its heads; says first whether there is a chance to. */
    interface Reopening {
        boolean isPromising();

        /** @param damaged a file was found to be damaged: do not run into it again */
        Rocks open(boolean damaged) throws CannotOpen;

        ShardHead[] heads(Rocks rocks) throws CannotOpen;
    }

    private enum State {
        SERVING,
        BROKEN,
        CLOSED
    }

    Writer(
            Vertx vertx,
            EmbeddedOptions options,
            Rocks rocks,
            ShardHead[] heads,
            Current current,
            Reopening reopening,
            Committing committing) {
        this.vertx = vertx;
        this.options = options;
        this.rocks = rocks;
        this.heads = heads;
        this.current = current;
        this.reopening = reopening;
        this.committing = committing;
        tables = new Tables(!options.deferredProjections());
        thread = new Thread(this::run, "parley-store-writer");
        thread.setDaemon(true);
        thread.start();
    }

    /** The head as it is durable; fails while that is not known. */
    ShardHead head(int shard) {
        if (state != State.SERVING)
            throw refusal(); // asked before too: a head read before a reopening must not be answered after it
        ShardHead head = heads[shard];
        if (state != State.SERVING) throw refusal();
        return head;
    }

    /** Fails while nothing is written, and if a write has been under way for longer than that. */
    Future<?> check(long writeNanosMax) {
        if (state != State.SERVING) return Future.failedFuture(refusal());
        long began = writesSinceNanos;
        return began != 0 && System.nanoTime() - began > writeNanosMax
                ? Future.failedFuture(new Unavailable("a write hangs"))
                : Future.succeededFuture();
    }

    /** The end of the shard's log as it was durable last; it may be about to be reopened. */
    long lastPosition(int shard) {
        return heads[shard].position();
    }

    long commits() {
        return commits.get();
    }

    long syncs() {
        return syncs.get();
    }

    Figures figures() {
        return new Figures()
                .count(Metric.STORE_COMMITS, commits::get)
                .count(Metric.STORE_SYNCS, syncs::get)
                .count(Metric.STORE_FAILURES, failures::sum)
                .spread(Metric.STORE_COMMIT_SECONDS, commitSeconds)
                .level(Metric.STORE_WAITING, waitingCount::get);
    }

    Tables tables() {
        return tables;
    }

    /** Puts the change into the next commit. */
    <T> Future<T> write(int bytes, Change<T> change) {
        return ask(new Asked<>(vertx, bytes, change, false));
    }

    /** Lets the change write commits of its own, between two of the others. It is repeated by its caller if it fails. */
    <T> Future<T> alone(int bytes, Change<T> change) {
        return ask(new Asked<>(vertx, bytes, change, true));
    }

    /** Writes one commit of one change now; only from within a change that runs alone. */
    void writeNow(boolean sync, Change<?> change) throws RocksDBException {
        rows.clear();
        var commit = new Commit(rocks, rows, heads);
        change.into(commit);
        write(sync, commit);
    }

    /** Makes durable what was written; likewise. */
    void syncNow() throws RocksDBException {
        rocks.db().syncWal();
        syncs.incrementAndGet();
    }

    /** Writes what waits, and ends. */
    void close() {
        state = State.CLOSED;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <T> Future<T> ask(Asked<T> asked) {
        if (state != State.SERVING) return Future.failedFuture(refusal());
        int count = waitingCount.incrementAndGet();
        long bytes = waitingBytes.addAndGet(asked.bytes);
        if (count > options.appendsMax() || bytes > options.appendBytesMax()) {
            left(asked);
            return Future.failedFuture(new Unavailable("too much waits for the store"));
        }
        waiting.add(asked);
        if (state == State.CLOSED && waiting.remove(asked))
            return Future.failedFuture(refusal()); // the thread may be gone
        wakeAfterTurn(asked);
        return asked.future();
    }

    /** What else the caller appends in this turn of its loop goes into the same commit. */
    private void wakeAfterTurn(Asked<?> asked) {
        if (!wakes.compareAndSet(false, true)) return;
        try {
            asked.context().runOnContext(nothing -> wake());
        } catch (RejectedExecutionException e) { // the caller's loop ends
            wake();
        }
    }

    private void wake() {
        wakes.set(false);
        LockSupport.unpark(thread);
    }

    private void left(Asked<?> asked) {
        waitingCount.decrementAndGet();
        waitingBytes.addAndGet(-asked.bytes);
    }

    private Unavailable refusal() {
        return new Unavailable(
                state == State.CLOSED ? "the store is closed" : "the store is being reopened after a failed write");
    }

    private void run() {
        while (true) {
            List<Asked<?>> taken = take();
            if (taken.isEmpty()) return;
            try {
                if (taken.get(0).isAlone) commitAlone(taken.get(0));
                else commit(taken);
            } catch (Throwable e) { // the thread has to live on; what is on the disk is not known
                broken(taken, e);
            }
        }
    }

    /** What waits, up to the bound of a commit; nothing once the store is closed. */
    private List<Asked<?>> take() {
        while (waiting.peek() == null) {
            if (state == State.CLOSED) return List.of();
            LockSupport.parkNanos(this, PARK_NANOS);
        }
        if (!isUsable) {
            refuseWaiting();
            return List.of();
        }
        List<Asked<?>> taken = new ArrayList<>();
        long bytes = 0;
        for (Asked<?> next = waiting.peek(); next != null && bytes < COMMIT_BYTES_MAX; next = waiting.peek()) {
            if (next.isAlone && !taken.isEmpty()) break;
            waiting.remove();
            left(next);
            bytes += next.bytes;
            taken.add(next);
            if (next.isAlone) break;
        }
        return taken;
    }

    private void commit(List<Asked<?>> taken) throws RocksDBException {
        Commit commit = build(taken);
        write(commit.isSync(), commit);
        for (Asked<?> asked : taken) answer(asked);
        answers.send();
    }

    /** All changes in one commit. One that cannot be carried out fails, and the commit is built again without it. */
    private Commit build(List<Asked<?>> taken) {
        while (true) {
            rows.clear();
            var commit = new Commit(rocks, rows, heads);
            Asked<?> bad = null;
            for (Asked<?> asked : taken) {
                try {
                    asked.putInto(commit);
                } catch (RocksDBException | RuntimeException e) {
                    answers.fail(asked, new Unavailable("not written: " + e.getMessage(), e));
                    bad = asked;
                    break;
                }
            }
            if (bad == null) {
                tables.finish(commit);
                return commit;
            }
            taken.remove(bad);
        }
    }

    private void write(boolean sync, Commit commit) throws RocksDBException {
        if (!rows.isEmpty()) {
            long began = System.nanoTime();
            writesSinceNanos = began | 1;
            try (WriteBatch batch = new WriteBatch(rows.serialized())) {
                committing.commit(rocks, sync, batch);
            } finally {
                writesSinceNanos = 0;
            }
            commitSeconds.recordSince(began);
            commits.incrementAndGet();
            if (sync) syncs.incrementAndGet();
        }
        heads = commit.heads();
    }

    private <T> void answer(Asked<T> asked) {
        answers.answer(asked, Objects.requireNonNull(asked.result));
    }

    private <T> void commitAlone(Asked<T> asked) throws RocksDBException {
        try {
            answers.answer(asked, asked.change.into(new Commit(rocks, rows, heads)));
        } catch (RuntimeException e) { // the change's own; what it wrote before is whole
            answers.fail(asked, e);
        }
        answers.send();
    }

    /** Nobody knows what of this is on the disk. */
    private void broken(List<Asked<?>> taken, Throwable cause) {
        log.error("a write to the store failed; it is reopened before it takes another", cause);
        failures.increment();
        isUsable = false;
        if (state == State.SERVING) state = State.BROKEN;
        for (Asked<?> asked : taken) {
            answers.fail(asked, new IllegalStateException("it is not known whether this was written", cause));
        }
        boolean damaged = cause instanceof RocksDBException failure && Rocks.isDamage(failure);
        long backOffMillis = BACK_OFF_FIRST_MILLIS;
        while (!reopen(damaged)) {
            if (state == State.CLOSED) return;
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(backOffMillis));
            backOffMillis = Math.min(2 * backOffMillis, BACK_OFF_MAX_MILLIS);
        }
        refuseWaiting();
        isUsable = true;
        if (state == State.BROKEN) state = State.SERVING;
        log.info("the store was reopened and serves again");
    }

    private boolean reopen(boolean damaged) {
        refuseWaiting();
        if (!reopening.isPromising()) return false;
        try {
            rocks = current.reopen(() -> reopening.open(damaged));
            heads = reopening.heads(rocks);
            return true;
        } catch (CannotOpen e) {
            log.warn("not yet: {}", e.getMessage());
            return false;
        }
    }

    private void refuseWaiting() {
        for (Asked<?> next = waiting.poll(); next != null; next = waiting.poll()) {
            left(next);
            answers.fail(next, refusal());
        }
        answers.send();
    }

    private static final class Asked<T> extends Call<T> {
        private final int bytes;
        private final Change<T> change;
        private final boolean isAlone;
        private @Nullable T result;

        Asked(Vertx vertx, int bytes, Change<T> change, boolean isAlone) {
            super(vertx);
            this.bytes = bytes;
            this.change = change;
            this.isAlone = isAlone;
        }

        void putInto(Commit commit) throws RocksDBException {
            result = change.into(commit);
        }
    }
}
