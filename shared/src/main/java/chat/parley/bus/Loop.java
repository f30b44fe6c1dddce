package chat.parley.bus;

/** The event loop that a verticle lives on: time and timers. Real, or the simulator's virtual one. */
public interface Loop {
    /** Unix milliseconds by the wall clock: for {@code sentAt} and what people read; never for order, leases or time-outs. */
    long millis();

    /** Monotonic milliseconds: for everything that waits or expires. */
    long monotonicMillis();

    /** Runs the action once, on this loop, after at least so long. */
    Timer after(long delayMillis, Runnable action);

    /** Runs the action on this loop at the end of the present turn. */
    void soon(Runnable action);

    /** A planned action. */
    interface Timer {
        /** Does nothing if it ran already. */
        void cancel();
    }
}
