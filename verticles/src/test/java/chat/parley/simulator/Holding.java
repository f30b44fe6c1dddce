package chat.parley.simulator;

import java.util.TreeSet;

/** What a device has of one conversation: everything up to {@code through}, and single entries beyond. */
final class Holding {
    private final TreeSet<Long> beyond = new TreeSet<>();
    private long through;
    private long known; // the highest sequence heard of
    private boolean member = true;
    private long memberSince; // the entry that said so

    long through() {
        return through;
    }

    /** Something is missing below what is known. */
    boolean hasHole() {
        return known > through;
    }

    /** The highest sequence that the device has; what is missing below it is a hole. */
    long highest() {
        return beyond.isEmpty() ? through : beyond.last();
    }

    boolean holds(long sequence) {
        return sequence <= through || beyond.contains(sequence);
    }

    void hearOf(long head) {
        known = Math.max(known, head);
    }

    void take(long sequence) {
        hearOf(sequence);
        if (sequence <= through) return;
        beyond.add(sequence);
        close();
    }

    /** These never come. */
    void skip(long from, long to) {
        if (from <= through + 1) {
            through = Math.max(through, to);
            beyond.headSet(through, true).clear();
        } else {
            for (long sequence = from; sequence <= to; sequence++) beyond.add(sequence);
        }
        hearOf(to);
        close();
    }

    private void close() {
        while (!beyond.isEmpty() && beyond.first() == through + 1) {
            through++;
            beyond.pollFirst();
        }
    }

    /** An entry says whether the user is a member behind it. */
    void member(long sequence, boolean now) {
        if (sequence < memberSince) return;
        memberSince = sequence;
        member = now;
    }

    boolean isMember() {
        return member;
    }

    @Override
    public String toString() {
        return "through " + through + " of " + known + (beyond.isEmpty() ? "" : " and " + beyond);
    }
}
