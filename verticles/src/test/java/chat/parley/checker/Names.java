package chat.parley.checker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers strings 0, 1, 2, …, so that a row of the history holds ints. */
final class Names {
    static final int NONE = -1;

    private final List<String> names = new ArrayList<>();
    private int[] table = new int[64]; // number + 1; 0 is free

    int of(@Nullable String name) {
        if (name == null) {
            return NONE;
        }
        int mask = table.length - 1;
        int slot = Keys.mix(name.hashCode()) & mask;
        while (table[slot] != 0) {
            if (names.get(table[slot] - 1).equals(name)) {
                return table[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        names.add(name);
        table[slot] = names.size();
        if (names.size() * 2 > table.length) {
            grow();
        }
        return names.size() - 1;
    }

    @Nullable
    String get(int number) {
        return number < 0 ? null : names.get(number);
    }

    int size() {
        return names.size();
    }

    private void grow() {
        table = new int[table.length * 2];
        int mask = table.length - 1;
        for (int number = 0; number < names.size(); number++) {
            int slot = Keys.mix(names.get(number).hashCode()) & mask;
            while (table[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            table[slot] = number + 1;
        }
    }
}
