package chat.parley.sequencer;

import chat.parley.model.Entry;
import chat.parley.store.History;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last entries of a shard's log, by id and by conversation: all that are not projected, all behind what was projected when anything
 * began to be read that is still in use, and some more. So an id that is not here and was not found in the projections was never used.
 */
final class Memory {
    private final long projectedBytesMax;
    private final Map<History.IdKey, Entry> ids = new HashMap<>();
    private final Deque<Kept> entries = new ArrayDeque<>();
    private final Deque<Reading> readings = new ArrayDeque<>();
    private long projected;
    private long bytes;

    /**
     * @param projected up to where all is projected
     * @param projectedBytesMax of entries that are kept though they need not be
     */
    Memory(long projected, long projectedBytesMax) {
        this.projected = projected;
        this.projectedBytesMax = projectedBytesMax;
    }

    /** What was placed under the id, durable or in the batch in flight. */
    @Nullable
    Entry placed(History.IdKey key) {
        return ids.get(key);
    }

    /** Takes in an entry that is not durable yet. */
    void decided(Kept kept) {
        if (kept.key() != null) ids.put(kept.key(), kept.entry());
        kept.conversation().recent().add(kept.entry());
    }

    /** Drops the last entry that was decided. */
    void undecided(Kept kept) {
        if (kept.key() != null) ids.remove(kept.key());
        kept.conversation().recent().removeLast();
    }

    /** The entry that was decided first is durable. */
    void durable(Kept kept) {
        entries.addLast(kept);
        bytes += kept.size();
    }

    /** What is read from the projections from now on holds all entries up to here. To be {@link Reading#done} some time. */
    Reading reading() {
        Reading last = readings.peekLast();
        if (last != null && last.through() == projected) return last.use();
        Reading next = new Reading(projected);
        readings.addLast(next);
        return next.use();
    }

    /** Forgets entries that are projected, not needed by any reading, and too many. */
    void projected(long through, Consumer<Conversation> forgotten) {
        projected = through;
        long floor = floor();
        while (bytes > projectedBytesMax
                && !entries.isEmpty()
                && entries.getFirst().position() <= floor) {
            Kept kept = entries.removeFirst();
            bytes -= kept.size();
            if (kept.key() != null) ids.remove(kept.key(), kept.entry());
            kept.conversation().recent().removeFirst();
            forgotten.accept(kept.conversation());
        }
    }

    private long floor() {
        for (Reading first = readings.peekFirst(); first != null; first = readings.peekFirst()) {
            if (first.isInUse()) return first.through();
            readings.removeFirst();
        }
        return projected;
    }
}
