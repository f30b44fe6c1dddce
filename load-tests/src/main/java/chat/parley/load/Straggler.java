package chat.parley.load;

import java.util.BitSet;

/** What one session that stops reading for a while has of its conversation, entry by entry, and whether it has to ask for more. */
final class Straggler {
    private final long head;
    private final BitSet held = new BitSet();
    private boolean isStopped;
    private boolean isOwed;
    private boolean isAsking;
    private int resyncs;
    private int closes;

    /** @param head what is up to it does not count */
    Straggler(long head) {
        this.head = head;
    }

    void stop(boolean stopped) {
        isStopped = stopped;
    }

    boolean isStopped() {
        return isStopped;
    }

    void hold(long sequence) {
        if (sequence > head) held.set((int) (sequence - head - 1));
    }

    /** It has everything up to here. */
    long through() {
        return head + held.nextClearBit(0);
    }

    /** How many it has not, of those up to the last that it has. */
    long holes() {
        return held.length() - held.cardinality();
    }

    /** The server says that it left something out. */
    void resync() {
        resyncs++;
        isOwed = true;
    }

    void closed() {
        closes++;
        isAsking = false;
    }

    void answered() {
        isAsking = false;
    }

    /** Whether to ask now for what is behind {@link #through}; counts as asked. */
    boolean asks() {
        if (isStopped || isAsking || !isOwed && holes() == 0) return false;
        isOwed = false;
        isAsking = true;
        return true;
    }

    int resyncs() {
        return resyncs;
    }

    /** How often the server ended its socket. */
    int closes() {
        return closes;
    }
}
