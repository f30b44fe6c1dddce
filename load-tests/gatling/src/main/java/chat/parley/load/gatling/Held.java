package chat.parley.load.gatling;

import java.util.TreeSet;

/** What one device has of one conversation. */
final class Held {
    /** What a sequence is to a device that is told of it. */
    enum Kind {
        FRESH,
        /** Had before, but asked for again. */
        KNOWN,
        REPEATED,
        /** Fresh, but one behind it came before. */
        DISORDERED,
        /** Fresh, but only as it was asked for: one behind it had come without it. */
        LEFT_OUT
    }

    /** More than that are not remembered as left out. */
    private static final int LEFT_OUT_MAX = 1_000;

    private final TreeSet<Long> ahead = new TreeSet<>();
    private final TreeSet<Long> leftOut = new TreeSet<>(); // by an event, while nothing was asked for
    private long through;
    private long lastEvent;
    private boolean isAsking; // while a sync is not answered
    private long repeatsBehind =
            Long.MAX_VALUE; // what is behind it may come once more, as it was asked for while more came
    private long holeSinceMillis;

    /** @param through it has all up to there */
    Held(long through) {
        this.through = through;
        lastEvent = through;
    }

    /** It has all up to there. */
    long through() {
        return through;
    }

    Kind event(long sequence, long nowMillis) {
        boolean mayRepeat = sequence > repeatsBehind;
        if (has(sequence)) return mayRepeat ? Kind.KNOWN : Kind.REPEATED;
        boolean isLeftOut = leftOut.remove(sequence);
        Kind kind = Kind.FRESH;
        if (sequence < lastEvent && !mayRepeat) kind = Kind.DISORDERED;
        else if (isLeftOut) kind = Kind.LEFT_OUT;
        if (!isAsking) leaveOut(sequence);
        lastEvent = Math.max(lastEvent, sequence);
        add(sequence, nowMillis);
        return kind;
    }

    /** What it lacks before that one. */
    private void leaveOut(long before) {
        for (long each = Math.max(through, lastEvent) + 1; each < before && leftOut.size() < LEFT_OUT_MAX; each++)
            if (!ahead.contains(each)) leftOut.add(each);
    }

    /** An acknowledgement counts as having the entry, and may overtake events. */
    Kind acknowledged(long sequence, long nowMillis) {
        if (has(sequence)) return Kind.REPEATED;
        leftOut.remove(sequence);
        add(sequence, nowMillis);
        return Kind.FRESH;
    }

    /** These will never come. */
    void gap(long to, long nowMillis) {
        if (to <= through) return;
        through = to;
        ahead.headSet(to, true).clear();
        leftOut.headSet(to, true).clear();
        close(nowMillis);
    }

    /** Asks on a socket of its own for all behind what it has; returns that. What it has ahead of that comes again. */
    long resume() {
        ahead.clear();
        leftOut.clear();
        lastEvent = through;
        isAsking = true;
        repeatsBehind = Long.MAX_VALUE;
        return through;
    }

    /** Asks for all behind what it has, while more comes; returns that. */
    long ask() {
        isAsking = true;
        repeatsBehind = through;
        return through;
    }

    boolean isAsking() {
        return isAsking;
    }

    /** Returns how many are missing of those that the answer went up to. */
    long answered(long sentThrough) {
        isAsking = false;
        repeatsBehind = Long.MAX_VALUE;
        lastEvent = Math.max(lastEvent, sentThrough);
        leftOut.headSet(sentThrough, true).clear();
        return missing(sentThrough);
    }

    /** How many it lacks up to there. */
    long missing(long upTo) {
        return Math.max(0, upTo - through - ahead.headSet(upTo, true).size());
    }

    boolean hasHoleOlderThan(long millis, long nowMillis) {
        return !ahead.isEmpty() && nowMillis - holeSinceMillis > millis;
    }

    private boolean has(long sequence) {
        return sequence <= through || ahead.contains(sequence);
    }

    private void add(long sequence, long nowMillis) {
        if (ahead.isEmpty()) holeSinceMillis = nowMillis;
        ahead.add(sequence);
        close(nowMillis);
    }

    private void close(long nowMillis) {
        while (!ahead.isEmpty() && ahead.first() == through + 1) {
            through = ahead.pollFirst();
            holeSinceMillis = nowMillis;
        }
    }
}
