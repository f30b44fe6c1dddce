package chat.parley.load;

import java.util.concurrent.TimeUnit;

/**
 * Every send that is on its way: who has to get it still, and whether it is acknowledged. Done once both are complete; the
 * place is then used again under its next generation, so that a late or repeated answer is known for one.
 */
final class Sends {
    /** Told that a send is done, or given up, by the lane it was made on. */
    interface Lane {
        void next(int lane);
    }

    /** The lane of a send that nothing follows. */
    static final int NO_LANE = -1;

    private static final int SENDS_MAX = 1 << 20;
    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final int[] generations = new int[SENDS_MAX];
    private final int[] readersLeft = new int[SENDS_MAX];
    private final int[] lanes = new int[SENDS_MAX];
    private final long[] sentAt = new long[SENDS_MAX];
    private final boolean[] onItsWay = new boolean[SENDS_MAX];
    private final boolean[] acked = new boolean[SENDS_MAX];
    private final int[] free = new int[SENDS_MAX];
    private int freeCount;
    private final Window window;
    private Lane after = lane -> {};

    Sends(Window window) {
        this.window = window;
        for (int slot = SENDS_MAX; slot > 0; slot--) free[freeCount++] = slot - 1;
    }

    /** Who hears of what is done; {@code lane -> {}} ends a closed loop. */
    void after(Lane lane) {
        after = lane;
    }

    /** A send of this moment, for {@code readers} others. */
    void send(Session from, int lane, int readers, long nanos) {
        if (freeCount == 0) {
            window.lost();
            return;
        }
        int slot = free[--freeCount];
        generations[slot]++;
        readersLeft[slot] = readers;
        lanes[slot] = lane;
        sentAt[slot] = nanos;
        onItsWay[slot] = true;
        acked[slot] = false;
        window.sends++;
        from.send(slot, generations[slot]);
    }

    void ack(int slot, int generation) {
        if (!isOnItsWay(slot, generation)) return;
        if (acked[slot]) {
            window.duplicate();
            return;
        }
        acked[slot] = true;
        window.ack(System.nanoTime() - sentAt[slot]);
        if (readersLeft[slot] == 0) done(slot);
    }

    void delivery(int slot, int generation) {
        if (!isOnItsWay(slot, generation)) return;
        if (readersLeft[slot] == 0) {
            window.duplicate();
            return;
        }
        long nanos = System.nanoTime() - sentAt[slot];
        window.delivery(nanos);
        if (--readersLeft[slot] > 0) return;
        window.lastDelivery(nanos);
        if (acked[slot]) done(slot);
    }

    int underWay() {
        return SENDS_MAX - freeCount;
    }

    /** What has been under way for too long is lost; its lane goes on. */
    void giveUpOld() {
        long limit = System.nanoTime() - GIVEN_UP_NANOS;
        for (int slot = 0; slot < SENDS_MAX; slot++) {
            if (!onItsWay[slot] || sentAt[slot] - limit >= 0) continue;
            window.lost();
            release(slot);
        }
    }

    private boolean isOnItsWay(int slot, int generation) {
        boolean is = slot >= 0 && slot < SENDS_MAX && onItsWay[slot] && generations[slot] == generation;
        if (!is) window.late();
        return is;
    }

    private void done(int slot) {
        window.done++;
        release(slot);
    }

    private void release(int slot) {
        onItsWay[slot] = false;
        free[freeCount++] = slot;
        if (lanes[slot] != NO_LANE) after.next(lanes[slot]);
    }
}
