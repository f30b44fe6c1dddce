package chat.parley.gateway;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Lets values through at most once an interval for each key: the first at once, and what comes before the interval is over as one, merged.
 * Told the time (monotonic milliseconds). At most {@code keysMax} keys are remembered.
 */
final class Pace<K, V> {
    private final long intervalMillis;
    private final int keysMax;
    private final BinaryOperator<V> merge;

    /** Of keys that may go now. */
    private final LinkedHashMap<K, V> ready = new LinkedHashMap<>();

    /** Keys that went within the interval, the longest ago first. */
    private final LinkedHashMap<K, Resting<V>> resting = new LinkedHashMap<>();

    private int waiting;

    /** @param merge of the former and the later value of a key */
    Pace(long intervalMillis, int keysMax, BinaryOperator<V> merge) {
        this.intervalMillis = intervalMillis;
        this.keysMax = keysMax;
        this.merge = merge;
    }

    /** False: there are too many keys, and this one was not taken. */
    boolean offer(K key, V value, long nowMillis) {
        Resting<V> rests = resting.get(key);
        if (rests != null) {
            if (rests.waiting == null) waiting++;
            rests.waiting = rests.waiting == null ? value : merge.apply(rests.waiting, value);
            return true;
        }
        if (ready.size() + resting.size() >= keysMax && !ready.containsKey(key)) {
            wake(nowMillis);
            if (ready.size() + resting.size() >= keysMax) return false;
        }
        ready.merge(key, value, merge);
        return true;
    }

    /** At most so many that may go now, in the order they came; they count as gone. */
    List<V> due(long nowMillis, int valuesMax) {
        wake(nowMillis);
        List<V> due = new ArrayList<>(Math.min(valuesMax, ready.size()));
        Iterator<Map.Entry<K, V>> all = ready.entrySet().iterator();
        while (all.hasNext() && due.size() < valuesMax) {
            Map.Entry<K, V> next = all.next();
            all.remove();
            due.add(next.getValue());
            resting.put(next.getKey(), new Resting<>(nowMillis + intervalMillis));
        }
        return due;
    }

    /** Nobody has to wait any longer. */
    void hurry() {
        wake(Long.MAX_VALUE);
    }

    /** Whether something is still to go. */
    boolean isWaiting() {
        return waiting > 0 || !ready.isEmpty();
    }

    private void wake(long nowMillis) {
        Iterator<Map.Entry<K, Resting<V>>> all = resting.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<K, Resting<V>> next = all.next();
            Resting<V> rests = next.getValue();
            if (rests.until > nowMillis) return;
            all.remove();
            if (rests.waiting == null) continue;
            waiting--;
            ready.put(next.getKey(), rests.waiting);
        }
    }

    private static final class Resting<V> {
        final long until;

        @Nullable
        V waiting;

        Resting(long until) {
            this.until = until;
        }
    }
}
