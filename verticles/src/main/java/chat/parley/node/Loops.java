package chat.parley.node;

import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something waits for its turn on the event loops of a node: tried on each of them twice a second, from a thread of its own, so that a loop that is
 * blocked is seen, too.
 */
final class Loops implements AutoCloseable {
    private static final int TRY_MILLIS = 500;
    private static final int TRIES_KEPT = 20;

    /** Longer than a collection of garbage takes, and what a loop does at once on a machine that does much else. */
    private static final int BLOCKED_MILLIS = 5_000;

    private final List<Tried> all = new ArrayList<>();
    private final Histogram seconds = Histogram.ofSeconds();
    private final ScheduledExecutorService thread;
    private int tries;

    private final int blockedMillis;

    Loops(EventExecutorGroup loops) {
        this(loops, BLOCKED_MILLIS);
    }

    /** @param blockedMillis after which a loop that has not turned counts as blocked */
    Loops(EventExecutorGroup loops, int blockedMillis) {
        this.blockedMillis = blockedMillis;
        for (EventExecutor loop : loops) all.add(new Tried(loop));
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "parley-loops");
            made.setDaemon(true);
            return made;
        });
        thread.scheduleAtFixedRate(this::tryAll, 0, TRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tryAll() {
        int slot = tries++ % TRIES_KEPT;
        for (Tried each : all) each.once(slot);
    }

    /** The longest wait of the last 10 s, in nanoseconds; of a loop that is blocked, until now. */
    long longestNanos() {
        return all.stream().mapToLong(Tried::longestNanos).max().orElse(0);
    }

    /** Of each loop that is blocked, which, and for how long. */
    List<String> blocked() {
        List<String> blocked = new ArrayList<>(0);
        for (int i = 0; i < all.size(); i++) {
            long millis = TimeUnit.NANOSECONDS.toMillis(all.get(i).waitsNanos());
            if (millis >= blockedMillis) blocked.add("loop " + i + " has not turned for " + millis + " ms");
        }
        return blocked;
    }

    Figures figures() {
        Figures figures = new Figures().spread(Metric.LOOP_DELAY_SECONDS, seconds);
        for (int i = 0; i < all.size(); i++) {
            Tried its = all.get(i);
            figures.level(Metric.LOOP_DELAY_MAX, String.valueOf(i), () -> its.longestNanos() / 1e9);
        }
        return figures;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private final class Tried {
        private final EventExecutor loop;
        private final AtomicLongArray waited = new AtomicLongArray(TRIES_KEPT);
        private volatile boolean isWaiting;
        private volatile long sinceNanos;

        Tried(EventExecutor loop) {
            this.loop = loop;
        }

        void once(int slot) {
            waited.set(slot, 0);
            if (isWaiting) return;
            sinceNanos = System.nanoTime();
            isWaiting = true;
            try {
                loop.execute(() -> {
                    long nanos = System.nanoTime() - sinceNanos;
                    isWaiting = false;
                    waited.set(slot, nanos);
                    seconds.record(nanos);
                });
            } catch (RejectedExecutionException ends) {
                isWaiting = false;
            }
        }

        long waitsNanos() {
            return isWaiting ? System.nanoTime() - sinceNanos : 0;
        }

        long longestNanos() {
            long longest = waitsNanos();
            for (int i = 0; i < TRIES_KEPT; i++) longest = Math.max(longest, waited.get(i));
            return longest;
        }
    }
}
