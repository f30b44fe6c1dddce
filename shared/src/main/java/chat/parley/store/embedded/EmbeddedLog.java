package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Damaged;
import chat.parley.store.History.EntryKey;
import chat.parley.store.LogRow;
import chat.parley.store.Projection;
import chat.parley.store.Projections;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** The log, and the tables that follow from it: with the append, or deferred until {@link #project}. */
final class EmbeddedLog implements ShardLog, Projections {
    private static final int READ_BYTES_MAX = 1 << 20;
    private static final Appended DONE = new Appended.Done();

    private final EmbeddedOptions options;
    private final Format format;
    private final Readers readers;
    private final Writer writer;
    private final ByteWriter key = new ByteWriter(64); // of the writer's thread, like value
    private final ByteWriter value = new ByteWriter(4096);

    EmbeddedLog(EmbeddedOptions options, Format format, Readers readers, Writer writer) {
        this.options = options;
        this.format = format;
        this.readers = readers;
        this.writer = writer;
    }

    @Override
    public Future<Appended> append(Batch batch) {
        int bytes = 0;
        for (Entry entry : batch.entries()) bytes += EntryCodec.sizeOf(entry);
        return writer.write(bytes, commit -> append(batch, commit));
    }

    private Appended append(Batch batch, Commit commit) throws RocksDBException {
        ShardHead head = commit.head(batch.shard());
        boolean isNext = head.position() == batch.expected()
                && head.epoch() == batch.epoch()
                && head.owner().equals(batch.owner());
        if (!isNext) return new Appended.Lost(head);
        key.clear().putByte(batch.shard()).putLong(batch.lastPosition());
        LogRows.write(batch, options.clock().millis(), options.deferredProjections(), value.clear());
        commit.rows().put(Family.LOG, key, value);
        if (!options.deferredProjections()) {
            for (Entry entry : batch.entries()) project(entry, commit);
        }
        commit.head(new ShardHead(batch.shard(), batch.lastPosition(), head.epoch(), head.owner(), batch.id()));
        commit.sync();
        return DONE;
    }

    private void project(Entry entry, Commit commit) throws RocksDBException {
        for (Projection.Row row : rowsOf(entry)) writer.tables().apply(row, entry.position(), commit);
    }

    private static List<Projection.Row> rowsOf(Entry entry) {
        List<Projection.Row> rows = new ArrayList<>(4);
        Projection.of(entry, rows::add);
        return rows;
    }

    @Override
    public Future<Void> project(int shard, List<Entry> entries) {
        if (!options.deferredProjections()) return Future.succeededFuture();
        Future<Boolean> projected = writer.alone(0, nothing -> {
            for (Entry entry : entries) {
                for (Projection.Row row : rowsOf(entry)) {
                    options.betweenRows().run();
                    writer.writeNow(false, commit -> {
                        writer.tables().apply(row, entry.position(), commit);
                        return true;
                    });
                }
            }
            options.betweenRows().run();
            writer.syncNow();
            return true;
        });
        return projected.mapEmpty();
    }

    @Override
    public Future<ShardHead> head(int shard) {
        try {
            return Future.succeededFuture(writer.head(shard));
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<Appended> takeOver(ShardHead seen, String owner) {
        return writer.write(0, commit -> {
            ShardHead head = commit.head(seen.shard());
            if (!head.equals(seen)) return new Appended.Lost(head);
            var taken = new ShardHead(seen.shard(), seen.position(), seen.epoch() + 1, owner, seen.batchId());
            commit.head(taken);
            commit.put(Family.META, Keys.owner(taken.shard()), encodedOwner(taken));
            commit.sync();
            return DONE;
        });
    }

    private static byte[] encodedOwner(ShardHead head) {
        return new ByteWriter(64).putVar(head.epoch()).putString(head.owner()).toBytes();
    }

    /** The head as the database has it: owner and epoch in a row of their own, position and batch in the last row of the log. */
    static ShardHead storedHead(Rocks rocks, int shard) throws RocksDBException {
        long epoch = 0;
        String owner = "";
        byte[] ownerRow = rocks.get(Family.META, Keys.owner(shard));
        if (ownerRow != null) {
            var in = new ByteReader(ownerRow);
            epoch = in.getVar();
            owner = in.getString();
        }
        try (RocksIterator last = rocks.iterator(Family.LOG)) {
            last.seekForPrev(Keys.log(shard, Long.MAX_VALUE));
            if (!last.isValid()) last.status();
            if (!last.isValid() || Keys.shardOfLog(last.key()) != shard) {
                return new ShardHead(shard, 0, epoch, owner, BatchId.NONE);
            }
            return new ShardHead(
                    shard,
                    Keys.positionOfLog(last.key()),
                    epoch,
                    owner,
                    LogRows.read(last.value()).batchId());
        }
    }

    @Override
    public Future<List<LogRow>> read(int shard, long after, int rowsMax) {
        return readers.read(null, rocks -> {
            List<LogRow> found = new ArrayList<>();
            long next = after + 1;
            int bytes = 0;
            try (RocksIterator rows = rocks.iterator(Family.LOG)) {
                for (rows.seek(Keys.log(shard, next));
                        rows.isValid() && found.size() < rowsMax && bytes < READ_BYTES_MAX;
                        rows.next()) {
                    if (Keys.shardOfLog(rows.key()) != shard) break;
                    LogRows.Row row = LogRows.read(rows.value());
                    long first = Keys.positionOfLog(rows.key()) - row.count() + 1;
                    if (first > next) throw missing(shard, next);
                    int from = (int) (next - first);
                    int to = Math.min(row.count(), from + rowsMax - found.size());
                    for (Entry entry : entries(rocks, shard, first, row, from, to)) {
                        found.add(new LogRow(entry, row.batchId()));
                        bytes += EntryCodec.sizeOf(entry);
                        next++;
                    }
                }
                rows.status();
            }
            if (found.isEmpty() && after < storedHead(rocks, shard).position()) throw missing(shard, next);
            return found;
        });
    }

    /** Those of a row from one index to before another: of a batch only what is damaged cannot be read. */
    private static List<Entry> entries(Rocks rocks, int shard, long first, LogRows.Row row, int from, int to)
            throws RocksDBException {
        List<Entry> entries = new ArrayList<>(to - from);
        if (!row.entries().isEmpty()) {
            entries.addAll(row.entries().subList(from, to));
        } else {
            List<byte[]> keys = new ArrayList<>(to - from);
            for (EntryKey name : row.names().subList(from, to))
                keys.add(Keys.history(name.conversationId(), name.sequence()));
            List<byte @Nullable []> found = rocks.get(Family.HISTORY, keys);
            for (int i = 0; i < keys.size(); i++) {
                byte[] entry = found.get(i);
                ConversationId conversation = row.names().get(from + i).conversationId();
                if (entry == null)
                    throw new Damaged(conversation, "entry at position " + (first + from + i) + " is missing");
                entries.add(EntryCodec.decode(entry));
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).position() != first + from + i) throw missing(shard, first + from + i);
        }
        return entries;
    }

    private static Damaged missing(int shard, long position) {
        return new Damaged(null, "the log of shard " + shard + " has no row of position " + position);
    }

    @Override
    public Future<Long> trimmed(int shard) {
        return readers.read(null, rocks -> {
            try (RocksIterator rows = rocks.iterator(Family.LOG)) {
                rows.seek(Keys.log(shard, 0));
                if (!rows.isValid()) rows.status();
                if (!rows.isValid() || Keys.shardOfLog(rows.key()) != shard) return 0L;
                return Keys.positionOfLog(rows.key())
                        - LogRows.read(rows.value()).count();
            }
        });
    }

    @Override
    public Future<ShardCursors> cursors(int shard) {
        return readers.read(null, rocks -> {
            ShardCursors saved = savedCursors(rocks.get(Family.META, Keys.cursors(shard)));
            if (options.deferredProjections()) return saved;
            return new ShardCursors(storedHead(rocks, shard).position(), saved.fannedOut(), saved.exported());
        });
    }

    @Override
    public Future<Void> saveCursors(Map<Integer, ShardCursors> byShard) {
        Future<Boolean> saved = writer.write(0, commit -> {
            for (Map.Entry<Integer, ShardCursors> each : byShard.entrySet()) {
                byte[] key = Keys.cursors(each.getKey());
                ShardCursors merged = higher(savedCursors(commit.get(Family.META, key)), each.getValue());
                commit.put(Family.META, key, encoded(merged));
            }
            return true;
        });
        return saved.mapEmpty();
    }

    static ShardCursors savedCursors(byte @Nullable [] row) {
        if (row == null) return ShardCursors.NONE;
        var in = new ByteReader(row);
        return new ShardCursors(in.getVar(), in.getVar(), in.getVar());
    }

    private static byte[] encoded(ShardCursors cursors) {
        return new ByteWriter(32)
                .putVar(cursors.projected())
                .putVar(cursors.fannedOut())
                .putVar(cursors.exported())
                .toBytes();
    }

    private static ShardCursors higher(ShardCursors one, ShardCursors other) {
        return new ShardCursors(
                Math.max(one.projected(), other.projected()),
                Math.max(one.fannedOut(), other.fannedOut()),
                Math.max(one.exported(), other.exported()));
    }

    @Override
    public Future<String> remember(String name, String value) {
        byte[] key = Keys.remembered(name);
        return writer.write(0, commit -> {
            byte[] there = commit.get(Family.META, key);
            if (there != null) return new ByteReader(there).getString();
            commit.put(Family.META, key, new ByteWriter(64).putString(value).toBytes());
            commit.sync();
            return value;
        });
    }

    @Override
    public long incarnation() {
        return format.incarnation();
    }

    @Override
    public byte[] digestKey() {
        return format.digestKey().clone();
    }
}
