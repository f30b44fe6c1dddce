package chat.parley.presence;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** A map from keys (not 0) to numbers, in two arrays: open addressing, linear probing, no tombstones. */
final class Places {
    /** What is found for a key that is not there. */
    static final int NONE = Integer.MIN_VALUE;

    private static final int CAPACITY_MIN = 4;

    private long[] keys = {};
    private int[] values = {};
    private int size;

    int size() {
        return size;
    }

    int get(long key) {
        if (size == 0) return NONE;
        int at = find(key);
        return keys[at] == 0 ? NONE : values[at];
    }

    void put(long key, int value) {
        if (3 * (size + 1) > 2 * keys.length) resize(Math.max(CAPACITY_MIN, 2 * keys.length));
        int at = find(key);
        if (keys[at] == 0) {
            keys[at] = key;
            size++;
        }
        values[at] = value;
    }

    boolean remove(long key) {
        if (size == 0) return false;
        int at = find(key);
        if (keys[at] == 0) return false;
        empty(at);
        if (keys.length > CAPACITY_MIN && 8 * size < keys.length) resize(keys.length / 2);
        return true;
    }

    /** The keys whose value is one of those. */
    long[] keysWhere(IntPredicate ofValue) {
        long[] found = new long[Math.min(size, 16)];
        int count = 0;
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == 0 || !ofValue.test(values[i])) continue;
            if (count == found.length) found = Arrays.copyOf(found, 2 * count);
            found[count++] = keys[i];
        }
        return Arrays.copyOf(found, count);
    }

    /** The slot of the key, or the free one where it would go. */
    private int find(long key) {
        int mask = keys.length - 1;
        int at = (int) key & mask;
        while (keys[at] != 0 && keys[at] != key) at = (at + 1) & mask;
        return at;
    }

    /** Frees the slot and moves up those behind it that would no longer be found. */
    private void empty(int slot) {
        int mask = keys.length - 1;
        int hole = slot;
        int at = slot;
        while (true) {
            at = (at + 1) & mask;
            if (keys[at] == 0) break;
            int home = (int) keys[at] & mask;
            if (((at - home) & mask) < ((at - hole) & mask)) continue;
            keys[hole] = keys[at];
            values[hole] = values[at];
            hole = at;
        }
        keys[hole] = 0;
        size--;
    }

    private void resize(int capacity) {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[capacity];
        values = new int[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] == 0) continue;
            int at = find(oldKeys[i]);
            keys[at] = oldKeys[i];
            values[at] = oldValues[i];
        }
    }
}
