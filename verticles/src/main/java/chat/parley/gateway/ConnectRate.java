package chat.parley.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast one node takes new WebSockets: a steady rate with bursts. A socket above the rate waits its turn for a short time, so that
 * a storm of clients that return is spread; one that would wait longer is sent away. For all loops of a node.
 */
public final class ConnectRate {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final long costNanos;
    private final long burstNanos;
    private final long waitNanosMax;
    /** When the bucket will be full again, if nobody else comes. */
    private final AtomicLong fullAtNanos;

    /** @param nowNanos monotonic, as all times here */
    public ConnectRate(int perSecond, int burst, int waitMillisMax, long nowNanos) {
        this.costNanos = NANOS_PER_SECOND / perSecond;
        this.burstNanos = burst * costNanos;
        this.waitNanosMax = waitMillisMax * NANOS_PER_MILLI;
        this.fullAtNanos = new AtomicLong(nowNanos);
    }

    /** Takes a place: milliseconds to wait for it, 0 for none; or, if that would be too long, none is taken and the time is negative. */
    public long takeMillis(long nowNanos) {
        while (true) {
            long full = fullAtNanos.get();
            long start = full - nowNanos > 0 ? full : nowNanos;
            long waitNanos = start + costNanos - nowNanos - burstNanos;
            if (waitNanos > waitNanosMax) return -Math.ceilDiv(waitNanos, NANOS_PER_MILLI);
            if (fullAtNanos.compareAndSet(full, start + costNanos))
                return waitNanos <= 0 ? 0 : Math.ceilDiv(waitNanos, NANOS_PER_MILLI);
        }
    }
}
