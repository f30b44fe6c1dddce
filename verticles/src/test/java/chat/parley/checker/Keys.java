package chat.parley.checker;

import java.util.Arrays;

/** Numbers triples of ints 0, 1, 2, …: the index into whatever is known about such a triple. */
final class Keys {
    private int[] parts = new int[3 * 32];
    private int[] table = new int[64]; // number + 1; 0 is free
    private int size;

    /** The number of this key, a new one if it was never asked for. */
    int of(int a, int b, int c) {
        int slot = slot(a, b, c);
        if (table[slot] != 0) {
            return table[slot] - 1;
        }
        if (parts.length < 3 * (size + 1)) {
            parts = Arrays.copyOf(parts, parts.length * 2);
        }
        parts[3 * size] = a;
        parts[3 * size + 1] = b;
        parts[3 * size + 2] = c;
        table[slot] = ++size;
        if (size * 2 > table.length) {
            grow();
        }
        return size - 1;
    }

    /** The number of this key, or -1. */
    int find(int a, int b, int c) {
        return table[slot(a, b, c)] - 1;
    }

    int size() {
        return size;
    }

    int first(int number) {
        return parts[3 * number];
    }

    int second(int number) {
        return parts[3 * number + 1];
    }

    int third(int number) {
        return parts[3 * number + 2];
    }

    private int slot(int a, int b, int c) {
        int mask = table.length - 1;
        int slot = hash(a, b, c) & mask;
        while (table[slot] != 0) {
            int at = 3 * (table[slot] - 1);
            if (parts[at] == a && parts[at + 1] == b && parts[at + 2] == c) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        table = new int[table.length * 2];
        for (int number = 0; number < size; number++) {
            table[slot(first(number), second(number), third(number))] = number + 1;
        }
    }

    private static int hash(int a, int b, int c) {
        return mix((a * 0x9E3779B1 + b) * 0x85EBCA77 + c);
    }

    static int mix(int hash) {
        hash ^= hash >>> 16;
        hash *= 0x7FEB352D;
        hash ^= hash >>> 15;
        hash *= 0x846CA68B;
        return hash ^ hash >>> 16;
    }
}
