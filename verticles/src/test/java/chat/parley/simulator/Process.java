package chat.parley.simulator;

import chat.parley.bus.Loop;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * One life of one node (or client): a loop in virtual time that can be frozen (everything waits) and killed (nothing happens any
 * more). Its wall clock may be wrong; its monotonic one is not.
 */
final class Process implements Loop {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Scheduler scheduler;
    private final String node;
    private final Consumer<RuntimeException> broke;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>(); // came in a freeze, in their order
    private boolean alive = true;
    private long frozenUntilMicros;
    private long wallOffsetMillis;

    /** @param broke hears of what an action threw: no action may */
    Process(Scheduler scheduler, String node, Consumer<RuntimeException> broke) {
        this.scheduler = scheduler;
        this.node = node;
        this.broke = broke;
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
        held.clear();
    }

    /** Everything waits for so long; a freeze within a freeze may make it longer. */
    void freeze(long millis) {
        frozenUntilMicros = Math.max(frozenUntilMicros, scheduler.nowMicros() + millis * Scheduler.MICROS_A_MILLI);
        scheduler.after(frozenUntilMicros - scheduler.nowMicros(), this::thaw);
    }

    private void thaw() {
        while (!isFrozen() && !held.isEmpty()) carryOut(held.remove());
    }

    void setClock(long offsetMillis) {
        wallOffsetMillis = offsetMillis;
    }

    /** Runs the action in this process so many microseconds from now: later if it is frozen then, never if it is dead. */
    void plan(long micros, Runnable action) {
        if (alive) scheduler.after(micros, () -> run(action));
    }

    private void run(Runnable action) {
        if (!alive) return;
        if (isFrozen() || !held.isEmpty()) held.add(action);
        else carryOut(action);
    }

    private void carryOut(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            broke.accept(e);
        }
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
        Planned planned = new Planned(action);
        plan(delayMillis * Scheduler.MICROS_A_MILLI, planned);
        return planned;
    }

    @Override
    public void soon(Runnable action) {
        plan(0, action);
    }

    private static final class Planned implements Timer, Runnable {
        private final Runnable action;
        private boolean cancelled;

        Planned(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            if (!cancelled) action.run();
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
