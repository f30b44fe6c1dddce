package chat.parley.store.cassandra;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.BatchId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.NewBackup;
import chat.parley.store.backup.Progress;
import chat.parley.store.backup.RowsReader;
import chat.parley.store.backup.RowsWriter;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The logs in a backup: of each shard its rows without a hole, up to a head that was read serially. They come back into the partitions that they
 * would be in if each had been a batch of its own; what such a partition says of the head is stamped so low that whatever a node writes is later.
 */
final class CopiedLogs {
    private static final String FILE = "shard_log.rows.gz";
    private static final List<String> COLUMNS = List.of("shard", "position", "batch_id", "entry");
    private static final int ROWS_MAX = 500;
    private static final long OLDEST = 1;
    private static final int TRIMMED_TRIES = 5;
    private static final long TRIMMED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Connection connection;
    private final Requests requests;
    private final CassandraLog log;
    private final CassandraProjections projections;
    private final long partitionRows;
    private final Asking asking;

    CopiedLogs(Connection connection, Requests requests, Format format) throws CannotOpen {
        this.connection = connection;
        this.requests = requests;
        log = new CassandraLog(connection, requests, format);
        projections = new CassandraProjections(connection, requests, format.incarnation());
        partitionRows = format.partitionRows();
        asking = new Asking(connection);
    }

    /** What is known of a shard. @param trimmed rows up to this position are not there */
    record Shard(ShardHead head, long trimmed, ShardCursors cursors) {
        int number() {
            return head.shard();
        }
    }

