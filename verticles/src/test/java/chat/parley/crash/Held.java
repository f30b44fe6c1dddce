package chat.parley.crash;

import java.util.TreeSet;

/** What a client holds of one conversation: everything up to the cursor, and some above it. */
final class Held {
    private final TreeSet<Long> above = new TreeSet<>();
    private long cursor;
    private long known; // the last that was heard of
    private boolean member; // as the last entry says that concerns its user
    private long membershipSequence;
    private long holeSinceNanos;
    private boolean pulling;

    long cursor() {
        return cursor;
    }

    void add(long sequence, long nowNanos) {
        if (sequence <= cursor) return;
        boolean hadHole = hasHole();
        above.add(sequence);
        close();
        if (!hadHole && hasHole()) holeSinceNanos = nowNanos;
    }

    /** There is so much of it. */
    void hearOf(long head, long nowNanos) {
        boolean hadHole = hasHole();
        known = Math.max(known, head);
        if (!hadHole && hasHole()) holeSinceNanos = nowNanos;
    }

    /** By this entry its user came in or left; of one who has left there is no more. */
    void member(long sequence, boolean isIn) {
        if (!isIn) known = sequence;
        if (sequence < membershipSequence) return;
        membershipSequence = sequence;
        member = isIn;
    }

    boolean isMember() {
        return member;
    }

    /** These will never come: they count as held. */
    void skip(long from, long to) {
        if (from <= cursor + 1) {
            cursor = Math.max(cursor, to);
            above.headSet(cursor, true).clear();
            close();
        } else {
            for (long sequence = from; sequence <= to; sequence++) above.add(sequence);
        }
    }

    private void close() {
        while (!above.isEmpty() && above.first() == cursor + 1) cursor = above.removeFirst();
    }

    private boolean hasHole() {
        return !above.isEmpty() || known > cursor;
    }

    /** Acknowledgements overtake events: only what lasts is a hole. */
    boolean isHoleSince(long nanos) {
        return hasHole() && !pulling && holeSinceNanos - nanos <= 0;
    }

    /** What is missing was asked for, because of a hole. */
    void pull() {
        pulling = true;
    }

    boolean isPulling() {
        return pulling;
    }

    /** The answer is complete, or there will be none. */
    void pulled(long nowNanos) {
        pulling = false;
        holeSinceNanos = nowNanos;
    }
}
