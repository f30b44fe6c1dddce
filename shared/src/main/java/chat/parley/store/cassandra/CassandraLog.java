package chat.parley.store.cassandra;

import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.cassandra.ResultSet;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The logs of the shards. A batch goes whole into the partition (shard, expected / rows of a partition), so who expects another head is
 * compared with the same row, and no batch is cut: a partition can hold some positions more than its share, and the next begins behind them.
 */
final class CassandraLog implements ShardLog {
    private static final int READ_BYTES_MAX = 1 << 20;
    private static final int PAGE_ROWS = 128;
    private static final Appended DONE = new Appended.Done();

    /** What names of the table {@code format} begin with that are remembered. */
    static final String REMEMBERED = "remembered/";

    /** How many partitions were emptied with age. */
    static final String EMPTIED = "SELECT emptied FROM shard_cursors WHERE shard = ?";

    private final Requests requests;
    private final Format format;
    private final Heads heads;
    private final AtomicLong conditionalWrites = new AtomicLong();
    private final AtomicLong conflicts = new AtomicLong();
    private final BitSet written = new BitSet();
    private final PreparedStatement insert;
    private final PreparedStatement move;
    private final PreparedStatement take;
    private final PreparedStatement rows;
    private final PreparedStatement cursors;
    private final PreparedStatement emptied;
    private final PreparedStatement remembered;
    private final PreparedStatement remember;
    private final PreparedStatement[] saves;

    CassandraLog(Connection connection, Requests requests, Format format) throws CannotOpen {
        this.requests = requests;
        this.format = format;
        heads = new Heads(connection, requests, format.partitionRows(), this::cursors);
        insert = connection.prepare(
                "INSERT INTO shard_log (shard, part, position, batch_id, entry) VALUES (?, ?, ?, ?, ?)");
        // The last condition always holds, but for a batch that was applied. It is there to have the batch of the head
        // in the answer.
        move = connection.prepare("UPDATE shard_log"
                + " SET last_position = :position, epoch = :epoch, owner = :owner, last_batch_id = :id"
                + " WHERE shard = :shard AND part = :part"
                + " IF last_position = :last AND epoch = :its_epoch AND owner = :its_owner AND last_batch_id != :id");
        take = connection.prepare("UPDATE shard_log SET epoch = :epoch, owner = :owner"
                + " WHERE shard = :shard AND part = :part"
                + " IF last_position = :last AND epoch = :its_epoch AND owner = :its_owner AND last_batch_id = :id");
        rows = connection.prepare(
                "SELECT position, batch_id, entry FROM shard_log WHERE shard = ? AND part = ? AND position > ?");
        cursors = connection.prepare("SELECT projected, fanned_out, exported FROM shard_cursors WHERE shard = ?");
        emptied = connection.prepare(EMPTIED);
        remembered = connection.prepare("SELECT value FROM format WHERE name = ?");
        remember = connection.prepare("UPDATE format SET value = ? WHERE name = ? IF value = null");
        saves = new PreparedStatement[] {
            save(connection, "projected"), save(connection, "fanned_out"), save(connection, "exported")
        };
    }

    private static PreparedStatement save(Connection connection, String cursor) throws CannotOpen {
        return connection.prepare("UPDATE shard_cursors USING TIMESTAMP ? SET " + cursor + " = ? WHERE shard = ?");
    }

    @Override
    public Future<Appended> append(Batch batch) {
        if (batch.entries().size() > format.partitionRows())
            return Future.failedFuture(new IllegalArgumentException("a batch larger than a partition"));
        long part = heads.partOf(batch.expected());
        boolean isFirst = batch.expected() % format.partitionRows() == 0;
        Future<Appended> appended = isFirst
                ? appendFirst(batch, part)
                : send(batch, part, batch.expected(), batch.epoch(), batch.owner())
                        .compose(answer -> answered(batch, part, answer));
        return appended.onSuccess(answer -> note(batch.shard(), answer));
    }

    private Future<Appended> answered(Batch batch, long part, ResultSet answer) {
        if (answer.wasApplied()) return Future.succeededFuture(DONE);
        Heads.Statics found = Heads.Statics.of(answer.one());
        // A batch that was longer than the rest of the partition before can end anywhere in this one.
        if (found.position() == null) return appendFirst(batch, part);
        if (heads.partOf(found.position()) == part)
            return Future.succeededFuture(new Appended.Lost(found.head(batch.shard())));
        return lost(batch.shard());
    }

