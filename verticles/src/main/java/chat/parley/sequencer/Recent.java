package chat.parley.sequencer;

import chat.parley.model.Entry;
import java.util.Arrays;
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
