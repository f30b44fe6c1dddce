package chat.parley.sequencer;

import chat.parley.model.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last entries of a conversation that are in memory, by sequence, without a hole. */
final class Recent {
    private @Nullable Entry[] ring = new @Nullable Entry[4];
    private int start;
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** The first sequence that is here; none: a very large one. */
    long first() {
        Entry first = ring[start];
        return first == null ? Long.MAX_VALUE : first.sequence();
    }

    /** The entry, if it is here. */
    @Nullable
    Entry get(long sequence) {
        if (count == 0) return null;
        long at = sequence - first();
        return at < 0 || at >= count ? null : ring[(start + (int) at) & (ring.length - 1)];
    }

    /** Those that are here, up to this sequence. */
    List<Entry> through(long sequence) {
        List<Entry> entries = new ArrayList<>();
        for (long next = first(); next <= sequence; next++) {
            Entry entry = get(next);
            if (entry == null) break;
            entries.add(entry);
        }
        return entries;
    }

    void add(Entry entry) {
        if (count == ring.length) {
            @Nullable Entry[] larger = Arrays.copyOf(ring, ring.length * 2);
            for (int i = 0; i < count; i++) larger[i] = ring[(start + i) & (ring.length - 1)];
            ring = larger;
            start = 0;
        }
        ring[(start + count++) & (ring.length - 1)] = entry;
    }

    void removeFirst() {
        ring[start] = null;
        start = (start + 1) & (ring.length - 1);
        count--;
    }

    void removeLast() {
        count--;
        ring[(start + count) & (ring.length - 1)] = null;
    }
}
