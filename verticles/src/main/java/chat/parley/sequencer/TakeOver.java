package chat.parley.sequencer;

import chat.parley.bus.Loop;
import chat.parley.store.Appended;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an instance becomes the owner of a shard: it takes the epoch, so that nobody before it can append any more; then reads where the log
 * ends, and into memory what of the log is not projected. Whatever the store fails to do is tried again until it is called off.
 */
final class TakeOver {
    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
    private static final int ROWS_MAX = 1_000;
    private static final int LOST_AT_ONCE_MAX = 8;
    private static final long RETRY_MILLIS = 250;

    private final int shard;
    private final String owner;
    private final ShardLog log;
    private final Loop loop;
    private final RandomGenerator random;
    private final long turnMillis;
    private final long waitMillis;
    private final Lines lines;
    private final Consumer<Line> project;
    private final Consumer<Line> done;
    private boolean isOff;
    private boolean isWarned;

    /** Makes the line of the shard, once its epoch and its cursors are known. */
    interface Lines {
        Line of(long epoch, ShardCursors cursors);
    }

    /**
     * @param project has the line's tail projected, as far as it was read
     * @param done hears of the line once it knows all of the log
     */
    TakeOver(
            int shard,
            String owner,
            ShardLog log,
            Loop loop,
            RandomGenerator random,
            SequencerConfig config,
            Lines lines,
            Consumer<Line> project,
            Consumer<Line> done) {
        this.shard = shard;
        this.owner = owner;
        this.log = log;
        this.loop = loop;
        this.random = random;
        this.turnMillis = config.takeOverMillis();
        this.waitMillis = config.tickMillis();
        this.lines = lines;
        this.project = project;
        this.done = done;
    }

    /** @param delayMillis if this instance has taken the shard a moment ago */
    void begin(long delayMillis) {
        if (delayMillis > 0) later(delayMillis, this::readHead);
        else readHead();
    }

    void callOff() {
        isOff = true;
    }

    private void readHead() {
        when(log.head(shard), read -> {
            if (read.succeeded()) take(read.result(), 0);
            else again("its head cannot be read", read.cause(), this::readHead);
        });
    }

    private void take(ShardHead seen, int lost) {
        when(log.takeOver(seen, owner), answer -> {
            long epoch = seen.epoch() + 1;
            if (answer.failed()) {
                again("its take-over was not answered", answer.cause(), () -> readHead(epoch));
                return;
            }
            switch (answer.result()) {
                case Appended.Done taken ->
                    readCursors(new ShardHead(shard, seen.position(), epoch, owner, seen.batchId()));
                // The owner before appends all the time: its next append may be the one that loses.
                case Appended.Lost(ShardHead head) when lost < LOST_AT_ONCE_MAX -> take(head, lost + 1);
                case Appended.Lost race -> later(10 + random.nextInt(90), this::readHead);
            }
        });
    }

    /** Who has the epoch, if that is not known. */
    private void readHead(long epoch) {
        when(log.head(shard), read -> {
            if (read.failed()) {
                again("its head cannot be read", read.cause(), () -> readHead(epoch));
                return;
            }
            ShardHead head = read.result();
            if (head.epoch() < epoch) take(head, 0);
            else if (head.epoch() == epoch && head.owner().equals(owner)) readCursors(head);
            else later(turnMillis, this::readHead);
        });
    }

    private void readCursors(ShardHead head) {
        when(log.cursors(shard), read -> {
            if (read.succeeded()) {
                readTail(lines.of(head.epoch(), upTo(head, read.result())), head);
            } else {
                again("its cursors cannot be read", read.cause(), () -> readCursors(head));
            }
        });
    }

    private static ShardCursors upTo(ShardHead head, ShardCursors saved) {
        return new ShardCursors(
                Math.min(saved.projected(), head.position()),
                Math.min(saved.fannedOut(), head.position()),
                Math.min(saved.exported(), head.position()));
    }

    /** Page by page, no faster than it is projected: the tail has its bound here too. */
    private void readTail(Line line, ShardHead head) {
        if (line.position() >= head.position()) {
            done.accept(line);
        } else if (line.projecting().isFull()) {
            later(waitMillis, () -> readTail(line, head));
        } else {
            when(log.read(shard, line.position(), ROWS_MAX), read -> {
                if (read.failed() || read.result().isEmpty()) {
                    again("its log cannot be read", read.cause(), () -> readTail(line, head));
                    return;
                }
                take(line, read.result(), head.position());
                project.accept(line);
                readTail(line, head);
            });
        }
    }

    private static void take(Line line, List<LogRow> rows, long end) {
        for (LogRow row : rows) if (row.entry().position() <= end) line.read(row.entry());
    }

    private void again(String why, @Nullable Throwable cause, Runnable action) {
        if (!isWarned) LOG.warn("shard {} is not taken yet, {}: {}", shard, why, String.valueOf(cause));
        isWarned = true;
        later(RETRY_MILLIS, action);
    }

    private void later(long delayMillis, Runnable action) {
        loop.after(delayMillis, () -> {
            if (!isOff) action.run();
        });
    }

    private <T> void when(Future<T> future, Consumer<AsyncResult<T>> then) {
        future.onComplete(answer -> {
            if (!isOff) then.accept(answer);
        });
    }
}
