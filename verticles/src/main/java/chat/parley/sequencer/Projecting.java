package chat.parley.sequencer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a shard's log is to be projected next. One call is in flight; it takes what waits, so entries of one conversation go in order. A
 * call that failed is repeated; if it was for several conversations, each is tried alone, so that one that cannot be projected holds
 * up no other; and in ever smaller parts, so that a store that fails large calls gets small ones. None is ever skipped.
 */
final class Projecting {
    private static final int ENTRIES_MAX = 1_024;
    private static final long RETRY_MILLIS = 10;

    private final SequencerConfig config;
    private final Deque<Kept> queue = new ArrayDeque<>();
    private final Map<Conversation, Aside> aside = new LinkedHashMap<>();
    private @Nullable List<Kept> inFlight;
    private long durable;
    private long projected;
    private long bytes;
    private boolean isAsideTurn;
    private int failures;
    private long pausedUntil = Long.MIN_VALUE;

    /** A conversation that is tried alone. */
    private static final class Aside {
        final Deque<Kept> entries = new ArrayDeque<>();
        int failures;
        long dueAt;

        int entriesMax() {
            return Math.max(1, ENTRIES_MAX >> Math.min(failures, 30));
        }
    }

    /** @param projected up to where all is projected; what lies behind is to be added */
    Projecting(long projected, SequencerConfig config) {
        this.config = config;
        this.durable = projected;
        this.projected = projected;
    }

    /** An entry behind all that were added before. */
    void add(Kept entry) {
        queue.addLast(entry);
        durable = entry.position();
        bytes += entry.size();
    }

    /** Up to where all is projected. */
    long projected() {
        return projected;
    }

    /** How many entries are not. */
    long waiting() {
        return durable - projected;
    }

    /** Whether so much is not projected that nothing more is to be decided. */
    boolean isFull() {
        return waiting() >= config.tailEntriesMax() || bytes >= config.tailBytesMax();
    }

    boolean isEmpty() {
        return queue.isEmpty() && inFlight == null && aside.isEmpty();
    }

    /** The entries to project now; null: none, or one call is in flight, or it is too early. */
    @Nullable
    List<Kept> next(long now) {
        if (inFlight != null || now < pausedUntil) return null;
        List<Kept> next = isAsideTurn ? nextAside(now) : nextInQueue();
        if (next.isEmpty()) next = isAsideTurn ? nextInQueue() : nextAside(now);
        isAsideTurn = !isAsideTurn;
        if (next.isEmpty()) return null;
        inFlight = next;
        return next;
    }

    /** When it is no longer too early; {@link Long#MAX_VALUE}: nothing waits for that. */
    long dueAt() {
        if (inFlight != null) return Long.MAX_VALUE;
        long due = queue.isEmpty() ? Long.MAX_VALUE : pausedUntil;
        for (Aside each : aside.values()) due = Math.min(due, Math.max(pausedUntil, each.dueAt));
        return due;
    }

    /** Those in flight are projected. */
    List<Kept> done() {
        List<Kept> done = taken();
        failures = 0;
        pausedUntil = Long.MIN_VALUE;
        if (!aside.isEmpty()) {
            Conversation conversation = done.getFirst().conversation();
            Aside one = aside.get(conversation);
            if (one != null && one.entries.isEmpty()) aside.remove(conversation);
            else if (one != null) one.failures = Math.max(0, one.failures - 1);
        }
        for (Kept each : done) bytes -= each.size();
        projected = firstWaiting() - 1;
        return done;
    }

    /** Those in flight may be projected or not. */
    void failed(long now) {
        List<Kept> failed = taken();
        pausedUntil = now + delay(++failures);
        Map<Conversation, List<Kept>> apart = new LinkedHashMap<>();
        for (Kept each : failed) {
            apart.computeIfAbsent(each.conversation(), c -> new ArrayList<>()).add(each);
        }
        apart.forEach((conversation, entries) -> {
            Aside one = aside.remove(conversation);
            if (one == null) one = new Aside();
            for (int i = entries.size() - 1; i >= 0; i--) one.entries.addFirst(entries.get(i));
            one.dueAt = now;
            if (apart.size() == 1) one.dueAt += delay(++one.failures);
            aside.put(conversation, one);
        });
    }

    private long firstWaiting() {
        long first = durable + 1;
        if (!queue.isEmpty()) first = Math.min(first, queue.getFirst().position());
        if (inFlight != null) first = Math.min(first, inFlight.getFirst().position());
        for (Aside each : aside.values()) {
            if (!each.entries.isEmpty())
                first = Math.min(first, each.entries.getFirst().position());
        }
        return first;
    }

    private List<Kept> nextInQueue() {
        List<Kept> next = new ArrayList<>(Math.min(queue.size(), ENTRIES_MAX));
        while (!queue.isEmpty() && next.size() < ENTRIES_MAX) {
            Kept entry = queue.removeFirst();
            Aside one = aside.isEmpty() ? null : aside.get(entry.conversation());
            if (one == null) next.add(entry);
            else one.entries.addLast(entry);
        }
        return next;
    }

    private List<Kept> nextAside(long now) {
        List<Kept> next = new ArrayList<>();
        for (Aside one : aside.values()) {
            if (one.dueAt > now || one.entries.isEmpty()) continue;
            while (!one.entries.isEmpty() && next.size() < one.entriesMax()) next.add(one.entries.removeFirst());
            break;
        }
        return next;
    }

    private List<Kept> taken() {
        List<Kept> taken = inFlight;
        if (taken == null) throw new IllegalStateException("nothing is in flight");
        inFlight = null;
        return taken;
    }

    private long delay(int tries) {
        return Math.min(config.retryMillisMax(), RETRY_MILLIS << Math.min(tries, 16));
    }
}
