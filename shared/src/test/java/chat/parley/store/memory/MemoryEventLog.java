package chat.parley.store.memory;

import chat.parley.store.EventCursor;
import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An event log to which shards are brought, in one place: it keeps what it is given, in that order. Not for several threads. */
public final class MemoryEventLog {
    private static final int RECORDS_MAX = 100;

    private final int parts;
    private final Map<Integer, List<EventRecord>> records = new TreeMap<>();
    private final Map<String, Saved> saved = new TreeMap<>();

    private record Saved(int offset, Map<Integer, EventCursor> cursors) {}

    public MemoryEventLog(int parts) {
        this.parts = parts;
    }

    /** The way into it as one process has it. */
    public EventExport export(Weather weather) {
        return (shard, added) -> {
            List<EventRecord> copy = List.copyOf(added);
            return weather.<Object>write(() -> {
                        records.computeIfAbsent(shard % parts, any -> new ArrayList<>())
                                .addAll(copy);
                        return copy.size();
                    })
                    .mapEmpty();
        };
    }

    /** All that a part was given. */
    public List<EventRecord> records(int part) {
        return Collections.unmodifiableList(records.getOrDefault(part, List.of()));
    }

    /** Forgets what it was given: from the index on and before the other. */
    public void lose(int part, int from, int to) {
        records.get(part).subList(from, to).clear();
    }

    public EventLog log() {
        return new EventLog() {
            @Override
            public int parts() {
                return parts;
            }

            @Override
            public Future<EventReader> read(String consumer, Collection<Integer> its) {
                return Future.succeededFuture(new Reader(consumer, its));
            }
        };
    }

    private final class Reader implements EventReader {
        private final String consumer;
        private final Map<Integer, Integer> given = new TreeMap<>();
        private final Map<Integer, EventCursor> seen = new TreeMap<>();

        Reader(String consumer, Collection<Integer> parts) {
            this.consumer = consumer;
            for (int part : parts) {
                Saved its = saved.getOrDefault(consumer + part, new Saved(0, Map.of()));
                given.put(part, its.offset);
                seen.putAll(its.cursors);
            }
        }

        @Override
        public Map<Integer, EventCursor> saved() {
            return seen;
        }

        @Override
        public Future<List<EventRecord>> next() {
            List<EventRecord> next = new ArrayList<>();
            given.replaceAll((part, offset) -> {
                List<EventRecord> all = records(part);
                List<EventRecord> some = all.subList(offset, Math.min(all.size(), offset + RECORDS_MAX));
                next.addAll(some);
                return offset + some.size();
            });
            return Future.succeededFuture(next);
        }

        @Override
        public Future<Void> save(Map<Integer, EventCursor> cursors) {
            given.forEach((part, offset) -> {
                Map<Integer, EventCursor> its = new TreeMap<>(cursors);
                its.keySet().removeIf(shard -> shard % parts != part);
                saved.put(consumer + part, new Saved(offset, its));
            });
            return Future.succeededFuture();
        }

        @Override
        public Future<Long> lag() {
            long lag = 0;
            for (Map.Entry<Integer, Integer> each : given.entrySet())
                lag += records(each.getKey()).size() - each.getValue();
            return Future.succeededFuture(lag);
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }
}
