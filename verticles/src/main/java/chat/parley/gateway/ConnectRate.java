package chat.parley.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast one node takes what is new: a steady rate with bursts. Who comes above the rate waits for a turn for a short time, so that
 * a storm of clients that return is spread; one that would wait longer is sent away, each to come back a little later than the one before, so
 * that they do not return together. For all loops of a node.
 */
final class ConnectRate {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** Nobody is sent away for longer: most of those who were before may never come back. */
    private static final long AWAY_NANOS_MAX = 30 * NANOS_PER_SECOND;

    private final long costNanos;
    private final long burstNanos;
    private final long waitNanosMax;
    /** When the bucket will be full again, if nobody else comes. */
    private final AtomicLong fullAtNanos;

    /** When there will be room for one more of those who were sent away, if all come as they were told. */
    private final AtomicLong backAtNanos;

    /** @param nowNanos monotonic, as all times here */
    ConnectRate(int perSecond, int burst, int waitMillisMax, long nowNanos) {
        this.costNanos = NANOS_PER_SECOND / perSecond;
        this.burstNanos = burst * costNanos;
        this.waitNanosMax = waitMillisMax * NANOS_PER_MILLI;
        this.fullAtNanos = new AtomicLong(nowNanos);
        this.backAtNanos = new AtomicLong(nowNanos);
    }

    /** Takes a place: milliseconds to wait for it, 0 for none; or none is taken, and the time after which to come back is negative. */
    long takeMillis(long nowNanos) {
        while (true) {
            long full = fullAtNanos.get();
            long start = full - nowNanos > 0 ? full : nowNanos;
            long waitNanos = start + costNanos - nowNanos - burstNanos;
            if (waitNanos > waitNanosMax) return -Math.ceilDiv(sendAway(nowNanos, waitNanos), NANOS_PER_MILLI);
            if (fullAtNanos.compareAndSet(full, start + costNanos))
                return waitNanos <= 0 ? 0 : Math.ceilDiv(waitNanos, NANOS_PER_MILLI);
        }
    }

    private long sendAway(long nowNanos, long waitNanos) {
        long latest = nowNanos + Math.max(waitNanos, AWAY_NANOS_MAX);
        long back = backAtNanos.updateAndGet(former -> {
            long next = former - (nowNanos + waitNanos) >= 0 ? former + costNanos : nowNanos + waitNanos;
            return next - latest > 0 ? latest : next;
        });
        return back - nowNanos;
    }
}
