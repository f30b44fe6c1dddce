package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.store.ShardCursors;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Removes rows from the logs: those that are old enough, behind all cursors, and not the last of their shard, which says where the
 * shard's head is. The exported cursor is one of them if the log is exported; what consumers have not read yet stays as long as they are open.
 */
final class Trimming {
    private final EmbeddedOptions options;
    private final Readers readers;
    private final Writer writer;
    private final EmbeddedEventLog events;

    /** Rows of a shard from {@code from} on and before {@code to}. */
    private record Range(byte[] from, byte[] to) {}

    Trimming(EmbeddedOptions options, Readers readers, Writer writer, EmbeddedEventLog events) {
        this.options = options;
        this.readers = readers;
        this.writer = writer;
        this.events = events;
    }

    /** Completes with the number of shards that rows were removed from. */
    Future<Integer> run() {
        return readers.read(null, this::ranges)
                .compose(this::remove)
                .compose(removed -> readers.read(null, rocks -> {
                    rocks.flush(); // or a write-ahead log would live, with bodies long erased, until enough else was
                    // written
                    return removed;
                }));
    }

    private Future<Integer> remove(List<Range> ranges) {
        if (ranges.isEmpty()) return Future.succeededFuture(0);
        return writer.write(0, commit -> {
            for (Range range : ranges) commit.rows().deleteRange(Family.LOG, range.from, range.to);
            return ranges.size();
        });
    }

    private List<Range> ranges(Rocks rocks) throws RocksDBException {
        long before = options.clock().millis() - options.logKept().toMillis();
        List<Range> ranges = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            ShardCursors cursors = EmbeddedLog.savedCursors(rocks.get(Family.META, Keys.cursors(shard)));
            long head = EmbeddedLog.storedHead(rocks, shard).position();
            long projected = options.deferredProjections() ? cursors.projected() : head;
            long exported = options.exported() ? cursors.exported() : head;
            long through = Math.min(Math.min(projected, cursors.fannedOut()), head - 1);
            through = Math.min(through, Math.min(exported, events.readThrough(shard)));
            Range range = range(rocks, shard, through, before);
            if (range != null) ranges.add(range);
        }
        return ranges;
    }

    /** Rows are in the order of their times, so halving finds the first that stays. */
    private static @Nullable Range range(Rocks rocks, int shard, long through, long before) throws RocksDBException {
        try (RocksIterator rows = rocks.iterator(Family.LOG)) {
            rows.seek(Keys.log(shard, 0));
            if (!goes(rows, shard, through, before)) return null;
            byte[] from = rows.key();
            long goes = Keys.positionOfLog(from);
            long stays = through + 1;
            while (stays - goes > 1) {
                long middle = goes + (stays - goes) / 2;
                rows.seek(Keys.log(shard, middle));
                if (goes(rows, shard, through, before)) goes = Math.max(middle, Keys.positionOfLog(rows.key()));
                else stays = middle;
            }
            return new Range(from, Keys.log(shard, goes + 1));
        }
    }

    private static boolean goes(RocksIterator rows, int shard, long through, long before) throws RocksDBException {
        if (!rows.isValid()) {
            rows.status();
            return false;
        }
        byte[] key = rows.key();
        if (Keys.shardOfLog(key) != shard || Keys.positionOfLog(key) > through) return false;
        return LogRows.read(rows.value()).storedAt() < before;
    }
}
