package chat.parley.gateway;

/** An allowance that refills with time, up to a burst. Told the time (monotonic milliseconds), it says whether a cost fits. */
public final class TokenBucket {
    private static final long PARTS = 1_000; // of a token: the rate per second is one of parts per millisecond

    private final int perSecond;
    private final int burst;
    private long parts;
    private long at;

    public TokenBucket(int perSecond, int burst, long nowMillis) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.parts = burst * PARTS;
        this.at = nowMillis;
    }

    /** Takes the cost if it fits: 0. Else takes nothing and says in how many milliseconds it will fit. */
    public long take(int cost, long nowMillis) {
        if (nowMillis > at) {
            long elapsed = Math.min(nowMillis - at, burst * PARTS / perSecond + 1);
            parts = Math.min(burst * PARTS, parts + elapsed * perSecond);
            at = nowMillis;
        }
        long wanted = Math.min(cost, burst) * PARTS;
        if (parts >= wanted) {
            parts -= wanted;
            return 0;
        }
        return (wanted - parts + perSecond - 1) / perSecond;
    }

    /** Gives back what a step taken elsewhere did not need. */
    void giveBack(int cost) {
        parts = Math.min(burst * PARTS, parts + cost * PARTS);
    }
}
