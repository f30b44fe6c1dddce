package chat.parley.consumers;

import chat.parley.store.EventCursor;
import chat.parley.store.EventRecord;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A consumer that makes of the event log what every conversation says, and complains of what cannot be. It keeps its position with what it makes, as
 * one does that must not do a thing twice; it may be read from any thread.
 */
public final class Rebuilding implements EventHandler {
    private final Map<String, List<Long>> sequences = new TreeMap<>();
    private final Map<Integer, EventCursor> done = new HashMap<>();
    private final List<EventRecord.Missing> missing = new ArrayList<>();
    private long handled;
    private long repeated;

    @Override
    public synchronized Future<Map<Integer, EventCursor>> done(Set<Integer> shards) {
        Map<Integer, EventCursor> its = new HashMap<>(done);
        its.keySet().retainAll(shards);
        return Future.succeededFuture(its);
    }

    @Override
    public synchronized Future<Void> handle(List<EventRecord> records) {
        for (EventRecord record : records) {
            handled++;
            EventCursor cursor = done.get(record.shard());
            long seen = cursor == null ? 0 : cursor.position();
            if (record.position() <= seen) {
                repeated++;
                continue;
            }
            if (record.first() != seen + 1) return Future.failedFuture("a hole behind " + seen + ": " + record);
            done.put(record.shard(), new EventCursor(record.incarnation(), record.position()));
            switch (record) {
                case EventRecord.Placed placed ->
                    sequences
                            .computeIfAbsent(placed.conversationId().value(), any -> new ArrayList<>())
                            .add(placed.sequence());
                case EventRecord.Missing gap -> missing.add(gap);
            }
        }
        return Future.succeededFuture();
    }

    /** Of each conversation, in the order in which they came. */
    public synchronized Map<String, List<Long>> sequences() {
        Map<String, List<Long>> copy = new TreeMap<>();
        sequences.forEach((conversation, its) -> copy.put(conversation, List.copyOf(its)));
        return copy;
    }

    public synchronized List<EventRecord.Missing> missing() {
        return List.copyOf(missing);
    }

    /** How many records came. */
    public synchronized long handled() {
        return handled;
    }

    /** How many of them had come before. */
    public synchronized long repeated() {
        return repeated;
    }

    /** How many entries there are. */
    public synchronized long entries() {
        return sequences.values().stream().mapToLong(List::size).sum();
    }
}
