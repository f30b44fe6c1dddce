package chat.parley.simulator;

import chat.parley.bus.Loop;

/**
 * One life of one node (or client): a loop in virtual time that can be frozen (everything waits) and killed (nothing happens any
 * more). Its wall clock may be wrong; its monotonic one is not.
 */
final class Process implements Loop {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Scheduler scheduler;
    private final String node;
    private boolean alive = true;
    private long frozenUntilMicros;
    private long wallOffsetMillis;

    Process(Scheduler scheduler, String node) {
        this.scheduler = scheduler;
        this.node = node;
    }

    String node() {
        return node;
    }

    boolean isAlive() {
        return alive;
    }

    boolean isFrozen() {
        return scheduler.nowMicros() < frozenUntilMicros;
    }

    void kill() {
        alive = false;
    }

    void freeze(long millis) {
        frozenUntilMicros =
                Math.max(frozenUntilMicros, scheduler.nowMicros() + millis * Scheduler.MICROS_A_MILLI);
    }

    void setClock(long offsetMillis) {
        wallOffsetMillis = offsetMillis;
    }

    /** Runs the action in this process so many microseconds from now: later if it is frozen then, never if it is dead. */
    void plan(long micros, Runnable action) {
        scheduler.after(micros, () -> run(action));
    }

    private void run(Runnable action) {
        if (!alive) return;
        long wait = frozenUntilMicros - scheduler.nowMicros();
        if (wait > 0) plan(wait, action);
        else action.run();
    }

    @Override
    public long millis() {
        return EPOCH_MILLIS + wallOffsetMillis + monotonicMillis();
    }

    @Override
    public long monotonicMillis() {
        return scheduler.nowMicros() / Scheduler.MICROS_A_MILLI;
    }

    @Override
    public Timer after(long delayMillis, Runnable action) {
        boolean[] cancelled = {false};
        plan(delayMillis * Scheduler.MICROS_A_MILLI, () -> {
            if (!cancelled[0]) action.run();
        });
        return () -> cancelled[0] = true;
    }

    @Override
    public void soon(Runnable action) {
        plan(0, action);
    }
}