    List<ShardCursors> cursors() throws BackupTrouble {
        List<ShardCursors> all = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            int its = shard;
            all.add(asking.ask(() -> log.cursors(its)));
        }
        return all;
    }

    /** @param behind gets each entry behind the projected cursor */
    List<Shard> save(List<ShardCursors> cursors, NewBackup backup, Consumer<Entry> behind, Progress progress)
            throws BackupTrouble, IOException {
        List<Shard> shards = new ArrayList<>();
        progress.begin("shard_log", 0);
        try (RowsWriter out = new RowsWriter(backup.file(FILE), COLUMNS)) {
            for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
                shards.add(save(shard, cursors.get(shard), out, behind, progress));
            }
        }
        return shards;
    }

    /** What is removed with age while it is read counts as removed before; its rows that were read already are passed over by {@link #load}. */
    private Shard save(int shard, ShardCursors cursors, RowsWriter out, Consumer<Entry> behind, Progress progress)
            throws BackupTrouble, IOException {
        ShardHead head = asking.ask(() -> log.head(shard));
        for (long trimmed = trimmed(shard, cursors); ; ) {
            var copied = new Shard(head, trimmed, cursors);
            long[] read = {trimmed};
            try {
                read(copied, trimmed, row -> {
                    out.add(values(shard, row));
                    read[0] = row.entry().position();
                    if (read[0] > cursors.projected()) behind.accept(row.entry());
                    progress.add(1);
                });
                return copied;
            } catch (BackupTrouble trouble) {
                if (!(trouble.getCause() instanceof Damaged)) throw trouble;
                trimmed = trimmedBehind(read[0], shard, cursors, trouble);
            }
        }
    }

    private long trimmed(int shard, ShardCursors cursors) throws BackupTrouble {
        long trimmed = asking.ask(() -> log.trimmed(shard));
        if (trimmed > cursors.projected())
            throw new BackupTrouble("The log of shard " + shard + " in the keyspace " + connection.keyspace()
                    + " was removed with age faster than it was backed up; try again.");
        return trimmed;
    }

    /** A partition is emptied before that is said. @param hole what is thrown if it is not said within a few seconds */
    private long trimmedBehind(long position, int shard, ShardCursors cursors, BackupTrouble hole)
            throws BackupTrouble {
        for (int i = 0; i < TRIMMED_TRIES; i++) {
            long trimmed = trimmed(shard, cursors);
            if (trimmed > position) return trimmed;
            LockSupport.parkNanos(TRIMMED_PAUSE_NANOS);
        }
        throw hole;
    }

    /** Something done with a row. */
    private interface Reading {
        void row(LogRow row) throws IOException;
    }

    /** Up to the head that is known; what was appended since is left out. */
    private void read(Shard of, long after, Reading reading) throws BackupTrouble, IOException {
        long last = after;
        while (last < of.head.position()) {
            long from = last;
            for (LogRow row : asking.ask(() -> log.read(of.number(), from, ROWS_MAX))) {
                if (row.entry().position() > of.head.position()) break;
                reading.row(row);
                last = row.entry().position();
            }
        }
    }

    private static List<ByteBuffer> values(int shard, LogRow row) {
        BatchId batch = row.batchId();
        return List.of(
                ByteBuffer.allocate(Integer.BYTES).putInt(shard).flip(),
                ByteBuffer.allocate(Long.BYTES).putLong(row.entry().position()).flip(),
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(batch.high())
                        .putLong(batch.low())
                        .flip(),
                Blobs.of(row.entry()));
    }

    void load(List<Shard> shards, Backup backup, Progress progress) throws CannotOpen, BackupTrouble, IOException {
        PreparedStatement insert = connection.prepare(
                "INSERT INTO shard_log (shard, part, position, batch_id, entry) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP"
                        + " ?");
        PreparedStatement end = connection.prepare("UPDATE shard_log USING TIMESTAMP " + OLDEST
                + " SET last_position = ?, last_batch_id = ?, epoch = ?, owner = ? WHERE shard = ? AND part = ?");
        progress.begin("shard_log", 0);
        List<BoundStatement> chunk = new ArrayList<>();
        try (RowsReader in = new RowsReader(backup.file(FILE))) {
            for (var row = in.next(); row != null; row = in.next()) {
                ByteBuffer entry = value(row, 3);
                ByteBuffer batch = value(row, 2);
                int shard = value(row, 0).getInt();
                long position = value(row, 1).getLong();
                UUID id = new UUID(batch.getLong(), batch.getLong());
                if (position <= shards.get(shard).trimmed) continue;
                long part = (position - 1) / partitionRows;
                // The age of a row is that of its entry.
                long stamp =
                        TimeUnit.MILLISECONDS.toMicros(Blobs.entry(null, entry).sentAt());
                chunk.add(insert.bind(shard, part, position, id, entry, stamp).setIdempotent(true));
                ShardHead head = shards.get(shard).head;
                if (position % partitionRows == 0 || position == head.position())
                    chunk.add(end(end, head, position, id, part));
                progress.add(1);
                if (chunk.size() >= ROWS_MAX) CopiedTable.write(asking, requests, chunk);
            }
        }
        PreparedStatement emptied =
                connection.prepare("UPDATE shard_cursors USING TIMESTAMP ? SET emptied = ? WHERE shard = ?");
        for (Shard each : shards) {
            if (each.trimmed == 0) continue;
            long parts = each.trimmed / partitionRows;
            UUID id = new UUID(each.head.batchId().high(), each.head.batchId().low());
            chunk.add(end(end, each.head, each.trimmed, id, parts - 1));
            chunk.add(emptied.bind(parts, parts, each.number()).setIdempotent(true));
        }
        CopiedTable.write(asking, requests, chunk);
    }

    private static ByteBuffer value(List<@Nullable ByteBuffer> row, int column) throws IOException {
        ByteBuffer value = row.get(column);
        if (value == null) throw new IOException("a row of the log without a " + COLUMNS.get(column));
        return value;
    }

    private static BoundStatement end(PreparedStatement end, ShardHead head, long last, UUID batch, long part) {
        return end.bind(last, batch, head.epoch(), head.owner(), head.shard(), part)
                .setIdempotent(true);
    }

    /**
     * Writes again what follows from the entries behind the projected cursors, so that the tables are what follows from the logs, whenever each of them was
     * read; then moves the cursors.
     */
    void settle(List<Shard> shards, Progress progress) throws BackupTrouble, IOException {
        progress.begin("entries written to the tables again", 0);
        for (Shard each : shards) {
            if (each.head.position() == 0) continue;
            List<Entry> waiting = new ArrayList<>();
            read(each, each.cursors.projected(), row -> {
                waiting.add(row.entry());
                progress.add(1);
                if (waiting.size() >= ROWS_MAX) project(each.number(), waiting);
            });
            project(each.number(), waiting);
            var moved = new ShardCursors(each.head.position(), each.cursors.fannedOut(), each.cursors.exported());
            asking.ask(() -> log.saveCursors(Map.of(each.number(), moved)));
        }
    }

    private void project(int shard, List<Entry> entries) throws IOException {
        List<Entry> all = List.copyOf(entries);
        try {
            asking.ask(() -> projections.project(shard, all));
        } catch (BackupTrouble trouble) {
            throw new IOException(trouble);
        }
        entries.clear();
    }

    /** As they are now. */
    List<Shard> shards() throws BackupTrouble {
        List<ShardCursors> cursors = cursors();
        List<Shard> shards = new ArrayList<>();
        for (int shard = 0; shard < cursors.size(); shard++) {
            int its = shard;
            shards.add(new Shard(asking.ask(() -> log.head(its)), 0, cursors.get(shard)));
        }
        return shards;
    }
}
