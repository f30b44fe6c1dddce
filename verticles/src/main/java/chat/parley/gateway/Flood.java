package chat.parley.gateway;

/**
 * Tells a client that is a little fast from one that does not stop: a second with very many refusals is a strike, three strikes in a
 * minute end the session.
 */
final class Flood {
    private static final int REFUSALS_A_STRIKE = 500;
    private static final int STRIKES_MAX = 3;
    private static final long SECOND = 1_000;
    private static final long MEMORY_MILLIS = 60_000;

    private long secondSince = Long.MIN_VALUE;
    private int refusals;
    private int strikes;
    private long firstStrikeAt;

    /** A frame was refused for its rate. True: that was one too many. */
    boolean refused(long nowMillis) {
        if (secondSince == Long.MIN_VALUE || nowMillis - secondSince >= SECOND) {
            secondSince = nowMillis;
            refusals = 0;
        }
        if (++refusals != REFUSALS_A_STRIKE) return false;
        if (strikes > 0 && nowMillis - firstStrikeAt > MEMORY_MILLIS) strikes = 0;
        if (strikes++ == 0) firstStrikeAt = nowMillis;
        return strikes >= STRIKES_MAX;
    }
}