    /** Where the partition may be a new one, it does not say where the head is. */
    private Future<Appended> appendFirst(Batch batch, long part) {
        return heads.read(batch.shard()).recover(CassandraLog::unwritten).compose(found -> {
            ShardHead head = found.head();
            boolean isNext = head.position() == batch.expected()
                    && head.epoch() == batch.epoch()
                    && head.owner().equals(batch.owner());
            if (!isNext) return Future.succeededFuture(new Appended.Lost(head));
            boolean isNew = found.isNew();
            boolean isTaken = found.isTaken();
            return send(
                            batch,
                            part,
                            isNew ? null : (Long) batch.expected(),
                            isTaken ? (Long) batch.epoch() : null,
                            isTaken ? batch.owner() : null)
                    .compose(answer -> answer.wasApplied() ? Future.succeededFuture(DONE) : lost(batch.shard()));
        });
    }

    /** One conditional batch in one partition. @param last null: it has none yet */
    private Future<ResultSet> send(
            Batch batch, long part, @Nullable Long last, @Nullable Long epoch, @Nullable String owner) {
        UUID id = uuid(batch.id());
        List<BatchableStatement<?>> statements = new ArrayList<>(batch.entries().size() + 1);
        statements.add(Values.of(move)
                .number("position", batch.lastPosition())
                .number("epoch", batch.epoch())
                .text("owner", batch.owner())
                .uuid("id", id)
                .integer("shard", batch.shard())
                .number("part", part)
                .number("last", last)
                .number("its_epoch", epoch)
                .text("its_owner", owner)
                .once());
        for (Entry entry : batch.entries()) {
            ByteBuffer bytes = ByteBuffer.wrap(EntryCodec.encode(entry));
            statements.add(insert.bind(batch.shard(), part, entry.position(), id, bytes));
        }
        conditionalWrites.incrementAndGet();
        return requests.send(BatchStatement.newInstance(BatchType.UNLOGGED)
                .addAll(statements)
                .setIdempotent(false)
                .setExecutionProfileName(Connection.CONDITIONAL));
    }

    private Future<Appended> lost(int shard) {
        return heads.read(shard).map(found -> new Appended.Lost(found.head()));
    }

    /** A failure before the write. */
    private static <T> Future<T> unwritten(Throwable cause) {
        return Future.failedFuture(
                cause instanceof Unavailable ? cause : new Unavailable("the head of the log cannot be read", cause));
    }

    @Override
    public Future<ShardHead> head(int shard) {
        return heads.read(shard).map(Heads.Found::head);
    }

    @Override
    public Future<Appended> takeOver(ShardHead seen, String owner) {
        Future<Appended> taken = seen.epoch() == 0 || seen.position() == 0
                ? takeFirst(seen, owner)
                : take(seen, owner, seen.position(), seen.epoch()).compose(answer -> {
                    if (answer.wasApplied()) return Future.succeededFuture(DONE);
                    boolean isWritten = Heads.Statics.of(answer.one()).position() != null;
                    return isWritten ? lost(seen.shard()) : takeFirst(seen, owner);
                });
        return taken.onSuccess(answer -> note(seen.shard(), answer));
    }

    /** Where the partition may be a new one, it does not say where the head is. */
    private Future<Appended> takeFirst(ShardHead seen, String owner) {
        return heads.read(seen.shard()).recover(CassandraLog::unwritten).compose(found -> {
            if (!found.head().equals(seen)) return Future.succeededFuture(new Appended.Lost(found.head()));
            return take(
                            seen,
                            owner,
                            found.isNew() ? null : (Long) seen.position(),
                            found.isTaken() ? (Long) seen.epoch() : null)
                    .compose(answer -> answer.wasApplied() ? Future.succeededFuture(DONE) : lost(seen.shard()));
        });
    }

    /** @param last null: the partition has none yet @param epoch null: nor an owner */
    private Future<ResultSet> take(ShardHead seen, String owner, @Nullable Long last, @Nullable Long epoch) {
        BoundStatement statement = Values.of(take)
                .number("epoch", seen.epoch() + 1)
                .text("owner", owner)
                .integer("shard", seen.shard())
                .number("part", heads.partOf(seen.position()))
                .number("last", last)
                .number("its_epoch", epoch)
                .text("its_owner", epoch == null ? null : seen.owner())
                .uuid("id", last == null ? null : uuid(seen.batchId()))
                .once();
        conditionalWrites.incrementAndGet();
        return requests.send(statement.setExecutionProfileName(Connection.CONDITIONAL));
    }

    private synchronized void note(int shard, Appended answer) {
        written.set(shard, answer instanceof Appended.Done);
        if (answer instanceof Appended.Lost) conflicts.incrementAndGet();
    }

    /** The shards whose last append or take-over from here succeeded. */
    synchronized List<Integer> written() {
        return written.stream().boxed().toList();
    }

    long conditionalWrites() {
        return conditionalWrites.get();
    }

    /** Appends and take-overs that another was before. */
    long conflicts() {
        return conflicts.get();
    }

