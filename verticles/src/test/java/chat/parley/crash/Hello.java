package chat.parley.crash;

import java.util.concurrent.TimeUnit;

/**
 * The hello of one session, and whether what it asked for takes too long. A session that was in step once is never late: one that its node falls
 * silent to is another matter, and ends when it is read to its end.
 */
final class Hello {
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final long saidNanos;
    private boolean isOver;

    Hello(long nowNanos) {
        saidNanos = nowNanos;
    }

    long saidNanos() {
        return saidNanos;
    }

    /** The session is in step. Whether it never was before. */
    boolean answered() {
        boolean isFirst = !isOver;
        isOver = true;
        return isFirst;
    }

    /** Whether the session waits to be in step, for the first time. */
    boolean isOpen() {
        return !isOver;
    }

    /** Whether its session should have been in step by now and never was; said once. */
    boolean isLate(long nowNanos) {
        if (isOver || nowNanos - saidNanos <= LATE_NANOS) return false;
        isOver = true;
        return true;
    }
}
