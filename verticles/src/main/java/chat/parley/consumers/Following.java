package chat.parley.consumers;

import chat.parley.store.EventCursor;
import chat.parley.store.EventRecord;
import java.util.Map;
import java.util.TreeMap;

/** How far a consumer has come in each shard, and what a record means to it. */
final class Following {
    private final Map<Integer, EventCursor> cursors = new TreeMap<>();
    private long repeats;
    private long holes;

    /** What a record is. */
    enum Sight {
        /** The next one. */
        NEXT,
        /** Seen before. */
        REPEAT,
        /** One that others were to come before. */
        BEYOND
    }

    Following(Map<Integer, EventCursor> saved) {
        cursors.putAll(saved);
    }

    /**
     * A record of another life of the data is the next one, wherever that life begins: what it was restored from had been seen, or never will be.
     * Nothing is known of a shard at first: then its log begins at 1.
     */
    Sight look(EventRecord record) {
        EventCursor cursor = cursors.get(record.shard());
        if (cursor != null && cursor.incarnation() != record.incarnation()) return Sight.NEXT;
        long seen = cursor == null ? 0 : cursor.position();
        if (record.position() <= seen) {
            repeats++;
            return Sight.REPEAT;
        }
        if (record.first() <= seen + 1) return Sight.NEXT;
        holes++;
        return Sight.BEYOND;
    }

    /** The last position that was seen in the shard. */
    long seen(int shard) {
        EventCursor cursor = cursors.get(shard);
        return cursor == null ? 0 : cursor.position();
    }

    /** It is on its way to the handler, which gets no other before it. */
    void pass(EventRecord record) {
        cursors.put(record.shard(), new EventCursor(record.incarnation(), record.position()));
    }

    /** Of each shard of which anything was seen. */
    Map<Integer, EventCursor> cursors() {
        return Map.copyOf(cursors);
    }

    long repeats() {
        return repeats;
    }

    long holes() {
        return holes;
    }
}
