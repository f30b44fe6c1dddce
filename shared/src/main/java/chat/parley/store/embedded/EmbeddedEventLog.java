package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.store.EventCursor;
import chat.parley.store.EventLog;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.EventRows;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The logs themselves, for consumers in this process; each shard is a part. What they save is in rows of its own. What an open one has not
 * saved as seen is not removed with age; to one that was closed for longer than that it comes as missing.
 */
final class EmbeddedEventLog implements EventLog {
    private static final int ROWS_MAX = 500;

    private final EmbeddedLog log;
    private final EventRows rows;
    private final Readers readers;
    private final Writer writer;
    private final Set<Reader> open = ConcurrentHashMap.newKeySet();

    EmbeddedEventLog(EmbeddedLog log, Readers readers, Writer writer) {
        this.log = log;
        this.rows = new EventRows(log);
        this.readers = readers;
        this.writer = writer;
    }

    @Override
    public int parts() {
        return ConversationId.SHARDS;
    }

    @Override
    public Future<EventReader> read(String consumer, Collection<Integer> parts) {
        List<Integer> shards = List.copyOf(parts);
        return readers.read(null, rocks -> {
            Map<Integer, EventCursor> saved = new TreeMap<>();
            for (int shard : shards) {
                byte[] row = rocks.get(Family.META, Keys.consumer(consumer, shard));
                if (row != null) saved.put(shard, cursor(row));
            }
            Reader reader = new Reader(consumer, shards, saved);
            open.add(reader);
            return reader;
        });
    }

    static byte[] encoded(EventCursor cursor) {
        return new ByteWriter(16)
                .putVar(cursor.incarnation())
                .putVar(cursor.position())
                .toBytes();
    }

    static EventCursor cursor(byte[] row) {
        var in = new ByteReader(row);
        return new EventCursor(in.getVar(), in.getVar());
    }

    /** Up to where all who read the shard now have seen it. */
    long readThrough(int shard) {
        long through = Long.MAX_VALUE;
        for (Reader reader : open) through = Math.min(through, reader.savedThrough.getOrDefault(shard, Long.MAX_VALUE));
        return through;
    }

    private final class Reader implements EventReader {
        private final String consumer;
        private final Map<Integer, EventCursor> saved;
        private final Map<Integer, Long> given = new TreeMap<>();
        private final Map<Integer, Long> savedThrough = new ConcurrentHashMap<>();
        private int turn;

        Reader(String consumer, List<Integer> shards, Map<Integer, EventCursor> saved) {
            this.consumer = consumer;
            this.saved = saved;
            for (int shard : shards) {
                EventCursor cursor = saved.get(shard);
                boolean isOfThisLife = cursor != null && cursor.incarnation() == log.incarnation();
                given.put(shard, cursor != null && isOfThisLife ? cursor.position() : 0L);
            }
            savedThrough.putAll(given);
        }

        @Override
        public Map<Integer, EventCursor> saved() {
            return saved;
        }

        /** Of one shard at a time, in turn. */
        @Override
        public Future<List<EventRecord>> next() {
            List<Integer> shards = new ArrayList<>(given.keySet());
            for (int i = 0; i < shards.size(); i++) {
                int shard = shards.get((turn + i) % shards.size());
                if (writer.lastPosition(shard) <= given.getOrDefault(shard, 0L)) continue;
                turn = (turn + i + 1) % shards.size();
                return rows.read(shard, given.getOrDefault(shard, 0L), ROWS_MAX).onSuccess(records -> {
                    if (!records.isEmpty()) given.put(shard, records.getLast().position());
                });
            }
            return Future.succeededFuture(List.of());
        }

        @Override
        public Future<Void> save(Map<Integer, EventCursor> cursors) {
            Map<Integer, EventCursor> its = Map.copyOf(cursors);
            Future<Boolean> done = writer.write(0, commit -> {
                its.forEach(
                        (shard, cursor) -> commit.put(Family.META, Keys.consumer(consumer, shard), encoded(cursor)));
                return true;
            });
            return done.<Void>mapEmpty()
                    .onSuccess(saved -> its.forEach((shard, cursor) -> savedThrough.put(shard, cursor.position())));
        }

        @Override
        public Future<Long> lag() {
            long lag = 0;
            for (Map.Entry<Integer, Long> each : given.entrySet())
                lag += Math.max(0, writer.lastPosition(each.getKey()) - each.getValue());
            return Future.succeededFuture(lag);
        }

        @Override
        public Future<Void> close() {
            open.remove(this);
            return Future.succeededFuture();
        }
    }
}
