package chat.parley.sequencer;

import chat.parley.bus.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;

/** A loop whose time goes only when told to. */
final class TestLoop implements Loop {

    private final Deque<Runnable> soon = new ArrayDeque<>();
    private final TreeMap<Long, Runnable> timers = new TreeMap<>();
    private long now = 1_000;
    private long wall = 1_700_000_000_000L;
    private long timersMade;

    @Override
    public long millis() {
        return wall + now;
    }

    @Override
    public long monotonicMillis() {
        return now;
    }

    @Override
    public Timer after(long delayMillis, Runnable action) {
        long key = (now + delayMillis) * 1_000_000 + timersMade++;
        timers.put(key, action);
        return () -> timers.remove(key);
    }

    @Override
    public void soon(Runnable action) {
        soon.add(action);
    }

    /** Runs all that was to run soon, and what that makes. */
    void settle() {
        for (Runnable next = soon.poll(); next != null; next = soon.poll()) next.run();
    }

    /** Sets the wall clock back. */
    void wallBack(long millis) {
        wall -= millis;
    }

    /** Lets time go by. */
    void pass(long millis) {
        settle();
        long end = now + millis;
        while (!timers.isEmpty() && timers.firstKey() / 1_000_000 <= end) {
            long key = timers.firstKey();
            now = Math.max(now, key / 1_000_000);
            timers.remove(key).run();
            settle();
        }
        now = end;
    }
}
