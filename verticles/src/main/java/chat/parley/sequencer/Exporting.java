package chat.parley.sequencer;

import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.EventRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a shard's log goes to the event log next, from the exported cursor on. One batch is under way; it has its bounds, and it is
 * tried again until it is acknowledged, so the order is that of positions. The last entries of the log are kept, within the same bounds, for
 * whoever keeps up with it; all else is read again from the log, however much it has become.
 */
final class Exporting {
    static final int ENTRIES_MAX = 256;
    static final int BYTES_MAX = 128 << 10;
    private static final long RETRY_MILLIS = 100;
    private static final long RETRY_MILLIS_MAX = 5_000;

    private final Deque<Entry> kept = new ArrayDeque<>();
    private int keptBytes;
    private long durable;
    private long exported;
    private boolean isUnderWay;
    private int failures;
    private long pausedUntil = Long.MIN_VALUE;

    /** The next thing to do. */
    sealed interface Step {
        /** To add these, which are in memory. */
        record Add(List<Entry> entries) implements Step {}

        /** To read at most {@link #ENTRIES_MAX} rows of the log behind this position, and to add them. */
        record Read(long after) implements Step {}
    }

    /** @param durable the end of the log as far as it is known @param exported the saved cursor */
    Exporting(long durable, long exported) {
        this.durable = durable;
        this.exported = exported;
    }

    /** The next entry of the log is durable. */
    void durable(Entry entry) {
        durable = entry.position();
        if (durable <= exported) return;
        kept.addLast(entry);
        keptBytes += EntryCodec.sizeOf(entry);
        while (kept.size() > ENTRIES_MAX || keptBytes > BYTES_MAX) forgetFirst();
    }

    /** Null: nothing to do, or one batch is under way, or it is too early. */
    @Nullable
    Step next(long now) {
        if (isUnderWay || exported >= durable || now < pausedUntil) return null;
        isUnderWay = true;
        Entry first = kept.peekFirst();
        boolean isKept = first != null && first.position() <= exported + 1;
        return isKept ? new Step.Add(List.copyOf(kept)) : new Step.Read(exported);
    }

    /** When it is no longer too early; {@link Long#MAX_VALUE}: nothing waits for that. */
    long dueAt() {
        return isUnderWay || exported >= durable ? Long.MAX_VALUE : pausedUntil;
    }

    /** All up to this position is acknowledged. */
    void added(long through) {
        isUnderWay = false;
        failures = 0;
        pausedUntil = Long.MIN_VALUE;
        exported = Math.max(exported, through);
        while (!kept.isEmpty() && kept.getFirst().position() <= exported) forgetFirst();
    }

    /** What was under way may be there or not. */
    void failed(long now) {
        isUnderWay = false;
        pausedUntil = now + Math.min(RETRY_MILLIS_MAX, RETRY_MILLIS << Math.min(failures, 16));
        failures++;
    }

    /** Whether the last try failed. */
    boolean isFailing() {
        return failures > 0;
    }

    /** Up to where all is in the event log. */
    long exported() {
        return exported;
    }

    /** How many entries are not. */
    long waiting() {
        return Math.max(0, durable - exported);
    }

    /** The first of these, as many as one batch holds, and none behind the end of the log as it is known. */
    List<EventRecord> cut(List<EventRecord> read) {
        List<EventRecord> batch = new ArrayList<>();
        int bytes = 0;
        for (EventRecord each : read) {
            if (each instanceof EventRecord.Placed placed)
                bytes += placed.event().length();
            if (each.position() > durable || bytes > BYTES_MAX && !batch.isEmpty()) break;
            batch.add(each);
        }
        return batch;
    }

    private void forgetFirst() {
        keptBytes -= EntryCodec.sizeOf(kept.removeFirst());
    }
}
