package chat.parley.checker;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** When faults were about: then, and while the system settles, slowness and repeats are excused. */
final class Faults {
    private final History history;
    private final Map<Integer, long[]> windows = new HashMap<>(); // by name: from, to
    private final BitSet effective = new BitSet();
    private long[] from = {};
    private long[] to = {}; // the latest end of this window and all before it

    Faults(History history, long settleNanos) {
        this.history = history;
        for (int row = 0; row < history.size(); row++) {
            if (history.event(row) == Event.FAULT) see(row, settleNanos);
        }
        merge();
    }

    private void see(int row, long settleNanos) {
        long time = history.time(row);
        long[] window = windows.computeIfAbsent(history.who(row), name -> new long[] {time, Long.MAX_VALUE});
        window[0] = Math.min(window[0], time);
        switch (FaultStep.VALUES[(int) history.sequence(row)]) {
            case PLANNED -> {}
            case EFFECTIVE -> effective.set(history.who(row));
            case HEALED -> window[1] = time + settleNanos;
        }
    }

    private void merge() {
        long[][] sorted = windows.values().toArray(long[][]::new);
        Arrays.sort(sorted, (a, b) -> Long.compare(a[0], b[0]));
        from = new long[sorted.length];
        to = new long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            from[i] = sorted[i][0];
            to[i] = i == 0 ? sorted[i][1] : Math.max(to[i - 1], sorted[i][1]);
        }
    }

    int planned() {
        return windows.size();
    }

    int effective() {
        return effective.cardinality();
    }

    /** Whether no window touches this stretch of time. */
    boolean isCalm(long start, long end) {
        int at = Arrays.binarySearch(from, end);
        int last = at >= 0 ? at : -at - 2; // the last window that begins by the end
        while (last + 1 < from.length && from[last + 1] <= end) last++;
        return last < 0 || to[last] < start;
    }
}
