package chat.parley.checker;

import java.util.Arrays;

/** A growing list of ints, zero where nothing was set. */
final class Ints {
    private int[] values = new int[16];
    private int size;

    void add(int value) {
        set(size, value);
    }

    void set(int index, int value) {
        if (index >= values.length) {
            values = Arrays.copyOf(values, Math.max(index + 1, values.length + (values.length >> 1)));
        }
        values[index] = value;
        size = Math.max(size, index + 1);
    }

    int get(int index) {
        return index < size ? values[index] : 0;
    }

    int size() {
        return size;
    }
}
