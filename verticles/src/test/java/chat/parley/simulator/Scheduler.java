package chat.parley.simulator;

import java.util.PriorityQueue;

/** Virtual time: one queue of planned actions for all processes, carried out in one thread in the order of their times. */
final class Scheduler {
    static final long MICROS_A_MILLI = 1_000;

    private final PriorityQueue<Planned> queue = new PriorityQueue<>();
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
        queue.add(new Planned(nowMicros + Math.max(0, micros), planned++, action));
    }

    /** Carries out everything up to the moment; time stands there afterwards. */
    void runUntil(long micros) {
        for (Planned next = queue.peek(); next != null && next.atMicros <= micros; next = queue.peek()) {
            queue.poll();
            nowMicros = next.atMicros;
            carriedOut++;
            next.action.run();
        }
        nowMicros = micros;
    }
}
