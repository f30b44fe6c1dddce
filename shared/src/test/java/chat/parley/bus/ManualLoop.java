package chat.parley.bus;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose time a test moves. */
public final class ManualLoop implements Loop {
    private final ArrayDeque<Runnable> turn = new ArrayDeque<>();
    private final PriorityQueue<Planned> timers =
            new PriorityQueue<>(Comparator.comparingLong(Planned::at).thenComparingLong(Planned::number));
    private long wall = 1_700_000_000_000L;
    private long now = 1_000;
    private long planned;

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
        Planned timer = new Planned(now + delayMillis, planned++, action);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public void soon(Runnable action) {
        turn.add(action);
    }

    /** Sets the wall clock back; the monotonic one goes on. */
    public void setBack(long millis) {
        wall -= millis;
    }

    /** Runs what can be run without time going on. */
    public void settle() {
        advance(0);
    }

    /** Lets so much time pass, and runs what falls into it. */
    public void advance(long millis) {
        long until = now + millis;
        while (true) {
            Runnable next = turn.poll();
            if (next == null) {
                Planned timer = timers.peek();
                if (timer == null || timer.at > until) break;
                timers.remove();
                now = Math.max(now, timer.at);
                next = timer.action;
            }
            next.run();
        }
        now = until;
    }

    private record Planned(long at, long number, Runnable action) {}
}
