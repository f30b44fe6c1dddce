package chat.parley.bus;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What came from other nodes and cannot be read: counts it, and says so at once and then in one line a minute at most. For all threads. */
public final class Unreadable {
    private static final Logger LOG = LoggerFactory.getLogger(Unreadable.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private long count;
    private long said; // of them
    private long saidAt;

    public Unreadable(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** How many there were since the start. */
    public synchronized long count() {
        return count;
    }

    synchronized void refuse(String address, IllegalArgumentException why) {
        count++;
        long now = nanoTime.getAsLong();
        if (said > 0 && now - saidAt < QUIET_NANOS) return;
        LOG.warn(
                "refused {} messages of other nodes that cannot be read, the last of them to {}: {}. Who waits for an"
                    + " answer is told so; entries that were in them are found by heads. Do all nodes run neighbouring"
                    + " versions?",
                count - said,
                address,
                why.getMessage());
        said = count;
        saidAt = now;
    }
}
