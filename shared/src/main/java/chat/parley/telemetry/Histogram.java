package chat.parley.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How often values were how large, in stated buckets. From any thread; without a lock, and nothing is allocated. */
public final class Histogram {
    private static final double[] SECONDS = {
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };
    private static final double[] COUNTS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024};

    private final double[] bounds;
    private final double perUnit;
    private final AtomicLongArray counts;
    private final LongAdder sum = new LongAdder();

    /** @param perUnit how many of what is recorded are one of what the bounds are in */
    private Histogram(double[] bounds, long perUnit) {
        this.bounds = bounds;
        this.perUnit = perUnit;
        this.counts = new AtomicLongArray(bounds.length + 1);
    }

    /** Of durations, which are recorded in nanoseconds and shown in seconds: from 250 µs to 10 s. */
    public static Histogram ofSeconds() {
        return new Histogram(SECONDS, TimeUnit.SECONDS.toNanos(1));
    }

    /** Of how many there were: from 1 to 1,024. */
    public static Histogram ofCounts() {
        return new Histogram(COUNTS, 1);
    }

    public void record(long value) {
        double inUnits = value / perUnit;
        int bucket = 0;
        while (bucket < bounds.length && inUnits > bounds[bucket]) bucket++;
        counts.incrementAndGet(bucket);
        sum.add(value);
    }

    /** What took from that {@link System#nanoTime} until now. */
    public void recordSince(long beganNanos) {
        record(System.nanoTime() - beganNanos);
    }

    /** What was recorded until now. */
    public Reading read() {
        long[] now = new long[counts.length()];
        for (int i = 0; i < now.length; i++) now[i] = counts.get(i);
        return new Reading(bounds, now, sum.sum() / perUnit);
    }

    /**
     * @param bounds the largest value of each bucket
     * @param counts of each bucket alone, and one more: of what is above all bounds
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Reading(double[] bounds, long[] counts, double sum) {
        /** All that is in either; both are of the same bounds. */
        public Reading plus(Reading other) {
            long[] both = counts.clone();
            for (int i = 0; i < both.length; i++) both[i] += other.counts[i];
            return new Reading(bounds, both, sum + other.sum);
        }
    }
}
