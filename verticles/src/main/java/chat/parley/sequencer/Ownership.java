package chat.parley.sequencer;

import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.Pull;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import chat.parley.model.Entry;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.EventExport;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import chat.parley.telemetry.Traces;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard in the hands of one instance, from the take-over to the hand-over: carries out what its {@link Line} decides. What the store
 * leaves open is asked again until it is known; an epoch that is not ours ends it.
 */
final class Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);
    private static final int ROWS_MAX = 1_000;
    private static final int LOADS_FOR_SPREAD_MAX = 64;
    private static final long RETRY_MILLIS = 10;
    private static final long LOOK_MILLIS = 4_000;

    private enum State {
        TAKING,
        SERVING,
        LEAVING,
        ENDED
    }

    private final int shard;
    private final String owner;
    private final Consumer<Spread> spreads;
    private final Loop loop;
    private final ShardLog log;
    private final Stores stores;
    private final @Nullable EventExport export;
    private final SequencerConfig config;
    private final RandomGenerator random;
    private final Turn turn;
    private final Tally tally;
    private final Supplier<@Nullable String> elsewhere;
    private final Runnable changed;
    private final Consumer<Ownership> ended;
    private final TakeOver takeOver;
    private final Pulls pulls;
    private final Promise<Void> taken = Promise.promise();
    private final Promise<Void> left = Promise.promise();
    private final Deque<Early> early = new ArrayDeque<>();

    private State state = State.TAKING;
    private @Nullable Line line;
    private @Nullable Exporter exporter;
    private int earlyDrafts;
    private boolean isAdvancing;
    private boolean isStepping;
    private long lookAt;
    private int losses;
    private boolean isInProject;
    private boolean isProjecting;
    private boolean isProjectionFailing;
    private long projectAt = Long.MAX_VALUE;
    private ShardCursors savedCursors = ShardCursors.NONE;
    private long leaveBy;
    private boolean isBroken;

    /** What came before the shard could be served. */
    private record Early(Object body, Bus.Received received, long arrived) {
        int drafts() {
            return body instanceof Submit submit ? Math.max(1, submit.drafts().size()) : 1;
        }
    }

    /**
     * @param elsewhere the node that the shard is believed to belong to, if it is not this one
     * @param spreads tells the fan-out worker of the shard
     * @param changed to be run when the turn has something to be done
     * @param ended hears that the shard is no longer in these hands
     */
    Ownership(
            int shard,
            String owner,
            Loop loop,
            Stores stores,
            @Nullable EventExport export,
            SequencerConfig config,
            RandomGenerator random,
            Turn turn,
            Tally tally,
            TakeOver.Lines lines,
            Supplier<@Nullable String> elsewhere,
            Consumer<Spread> spreads,
            Runnable changed,
            Consumer<Ownership> ended) {
        this.shard = shard;
        this.owner = owner;
        this.loop = loop;
        this.log = stores.log();
        this.stores = stores;
        this.export = export;
        this.config = config;
        this.random = random;
        this.turn = turn;
        this.tally = tally;
        this.elsewhere = elsewhere;
        this.spreads = spreads;
        this.changed = changed;
        this.ended = ended;
        this.pulls = new Pulls(stores, config.pullsMax());
        this.takeOver =
                new TakeOver(shard, owner, stores.log(), loop, random, config, lines, this::project, this::serve);
    }

    int shard() {
        return shard;
    }

    /** Null until the shard is served. */
    @Nullable
    Line line() {
        return line;
    }

    /** Completes once the shard is served; fails if it is given up before. */
    Future<Void> taken() {
        return taken.future();
    }

    /** Completes once nothing is in flight any more. */
    Future<Void> left() {
        return left.future();
    }

    boolean isServing() {
        return state == State.SERVING;
    }

    boolean isLeaving() {
        return state == State.LEAVING || state == State.ENDED;
    }

    /** It ended because something was thrown that nobody expected: whoever wants the shard starts again from the log. */
    boolean isBroken() {
        return isBroken;
    }

    // The beginning.

    void take(long delayMillis) {
        takeOver.begin(delayMillis);
    }

    private void serve(Line ready) {
        line = ready;
        Exporting exporting = ready.exporting();
        if (exporting != null && export != null) exporter = new Exporter(shard, log, export, loop, exporting);
        savedCursors = cursorsOf(ready);
        state = State.SERVING;
        LOG.debug("shard {} is served from position {} in epoch {}", shard, ready.position(), ready.epoch());
        for (Early each : early) receive(each.body, each.received, each.arrived);
        early.clear();
        earlyDrafts = 0;
        taken.tryComplete();
        changed.run();
        advance();
    }

    // What comes in.

    /** A {@link Submit} or a {@link Pull}. */
    void receive(Object body, Bus.Received received, long arrived) {
        Line serving = line;
        if (state == State.TAKING) {
            wait(new Early(body, received, arrived));
        } else if (state != State.SERVING || serving == null) {
            received.answer(notMine());
        } else if (body instanceof Submit submit) {
            submit.blocksChanged().forEach(serving::blocksChanged);
            serving.offer(new Ask(submit.drafts(), received, arrived, turn));
        } else if (body instanceof Pull pull) {
            pulls.answer(serving, pull, received::answer, () -> received.answer(notMine()));
        }
    }

    private void wait(Early one) {
        if (earlyDrafts + one.drafts() > config.shardWaitingMax()) {
            one.received.answer(notMine());
            return;
        }
        earlyDrafts += one.drafts();
        early.addLast(one);
    }

    private void expireEarly(long now) {
        while (!early.isEmpty() && now - early.getFirst().arrived >= config.unsentMillis()) {
            Early late = early.removeFirst();
            earlyDrafts -= late.drafts();
            late.received.answer(notMine());
        }
    }

    private NotMine notMine() {
        return new NotMine(shard, elsewhere.get());
    }

    // Steps.

    /** Makes the next steps, as long as the store answers at once. */
    void advance() {
        Line serving = line;
        if (serving == null || isAdvancing) return;
        isAdvancing = true;
        while (!isStepping && (state == State.SERVING || state == State.LEAVING)) {
            Step step = serving.next(loop.millis());
            if (step == null) break;
            isStepping = true;
            switch (step) {
                case Step.Append(Batch batch) -> append(serving, batch, 0);
                case Step.Confirm(long position) -> confirm(serving, position, 0);
            }
            project(serving);
        }
        isAdvancing = false;
        project(serving);
        if (exporter != null) exporter.go();
        leaveIfQuiet();
    }

    /** @param tries how often the outcome of this batch was left open */
    private void append(Line serving, Batch batch, int tries) {
        long began = System.nanoTime();
        when(log.append(batch), answer -> {
            if (answer.failed()) {
                tally.unknown.increment();
                notAnswered(serving, batch, tries, answer.cause());
                return;
            }
            switch (answer.result()) {
                case Appended.Done done -> {
                    tally.appendSeconds.recordSince(began);
                    tally.batchEntries.record(batch.entries().size());
                    told(Traces.Stage.APPEND, batch.entries(), began);
                    appended(serving);
                }
                case Appended.Lost(ShardHead head) -> {
                    tally.conflicts.increment();
                    judge(serving, batch, head, tries + 1);
                }
            }
        });
    }

    private void told(Traces.Stage stage, List<Entry> entries, long began) {
        if (!tally.traces.isOn()) return;
        for (Entry entry : entries) tally.traces.entry(stage, entry, began, "entries", entries.size());
    }

    private void appended(Line serving) {
        losses = 0;
        serving.appended();
        stepped();
    }

    private void notAnswered(Line serving, Batch batch, int tries, Throwable cause) {
        if (cause instanceof Unavailable && tries == 0) {
            if (losses == 0) LOG.warn("shard {}: nothing was written: {}", shard, cause.getMessage());
            losses++;
            serving.lost();
            later(retryMillis(losses), this::stepped);
            return;
        }
        if (tries == 0) LOG.warn("shard {}: whether {} was written is not known yet", shard, batch.id(), cause);
        later(retryMillis(tries + 1), () -> readHead(serving, batch, tries + 1));
    }

    private void readHead(Line serving, Batch batch, int tries) {
        when(log.head(shard), read -> {
            if (read.succeeded()) judge(serving, batch, read.result(), tries);
            else notAnswered(serving, batch, tries, read.cause());
        });
    }

    /**
     * The batch was written if its id stands at the head or at its position; it can no longer be if another has that position, or the
     * epoch. Else the same batch is tried again.
     */
    private void judge(Line serving, Batch batch, ShardHead head, int tries) {
        if (head.batchId().equals(batch.id())) {
            appended(serving);
        } else if (head.position() > batch.expected()) {
            readSince(serving, batch, head, tries);
        } else if (!isMine(head, batch.epoch())) {
            serving.lost();
            end("another took it over");
        } else if (tries > 1) {
            later(retryMillis(tries), () -> append(serving, batch, tries));
        } else {
            append(serving, batch, tries);
        }
    }

    private void readSince(Line serving, Batch batch, ShardHead head, int tries) {
        when(log.read(shard, batch.expected(), 1), read -> {
            if (read.failed() || read.result().isEmpty()) {
                later(retryMillis(tries + 1), () -> readSince(serving, batch, head, tries + 1));
                return;
            }
            if (read.result().getFirst().batchId().equals(batch.id())) {
                losses = 0;
                serving.appended();
            } else {
                losses++;
                serving.lost();
            }
            catchUp(serving, head, 0);
        });
    }

    /** Refusals stand if the log is as it was when they were decided. */
    private void confirm(Line serving, long position, int tries) {
        when(log.head(shard), read -> {
            if (read.failed()) {
                if (tries == 0) LOG.warn("shard {}: its head cannot be read", shard, read.cause());
                later(retryMillis(tries + 1), () -> confirm(serving, position, tries + 1));
            } else if (isMine(read.result(), serving.epoch()) && read.result().position() == position) {
                serving.confirmed();
                stepped();
            } else {
                losses++;
                serving.lost();
                catchUp(serving, read.result(), 0);
            }
        });
    }

    /** Takes in what was appended up to the head; two losses in a row wait a moment. */
    private void catchUp(Line serving, ShardHead head, int tries) {
        if (!isMine(head, serving.epoch())) {
            end("another took it over");
        } else if (serving.position() < head.position()) {
            when(log.read(shard, serving.position(), ROWS_MAX), read -> {
                if (read.failed() || read.result().isEmpty()) {
                    if (tries == 0) LOG.warn("shard {}: its log cannot be read", shard, read.cause());
                    later(retryMillis(tries + 1), () -> catchUp(serving, head, tries + 1));
                    return;
                }
                for (LogRow row : read.result()) serving.read(row.entry());
                catchUp(serving, head, 0);
            });
        } else if (losses > 1) {
            later(10 + random.nextInt(90), this::stepped);
        } else {
            stepped();
        }
    }

    private void stepped() {
        isStepping = false;
        changed.run();
        advance();
    }

    private boolean isMine(ShardHead head, long epoch) {
        return head.epoch() == epoch && head.owner().equals(owner);
    }

    private long retryMillis(int tries) {
        long most = Math.min(config.retryMillisMax(), RETRY_MILLIS << Math.min(tries, 16));
        return most / 2 + random.nextLong(most / 2 + 1);
    }

    private void later(long delayMillis, Runnable action) {
        loop.after(delayMillis, () -> guarded(action));
    }

    private <T> void when(Future<T> future, Consumer<AsyncResult<T>> then) {
        future.onComplete(answer -> guarded(() -> then.accept(answer)));
    }

    private void guarded(Runnable action) {
        if (state == State.ENDED) return;
        try {
            action.run();
        } catch (RuntimeException e) {
            broke(e);
        }
    }

    /** What is in memory cannot be trusted any more; the log can. */
    void broke(RuntimeException cause) {
        LOG.error("shard {} is given up", shard, cause);
        isBroken = true;
        end("something was thrown");
    }

    // Projections, cursors, spreading.

    /** Has projected what waits for it, one call at a time. */
    private void project(Line owned) {
        if (isInProject) return;
        isInProject = true;
        while (!isProjecting && state != State.ENDED) {
            List<Kept> next = owned.projecting().next(loop.monotonicMillis());
            if (next == null) break;
            isProjecting = true;
            List<Entry> entries = new ArrayList<>(next.size());
            for (Kept kept : next) entries.add(kept.entry());
            long began = System.nanoTime();
            when(stores.projections().project(shard, entries), answer -> {
                isProjecting = false;
                if (answer.succeeded()) {
                    tally.projectionSeconds.recordSince(began);
                    told(Traces.Stage.PROJECT, entries, began);
                    owned.projected();
                } else notProjected(owned, entries.size(), answer.cause());
                isProjectionFailing = answer.failed();
                changed.run();
                project(owned);
            });
        }
        isInProject = false;
        if (!isProjecting && state != State.ENDED) projectLater(owned);
    }

    private void notProjected(Line owned, int entries, Throwable cause) {
        if (!isProjectionFailing) LOG.warn("shard {}: {} entries are not projected yet", shard, entries, cause);
        tally.projectionFailures.increment();
        owned.projecting().failed(loop.monotonicMillis());
    }

    private void projectLater(Line owned) {
        long due = owned.projecting().dueAt();
        if (due >= projectAt) return;
        projectAt = due;
        later(Math.max(1, due - loop.monotonicMillis()), () -> {
            projectAt = Long.MAX_VALUE;
            project(owned);
        });
    }

    /** Looks at what expired, and tells the fan-out worker what was projected. */
    void tick(long now) {
        if (state == State.TAKING) expireEarly(now);
        Line serving = line;
        if (serving == null || state == State.ENDED) return;
        serving.expire(now);
        spread(serving);
        if (state == State.SERVING && now >= lookAt) look(serving, now);
        if (state == State.LEAVING && now >= leaveBy) end("its hand-over took too long");
    }

    /** An owner without drafts would not learn from an append that another took the shard, and go on telling what was. */
    private void look(Line serving, long now) {
        lookAt = now + LOOK_MILLIS / 2 + random.nextLong(LOOK_MILLIS);
        if (isStepping) return;
        when(log.head(shard), read -> {
            boolean isOut = read.succeeded() && !isMine(read.result(), serving.epoch());
            if (isOut && state == State.SERVING && !isStepping) end("another took it over");
        });
    }

    private void spread(Line serving) {
        List<Conversation> unloaded = serving.spreading().unloaded(LOADS_FOR_SPREAD_MAX);
        for (Conversation conversation : unloaded) serving.grounds().load(conversation);
        Spread spread = serving.spreading().next(serving.projecting().projected());
        if (spread != null) spreads.accept(spread);
    }

    /** The cursors, if one has moved since they were saved. */
    @Nullable
    ShardCursors cursorsToSave() {
        if (line == null) return null;
        ShardCursors now = cursorsOf(line);
        return now.equals(savedCursors) ? null : now;
    }

    void cursorsSaved(ShardCursors cursors) {
        savedCursors = cursors;
    }

    /** How many entries of the log are not exported; 0: none have to be. */
    long toExport() {
        Exporting exporting = line == null ? null : line.exporting();
        return exporting == null ? 0 : exporting.waiting();
    }

    /** The fanned-out one is another's. */
    private static ShardCursors cursorsOf(Line line) {
        Exporting exporting = line.exporting();
        return new ShardCursors(line.projecting().projected(), 0, exporting == null ? 0 : exporting.exported());
    }

    // The end.

    /** Hands the shard over: finishes what is in flight, and takes nothing more. */
    void leave() {
        if (state == State.TAKING) {
            end("it was released");
        } else if (state == State.SERVING && line != null) {
            state = State.LEAVING;
            leaveBy = loop.monotonicMillis() + config.drainMillis();
            line.leave(elsewhere.get());
            changed.run();
            leaveIfQuiet();
        }
    }

    private void leaveIfQuiet() {
        Line leaving = line;
        if (state != State.LEAVING || leaving == null) return;
        if (isStepping || !leaving.isQuiet() || !leaving.projecting().isEmpty()) return;
        spread(leaving);
        end("it was handed over");
    }

    private void end(String why) {
        if (state == State.ENDED) return;
        LOG.debug("shard {} is left: {}", shard, why);
        state = State.ENDED;
        takeOver.callOff();
        if (exporter != null) exporter.end();
        if (line != null) line.end(elsewhere.get());
        for (Early each : early) each.received.answer(notMine());
        early.clear();
        taken.tryFail("shard " + shard + " was not taken: " + why);
        ended.accept(this);
        left.tryComplete();
        changed.run();
    }
}
