package chat.parley.simulator;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Virtual time: one queue of planned actions for all processes, carried out in one thread in the order of their times. */
final class Scheduler {
    static final long MICROS_A_MILLI = 1_000;

    private final PriorityQueue<Planned> queue = new PriorityQueue<>();
    private final ArrayDeque<Planned> now = new ArrayDeque<>(); // planned for the moment in which they were planned
    private long nowMicros;
    private long planned;
    private long carriedOut;

    /** A planned action; {@code order} keeps those of one moment in the order they were planned. */
    private static final class Planned implements Comparable<Planned> {
        final long atMicros;
        final long order;
        final Runnable action;

        Planned(long atMicros, long order, Runnable action) {
            this.atMicros = atMicros;
            this.order = order;
            this.action = action;
        }

        @Override
        public int compareTo(Planned other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    long nowMicros() {
        return nowMicros;
    }

    /** How many actions have been carried out: the events of a run. */
    long carriedOut() {
        return carriedOut;
    }

    /** Plans the action so many microseconds from now. */
    void after(long micros, Runnable action) {
        Planned later = new Planned(nowMicros + Math.max(0, micros), planned++, action);
        if (micros <= 0) now.add(later);
        else queue.add(later);
    }

    /** Carries out everything up to the moment; time stands there afterwards. */
    void runUntil(long micros) {
        for (Planned next = peek(); next != null && next.atMicros <= micros; next = peek()) {
            if (next == now.peek()) now.remove();
            else queue.remove();
            nowMicros = next.atMicros;
            carriedOut++;
            next.action.run();
        }
        nowMicros = micros;
    }

    private @Nullable Planned peek() {
        Planned soon = now.peek();
        Planned later = queue.peek();
        if (soon == null || later == null) return soon == null ? later : soon;
        return soon.compareTo(later) < 0 ? soon : later;
    }
}
