package chat.parley.gateway;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each source may do something: a steady rate with bursts. Only sources are remembered that have not their whole burst again; past
 * a bound the one that was heard of least recently is forgotten, and has its burst again. Who has so many sources is bounded by the node's own
 * rate. For all loops of a node.
 */
public final class SourceRate {
    /** A few megabytes. */
    private static final int SOURCES_MAX = 1 << 16;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** As many may be forgotten with each that comes, so that the table shrinks by itself. */
    private static final int FORGOTTEN_AT_ONCE = 2;

    private final long costNanos;
    private final long burstNanos;
    private final int sourcesMax;

    /** When each would have its whole burst again; the least recently heard of first. */
    private final Map<Long, Long> fullAtNanos = new LinkedHashMap<>(16, 0.75f, true);

    public SourceRate(int perSecond, int burst) {
        this(perSecond, burst, SOURCES_MAX);
    }

    SourceRate(int perSecond, int burst, int sourcesMax) {
        this.costNanos = NANOS_PER_SECOND / perSecond;
        this.burstNanos = burst * costNanos;
        this.sourcesMax = sourcesMax;
    }

    /** Takes one: 0. Or, if it is too much, nothing is taken, and the answer is in how many milliseconds it will not be. @param nowNanos monotonic */
    public long takeMillis(Source source, long nowNanos) {
        return source.isExempt() ? 0 : takeMillis(source.key(), nowNanos);
    }

    private synchronized long takeMillis(long key, long nowNanos) {
        forgetFull(nowNanos);
        Long full = fullAtNanos.get(key);
        long start = full != null && full - nowNanos > 0 ? full : nowNanos;
        long waitNanos = start + costNanos - nowNanos - burstNanos;
        if (waitNanos > 0) return Math.ceilDiv(waitNanos, NANOS_PER_MILLI);
        fullAtNanos.put(key, start + costNanos);
        if (fullAtNanos.size() > sourcesMax) forgetFirst();
        return 0;
    }

    /** Takes one though it is too much: what is given back is always what was taken. */
    void takeAllTheSame(Source source) {
        if (!source.isExempt()) add(source.key(), costNanos);
    }

    /** One that was taken counts nothing after all. */
    void giveBack(Source source) {
        if (!source.isExempt()) add(source.key(), -costNanos);
    }

    private synchronized void add(long key, long nanos) {
        fullAtNanos.computeIfPresent(key, (its, full) -> full + nanos);
    }

    /** Sources that are remembered. */
    synchronized int size() {
        return fullAtNanos.size();
    }

    private void forgetFull(long nowNanos) {
        Iterator<Long> first = fullAtNanos.values().iterator();
        for (int i = 0; i < FORGOTTEN_AT_ONCE && first.hasNext() && first.next() - nowNanos <= 0; i++) first.remove();
    }

    private void forgetFirst() {
        Iterator<Long> first = fullAtNanos.values().iterator();
        first.next();
        first.remove();
    }
}
