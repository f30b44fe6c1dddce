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
    private final Faults faults;

    /** How bad it is, for all processes alike; and how often it was. */
    static final class Faults {
        double readFailures;
        double unknownWrites;
        double brokenProjections;
        long slowMicros;
        long unknownOutcomes;
        long lateApplies;
    }

    StoreWeather(Scheduler scheduler, Process process, RandomGenerator random, Faults faults) {
        this.scheduler = scheduler;
        this.process = process;
        this.random = random;
        this.faults = faults;
    }

    @Override
    public <T> Future<T> read(Supplier<T> action) {
        Promise<T> answer = Promise.promise();
        if (random.nextDouble() < faults.readFailures) {
            process.plan(latency() + TIMEOUT_MICROS / 4, () -> answer.fail(new IllegalStateException("no answer from the store")));
            return answer.future();
        }
        long way = latency();
        scheduler.after(way, () -> carryOut(action, answer, latency()));
        return answer.future();
    }

    @Override
    public <T> Future<T> write(Supplier<T> action) {
        Promise<T> answer = Promise.promise();
        if (random.nextDouble() >= faults.unknownWrites) {
            scheduler.after(latency(), () -> carryOut(action, answer, latency()));
            return answer.future();
        }
        faults.unknownOutcomes++;
        process.plan(TIMEOUT_MICROS, () -> answer.fail(new IllegalStateException("no answer from the store")));
        switch (random.nextInt(3)) {
            case 0 -> scheduler.after(latency(), () -> ignore(action));
            case 1 -> {
                faults.lateApplies++;
                scheduler.after(random.nextLong(LATE_MOST_MICROS), () -> ignore(action));
            }
            default -> {}
        }
        return answer.future();
    }

    @Override
    public int rowsBeforeFailure() {
        return random.nextDouble() < faults.brokenProjections ? random.nextInt(ROWS_MOST) : Integer.MAX_VALUE;
    }

    private <T> void carryOut(Supplier<T> action, Promise<T> answer, long wayBack) {
        try {
            T result = action.get();
            process.plan(wayBack, () -> answer.complete(result));
        } catch (RuntimeException e) {
            process.plan(wayBack, () -> answer.fail(e));
        }
    }

    private static <T> void ignore(Supplier<T> action) {
        try {
            action.get();
        } catch (RuntimeException e) {
            // nobody waits for it any more
        }
    }

    private long latency() {
        return LATENCY_LEAST_MICROS + random.nextLong(LATENCY_SPREAD_MICROS) + faults.slowMicros;
    }
}
