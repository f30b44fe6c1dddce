package chat.parley.sequencer;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.NotMine;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.bus.Spread;
import chat.parley.bus.Submit;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.LogRow;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
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
    private static final int PULLED_BYTES_MAX = 256 * 1024;
    private static final int PULLED_ENTRIES_MAX = 500;
    private static final int LOADS_FOR_SPREAD_MAX = 64;
    private static final int LOST_AT_ONCE_MAX = 8;
    private static final long RETRY_MILLIS = 10;

    private enum State {
        TAKING,
        SERVING,
        LEAVING,
        ENDED
    }

    private final int shard;
    private final String owner;
    private final Bus bus;
    private final Loop loop;
    private final ShardLog log;
    private final Stores stores;
    private final SequencerConfig config;
    private final RandomGenerator random;
    private final Turn turn;
    private final LongFunction<Lines> lines;
    private final Supplier<@Nullable String> elsewhere;
    private final Runnable changed;
    private final Consumer<Ownership> ended;
    private final Promise<Void> taken = Promise.promise();
    private final Promise<Void> left = Promise.promise();
    private final Deque<Early> early = new ArrayDeque<>();

    private State state = State.TAKING;
    private @Nullable Line line;
    private boolean isAdvancing;
    private boolean isStepping;
    private boolean isInProject;
    private boolean isProjectionFailing;
    private boolean isProjecting;
    private int waitingPulls;
    private long projectAt = Long.MAX_VALUE;
    private int earlyDrafts;
    private int losses;
    private long savedCursor;
    private long leaveBy;

    /** Makes the line of this shard, once its epoch and its projected cursor are known. */
    interface Lines {
        Line of(long projected);
    }

    /** What came before the shard could be served. */
    private record Early(Object body, Bus.Received received, long arrived) {}

    Ownership(
            int shard,
            String owner,
            Bus bus,
            Loop loop,
            Stores stores,
            SequencerConfig config,
            RandomGenerator random,
            Turn turn,
            LongFunction<Lines> lines,
            Supplier<@Nullable String> elsewhere,
            Runnable changed,
            Consumer<Ownership> ended) {
        this.shard = shard;
        this.owner = owner;
        this.bus = bus;
        this.loop = loop;
        this.log = stores.log();
        this.stores = stores;
        this.config = config;
        this.random = random;
        this.turn = turn;
        this.lines = lines;
        this.elsewhere = elsewhere;
        this.changed = changed;
        this.ended = ended;
    }

    int shard() {
        return shard;
    }

    @Nullable
    Line line() {
        return line;
    }

    /** Completes once the shard is served; fails if it is released before. */
    Future<Void> taken() {
        return taken.future();
    }

    /** Completes once nothing is in flight any more. */
    Future<Void> left() {
        return left.future();
    }

    private NotMine notMine() {
        return new NotMine(shard, elsewhere.get());
    }

    boolean isServing() {
        return state == State.SERVING;
    }

    boolean isLeaving() {
        return state == State.LEAVING || state == State.ENDED;
    }

    // ---- take-over
    // --------------------------------------------------------------------------------------------------------------

    /** Takes the epoch, reads where the log ends, and what of it is not projected. */
    void take(long delayMillis) {
        if (delayMillis > 0) {
            loop.after(delayMillis, () -> take(0));
            return;
        }
        if (state != State.TAKING) return;
        log.head(shard).onComplete(read -> {
            if (state != State.TAKING) return;
            if (read.succeeded()) takeOver(read.result(), 0);
            else takeAgain(read.cause());
        });
    }

    private void takeOver(ShardHead seen, int lost) {
        log.takeOver(seen, owner).onComplete(answer -> {
            if (state != State.TAKING) return;
            if (answer.failed()) {
                LOG.warn("shard {}: its take-over was not answered: {}", shard, String.valueOf(answer.cause()));
                readHead(seen.epoch() + 1);
                return;
            }
            switch (answer.result()) {
                case Appended.Done done -> readHead(seen.epoch() + 1);
                // The owner before appends all the time: its next append may be the one that loses.
                case Appended.Lost(ShardHead head) when lost < LOST_AT_ONCE_MAX -> takeOver(head, lost + 1);
                case Appended.Lost race -> loop.after(10 + random.nextInt(90), () -> take(0));
            }
        });
    }

    /** Where the log ends now that nobody else can append; or, if it is not known whether we have it, who can. */
    private void readHead(long epoch) {
        if (state != State.TAKING) return;
        log.head(shard).onComplete(read -> {
            if (state != State.TAKING) return;
            if (read.failed()) loop.after(retryMillis(5), () -> readHead(epoch));
            else if (isMine(read.result(), epoch)) readCursors(read.result());
            else if (read.result().epoch() < epoch) takeOver(read.result(), 0);
            else loop.after(config.takeOverMillis(), () -> take(0));
        });
    }

    private void readCursors(ShardHead head) {
        if (state != State.TAKING) return;
        log.cursors(shard).onComplete(read -> {
            if (state != State.TAKING) return;
            if (read.failed()) {
                LOG.warn("shard {}: its cursors cannot be read: {}", shard, String.valueOf(read.cause()));
                loop.after(retryMillis(5), () -> readCursors(head));
                return;
            }
            savedCursor = read.result().projected();
            Line fresh = lines.apply(head.epoch()).of(Math.min(savedCursor, head.position()));
            line = fresh;
            readTail(fresh, head);
        });
    }

    /** Page by page, no faster than it can be projected: the tail has its bound here too. */
    private void readTail(Line fresh, ShardHead head) {
        if (state != State.TAKING) return;
        if (fresh.position() >= head.position()) {
            serve(fresh);
            return;
        }
        if (fresh.isTailFull()) {
            loop.after(config.tickMillis(), () -> readTail(fresh, head));
            return;
        }
        log.read(shard, fresh.position(), ROWS_MAX).onComplete(read -> {
            if (state != State.TAKING) return;
            if (read.failed() || read.result().isEmpty()) {
                LOG.warn("shard {}: its log cannot be read behind {}: {}", shard, fresh.position(), read.cause());
                loop.after(retryMillis(5), () -> readTail(fresh, head));
                return;
            }
            for (LogRow row : read.result()) {
                if (row.entry().position() > head.position()) break;
                fresh.read(row.entry());
            }
            project();
            readTail(fresh, head);
        });
    }

    private void takeAgain(Throwable cause) {
        LOG.warn("shard {} is not taken yet, its head cannot be read: {}", shard, String.valueOf(cause));
        loop.after(retryMillis(5), () -> take(0));
    }

    private void serve(Line fresh) {
        state = State.SERVING;
        LOG.debug("shard {} is served from position {} in epoch {}", shard, fresh.position(), fresh.epoch());
        for (Early each : early) receive(each.body, each.received, each.arrived);
        early.clear();
        earlyDrafts = 0;
        taken.tryComplete();
        changed.run();
        advance();
    }

    private boolean isMine(ShardHead head, long epoch) {
        return head.epoch() == epoch && head.owner().equals(owner);
    }

    // What comes in.

    /** A {@link Submit} or a {@link Pull}. */
    void receive(Object body, Bus.Received received, long arrived) {
        Line serving = line;
        switch (state) {
            case SERVING -> {
                if (serving == null) throw new IllegalStateException("served without a line");
                if (body instanceof Submit submit) serving.offer(new Ask(submit.drafts(), received, arrived, turn));
                else if (body instanceof Pull pull) pull(serving, pull, received);
            }
            case TAKING -> wait(body, received, arrived);
            case LEAVING, ENDED -> received.answer(notMine());
        }
    }

    private void wait(Object body, Bus.Received received, long arrived) {
        int drafts = body instanceof Submit submit ? Math.max(1, submit.drafts().size()) : 1;
        if (earlyDrafts + drafts > config.shardWaitingMax()) {
            received.answer(notMine());
            return;
        }
        earlyDrafts += drafts;
        early.addLast(new Early(body, received, arrived));
    }

    private void expireEarly(long now) {
        while (!early.isEmpty() && now - early.getFirst().arrived >= config.unsentMillis()) {
            Early late = early.removeFirst();
            earlyDrafts -= late.body instanceof Submit submit
                    ? Math.max(1, submit.drafts().size())
                    : 1;
            late.received.answer(notMine());
        }
    }

    private void pull(Line serving, Pull pull, Bus.Received received) {
        Conversation conversation = serving.conversation(pull.conversationId());
        if (conversation.isLoaded()) {
            serve(serving, conversation, pull, received);
            return;
        }
        if (waitingPulls >= config.pullsMax()) return;
        waitingPulls++;
        if (conversation.onceLoaded == null) conversation.onceLoaded = new ArrayList<>(1);
        conversation.onceLoaded.add(() -> {
            waitingPulls--;
            if (conversation.isLoaded() && state == State.SERVING) serve(serving, conversation, pull, received);
            else received.answer(notMine());
        });
        serving.load(conversation);
        changed.run();
    }

    private void serve(Line serving, Conversation conversation, Pull pull, Bus.Received received) {
        long head = conversation.toldHead();
        List<Membership> memberships = memberships(conversation, head, pull.users());
        int max = Math.min(PULLED_ENTRIES_MAX, Math.max(1, pull.entriesMax()));
        long first = pull.after() + 1;
        if (first > head || conversation.recent().first() <= first) {
            List<Entry> entries = new ArrayList<>();
            addRecent(conversation, first, head, max, entries);
            received.answer(new Pulled(conversation.id(), serving.epoch(), head, entries, memberships));
            serving.forgetIfNothing(conversation);
            return;
        }
        stores.history()
                .after(conversation.id(), pull.after(), max, PULLED_BYTES_MAX)
                .onComplete(read -> {
                    if (read.failed()) {
                        LOG.warn(
                                "conversation {} cannot be pulled: {}",
                                conversation.id(),
                                read.cause().toString());
                        return;
                    }
                    List<Entry> entries = new ArrayList<>();
                    for (StoredEntry stored : read.result()) {
                        if (stored.entry().sequence() <= head) entries.add(stored.entry());
                    }
                    long next = entries.isEmpty() ? first : entries.getLast().sequence() + 1;
                    addRecent(conversation, next, head, max, entries);
                    received.answer(new Pulled(conversation.id(), serving.epoch(), head, entries, memberships));
                });
    }

    private static void addRecent(Conversation conversation, long from, long head, int max, List<Entry> entries) {
        int bytes = 0;
        for (long next = from; next <= head && entries.size() < max && bytes < PULLED_BYTES_MAX; next++) {
            Entry entry = conversation.recent().get(next);
            if (entry == null) return;
            bytes += EntryCodec.sizeOf(entry);
            entries.add(entry);
        }
    }

    /** As of {@code head}: what lies behind it is not told yet. */
    private static List<Membership> memberships(Conversation conversation, long head, List<UserId> users) {
        List<Membership> memberships = new ArrayList<>(users.size());
        for (UserId user : users) {
            Membership membership = conversation.durable().members().of(user);
            if (membership == null) continue;
            Interval last = membership.last();
            if (last.joined() <= head && last.left() <= head) {
                memberships.add(membership);
                continue;
            }
            List<Interval> intervals = new ArrayList<>();
            for (Interval interval : membership.intervals()) {
                if (interval.joined() > head) break;
                intervals.add(
                        interval.left() <= head ? interval : new Interval(interval.joined(), 0, interval.countable()));
            }
            if (intervals.isEmpty()) continue;
            memberships.add(new Membership(conversation.id(), user, membership.role(), intervals));
        }
        return memberships;
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
                case Step.Confirm confirm -> confirm(serving, 0);
            }
            project();
        }
        isAdvancing = false;
        project();
        leaveIfQuiet();
    }

    private boolean isOver() {
        return state == State.ENDED;
    }

    /** @param tries how often the outcome of this batch was left open */
    private void append(Line serving, Batch batch, int tries) {
        log.append(batch).onComplete(answer -> {
            if (isOver()) return;
            if (answer.failed()) {
                notAnswered(serving, batch, tries, answer.cause());
                return;
            }
            switch (answer.result()) {
                case Appended.Done done -> appended(serving);
                case Appended.Lost(ShardHead head) -> judge(serving, batch, head, tries + 1);
            }
        });
    }

    private void appended(Line serving) {
        losses = 0;
        serving.appended();
        stepped();
    }

    private void notAnswered(Line serving, Batch batch, int tries, Throwable cause) {
        if (cause instanceof Unavailable && tries == 0) {
            if (losses++ == 0) LOG.warn("shard {}: nothing was written: {}", shard, cause.getMessage());
            serving.lost();
            loop.after(retryMillis(losses), this::stepped);
            return;
        }
        if (tries == 0) {
            LOG.warn(
                    "shard {}: it is not known yet whether a batch behind {} was written: {}",
                    shard,
                    batch.expected(),
                    cause.toString());
        }
        loop.after(retryMillis(tries + 1), () -> readHead(serving, batch, tries + 1));
    }

    private void readHead(Line serving, Batch batch, int tries) {
        if (isOver()) return;
        log.head(shard).onComplete(read -> {
            if (isOver()) return;
            if (read.succeeded()) judge(serving, batch, read.result(), tries);
            else notAnswered(serving, batch, tries, read.cause());
        });
    }

    /** The batch was written if its id stands at the head or at its position; it can no more be if another has its position or its epoch. */
    private void judge(Line serving, Batch batch, ShardHead head, int tries) {
        if (head.batchId().equals(batch.id())) {
            appended(serving);
        } else if (head.position() > batch.expected()) {
            readSince(serving, batch, head, tries);
        } else if (!isMine(head, batch.epoch())) {
            serving.lost();
            end("another took it over");
        } else if (tries > 1 || head.position() < batch.expected()) {
            loop.after(retryMillis(tries), () -> {
                if (!isOver()) append(serving, batch, tries);
            });
        } else {
            append(serving, batch, tries);
        }
    }

    private void readSince(Line serving, Batch batch, ShardHead head, int tries) {
        log.read(shard, batch.expected(), 1).onComplete(read -> {
            if (isOver()) return;
            if (read.failed() || read.result().isEmpty()) {
                notAnswered(serving, batch, tries, read.failed() ? read.cause() : new IllegalStateException("no rows"));
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

    private void confirm(Line serving, int tries) {
        log.head(shard).onComplete(read -> {
            if (isOver()) return;
            if (read.failed()) {
                LOG.warn(
                        "shard {}: its head cannot be read: {}",
                        shard,
                        read.cause().toString());
                loop.after(retryMillis(tries + 1), () -> {
                    if (!isOver()) confirm(serving, tries + 1);
                });
                return;
            }
            ShardHead head = read.result();
            if (!isMine(head, serving.epoch())) {
                serving.lost();
                end("another took it over");
            } else if (head.position() == serving.position()) {
                serving.confirmed();
                stepped();
            } else {
                losses++;
                serving.lost();
                catchUp(serving, head, 0);
            }
        });
    }

    /** Takes in what was appended up to the head. */
    private void catchUp(Line serving, ShardHead head, int tries) {
        if (isOver()) return;
        if (!isMine(head, serving.epoch())) {
            end("another took it over");
            return;
        }
        if (serving.position() >= head.position()) {
            if (losses > 1) loop.after(10 + random.nextInt(90), this::stepped);
            else stepped();
            return;
        }
        log.read(shard, serving.position(), ROWS_MAX).onComplete(read -> {
            if (isOver()) return;
            if (read.failed() || read.result().isEmpty()) {
                if (tries == 0) LOG.warn("shard {}: its log cannot be read: {}", shard, String.valueOf(read.cause()));
                loop.after(retryMillis(tries + 1), () -> catchUp(serving, head, tries + 1));
                return;
            }
            for (LogRow row : read.result()) serving.read(row.entry());
            catchUp(serving, head, 0);
        });
    }

    private void stepped() {
        if (isOver()) return;
        isStepping = false;
        changed.run();
        advance();
    }

    private long retryMillis(int tries) {
        long most = Math.min(config.retryMillisMax(), RETRY_MILLIS << Math.min(tries, 16));
        return most / 2 + random.nextLong(most / 2 + 1);
    }

    // Projections, cursors, spreading.

    private void project() {
        Line projecting = line;
        if (projecting == null || isInProject) return;
        isInProject = true;
        while (!isProjecting && !isOver()) {
            List<Kept> next = projecting.toProject(loop.monotonicMillis());
            if (next == null) break;
            isProjecting = true;
            List<Entry> entries = new ArrayList<>(next.size());
            for (Kept kept : next) entries.add(kept.entry());
            stores.projections().project(shard, entries).onComplete(answer -> {
                if (isOver()) return;
                isProjecting = false;
                if (answer.succeeded()) {
                    isProjectionFailing = false;
                    projecting.projected();
                } else {
                    if (!isProjectionFailing)
                        LOG.warn(
                                "shard {}: {} entries are not projected yet: {}",
                                shard,
                                entries.size(),
                                String.valueOf(answer.cause()));
                    isProjectionFailing = true;
                    projecting.projectionFailed(loop.monotonicMillis());
                }
                changed.run();
                project();
            });
        }
        isInProject = false;
        if (!isProjecting && !isOver()) projectLater(projecting);
    }

    private void projectLater(Line projecting) {
        long due = projecting.projectAt();
        if (due == Long.MAX_VALUE || due >= projectAt) return;
        projectAt = due;
        loop.after(Math.max(1, due - loop.monotonicMillis()), () -> {
            projectAt = Long.MAX_VALUE;
            project();
        });
    }

    /** Looks at what expired, and tells the fan-out worker what was projected. */
    void tick(long now) {
        if (state == State.TAKING) expireEarly(now);
        Line serving = line;
        if (serving == null || isOver()) return;
        serving.expire(now);
        if (state == State.SERVING) spread(serving);
        if (state == State.LEAVING && now >= leaveBy) end("its hand-over took too long");
    }

    private void spread(Line serving) {
        List<Conversation> unloaded = new ArrayList<>();
        serving.spreading().unloaded(unloaded, LOADS_FOR_SPREAD_MAX);
        for (Conversation conversation : unloaded) serving.load(conversation);
        if (!unloaded.isEmpty()) changed.run();
        Spread spread = serving.spreading().next(serving.projectedThrough());
        if (spread != null) bus.send(Address.fanout(shard), spread);
    }

    /** The cursor to save; −1: it stands where it stood. */
    long cursorToSave() {
        return line != null && line.projectedThrough() > savedCursor ? line.projectedThrough() : -1;
    }

    void cursorSaved(long projected) {
        savedCursor = Math.max(savedCursor, projected);
    }

    // The end.

    /** Hands the shard over: finishes what is in flight, and takes nothing more. */
    void leave() {
        if (state == State.TAKING) {
            end("it was released");
            return;
        }
        if (state != State.SERVING) return;
        state = State.LEAVING;
        leaveBy = loop.monotonicMillis() + config.drainMillis();
        if (line != null) line.leave(elsewhere.get());
        changed.run();
        leaveIfQuiet();
    }

    private void leaveIfQuiet() {
        Line leaving = line;
        if (state != State.LEAVING || leaving == null || isStepping || !leaving.isQuiet() || !leaving.isProjected())
            return;
        spread(leaving);
        end("it was handed over");
    }

    private void end(String why) {
        if (state == State.ENDED) return;
        LOG.debug("shard {} is left: {}", shard, why);
        state = State.ENDED;
        if (line != null) line.end(elsewhere.get());
        for (Early each : early) each.received.answer(notMine());
        early.clear();
        taken.tryFail("shard " + shard + " was not taken: " + why);
        ended.accept(this);
        left.tryComplete();
        changed.run();
    }
}