    @Override
    public Future<List<LogRow>> read(int shard, long after, int rowsMax) {
        return readFrom(shard, after, rowsMax).compose(found -> {
            if (!found.isEmpty()) return Future.succeededFuture(found);
            return head(shard).compose(head -> {
                if (head.position() <= after) return Future.succeededFuture(found);
                return readFrom(shard, after, rowsMax)
                        .map(
                                again -> { // appended since, or gone
                                    if (again.isEmpty()) throw missing(shard, after + 1);
                                    return again;
                                });
            });
        });
    }

    private Future<List<LogRow>> readFrom(int shard, long after, int rowsMax) {
        long part = heads.partOf(after);
        return readPart(shard, part, after, rowsMax).compose(found -> {
            boolean isNext = !found.isEmpty() && found.getFirst().entry().position() == after + 1;
            if (isNext || part == 0) return Future.succeededFuture(whole(shard, after, found));
            // In the midst of a batch that was longer than the rest of the partition before.
            return readPart(shard, part - 1, after, rowsMax)
                    .map(before -> whole(shard, after, before.isEmpty() ? found : before));
        });
    }

    private Future<List<LogRow>> readPart(int shard, long part, long after, int rowsMax) {
        BoundStatement statement = rows.bind(shard, part, after).setPageSize(Math.min(rowsMax, PAGE_ROWS));
        return requests.rows(
                        statement.setIdempotent(true), read -> read.size() >= rowsMax || bytes(read) >= READ_BYTES_MAX)
                .map(read -> {
                    List<LogRow> found = new ArrayList<>();
                    int bytes = 0;
                    for (Row row : read) {
                        if (found.size() == rowsMax || bytes >= READ_BYTES_MAX) break;
                        bytes += sizeOf(row);
                        found.add(logRow(shard, row));
                    }
                    return found;
                });
    }

    private static int bytes(List<Row> rows) {
        int bytes = 0;
        for (Row row : rows) bytes += sizeOf(row);
        return bytes;
    }

    private static int sizeOf(Row row) {
        ByteBuffer entry = row.getByteBuffer("entry");
        return entry == null ? 0 : entry.remaining();
    }

    private static LogRow logRow(int shard, Row row) {
        ByteBuffer bytes = row.getByteBuffer("entry");
        UUID batch = row.getUuid("batch_id");
        if (bytes == null || batch == null) throw missing(shard, row.getLong("position"));
        Entry entry = Blobs.entry(null, bytes);
        if (entry.position() != row.getLong("position")) throw missing(shard, row.getLong("position"));
        return new LogRow(entry, new BatchId(batch.getMostSignificantBits(), batch.getLeastSignificantBits()));
    }

    /** Rows without a hole. */
    private static List<LogRow> whole(int shard, long after, List<LogRow> rows) {
        long next = after + 1;
        for (LogRow row : rows) {
            if (row.entry().position() != next) throw missing(shard, next);
            next++;
        }
        return rows;
    }

    private static Damaged missing(int shard, long position) {
        return new Damaged(null, "the log of shard " + shard + " has no row of position " + position);
    }

    /** The end of the last partition that was emptied: what it says of the head stays. */
    @Override
    public Future<Long> trimmed(int shard) {
        return requests.row(emptied.bind(shard).setIdempotent(true)).compose(row -> {
            long parts = row.map(found -> found.getLong("emptied")).orElse(0L);
            if (parts == 0) return Future.succeededFuture(0L);
            return heads.statics(shard, parts - 1).map(last -> last.position() == null ? 0L : last.position());
        });
    }

    @Override
    public Future<ShardCursors> cursors(int shard) {
        return requests.row(cursors.bind(shard).setIdempotent(true))
                .map(found -> found.map(row -> new ShardCursors(
                                row.getLong("projected"), row.getLong("fanned_out"), row.getLong("exported")))
                        .orElse(ShardCursors.NONE));
    }

    @Override
    public Future<Void> saveCursors(Map<Integer, ShardCursors> byShard) {
        List<BoundStatement> statements = new ArrayList<>();
        byShard.forEach((shard, its) -> {
            long[] values = {its.projected(), its.fannedOut(), its.exported()};
            for (int i = 0; i < values.length; i++) {
                if (values[i] > 0)
                    statements.add(saves[i].bind(values[i], values[i], shard).setIdempotent(true));
            }
        });
        return requests.all(statements);
    }

    @Override
    public Future<String> remember(String name, String value) {
        String key = REMEMBERED + name;
        return requests.send(
                        remember.bind(value, key).setIdempotent(false).setExecutionProfileName(Connection.CONDITIONAL))
                .compose(said -> requests.row(remembered
                        .bind(key)
                        .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_SERIAL)
                        .setIdempotent(true)))
                .map(row -> row.map(found -> found.getString("value"))
                        .orElseThrow(() -> new IllegalStateException(name + " is not remembered")));
    }

    @Override
    public long incarnation() {
        return format.incarnation();
    }

    @Override
    public byte[] digestKey() {
        return format.digestKey().clone();
    }

    private static UUID uuid(BatchId id) {
        return new UUID(id.high(), id.low());
    }
}
