package chat.parley.simulator;

import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What lies between one process and the store: latency, failed reads, and the three unknown outcomes of a write: applied and not said,
 * never applied, applied later. What reached the store is carried out also if the process dies.
 */
final class StoreWeather implements Weather {
    private static final long LATENCY_LEAST_MICROS = 200;
    private static final long LATENCY_SPREAD_MICROS = 2_000;
    private static final long TIMEOUT_MICROS = 1_000_000;
    private static final long LATE_MOST_MICROS = 8_000_000;
    private static final int ROWS_MOST = 8;

    private final Scheduler scheduler;
    private final Process process;
    private final RandomGenerator random;
    private final Trace trace;
    private final Faults faults;

    /** How bad it is, for all processes alike; and how often it was. */
    static final class Faults {
        double readFailures;
        double unknownWrites;
        double brokenProjections;
        long slowMicros;
        long unknownOutcomes;
        long lateApplies;

        void clear() {
            readFailures = 0;
            unknownWrites = 0;
            brokenProjections = 0;
            slowMicros = 0;
        }
    }

    StoreWeather(Scheduler scheduler, Process process, RandomGenerator random, Trace trace, Faults faults) {
        this.scheduler = scheduler;
        this.process = process;
        this.random = random;
        this.trace = trace;
        this.faults = faults;
    }

    @Override
    public <T> Future<T> read(Supplier<T> action) {
        Promise<T> answer = Promise.promise();
        if (faults.readFailures > 0 && random.nextDouble() < faults.readFailures) {
            fail(answer, latency() + TIMEOUT_MICROS / 4, "read");
            return answer.future();
        }
        scheduler.after(latency(), () -> carryOut("read", action, answer, latency()));
        return answer.future();
    }

    @Override
    public <T> Future<T> write(Supplier<T> action) {
        Promise<T> answer = Promise.promise();
        if (faults.unknownWrites == 0 || random.nextDouble() >= faults.unknownWrites) {
            scheduler.after(latency(), () -> carryOut("write", action, answer, latency()));
            return answer.future();
        }
        faults.unknownOutcomes++;
        fail(answer, TIMEOUT_MICROS, "write");
        switch (random.nextInt(3)) {
            case 0 -> scheduler.after(latency(), () -> apply("unsaid", action));
            case 1 -> {
                faults.lateApplies++;
                scheduler.after(random.nextLong(LATE_MOST_MICROS), () -> apply("late", action));
            }
            default -> {}
        }
        return answer.future();
    }

    @Override
    public int rowsBeforeFailure() {
        if (faults.brokenProjections == 0 || random.nextDouble() >= faults.brokenProjections) return Integer.MAX_VALUE;
        return random.nextInt(ROWS_MOST);
    }

    private <T> void fail(Promise<T> answer, long micros, String what) {
        process.plan(micros, () -> {
            trace.event("store", process.node(), -1, () -> what + " without an answer");
            answer.fail(new IllegalStateException("no answer from the store"));
        });
    }

    private <T> void carryOut(String what, Supplier<T> action, Promise<T> answer, long wayBack) {
        try {
            T result = action.get();
            trace.event("store", process.node(), what.hashCode(), () -> what + " " + result);
            process.plan(wayBack, () -> answer.complete(result));
        } catch (RuntimeException e) {
            process.plan(wayBack, () -> answer.fail(e));
        }
    }

    private <T> void apply(String what, Supplier<T> action) {
        try {
            T result = action.get();
            trace.event("store", process.node(), what.hashCode(), () -> what + " " + result);
        } catch (RuntimeException e) {
            trace.remark(process.node(), () -> what + " failed: " + e.getMessage()); // nobody waits for it any more
        }
    }

    private long latency() {
        return LATENCY_LEAST_MICROS + random.nextLong(LATENCY_SPREAD_MICROS) + faults.slowMicros;
    }
}
