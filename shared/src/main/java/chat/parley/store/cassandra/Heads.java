package chat.parley.store.cassandra;

import chat.parley.model.ConversationId;
import chat.parley.store.BatchId;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds the head of a log: the current partition is that of the head's position, the others are behind it. Where to begin is known from
 * before or, the first time, from the projected cursor, which is at most the head.
 */
final class Heads {
    private static final long UNKNOWN = -1;

    private final Requests requests;
    private final long partitionRows;
    private final IntFunction<Future<ShardCursors>> cursors;
    private final PreparedStatement statics;
    private final AtomicLongArray known = new AtomicLongArray(ConversationId.SHARDS);

    /**
     * A head, read serially.
     *
     * @param isNew nothing was appended to its partition yet
     * @param isTaken its partition says who may append, or there is none before it that could
     */
    record Found(ShardHead head, boolean isNew, boolean isTaken) {}

    /** The static columns of a partition; null: not written. */
    record Statics(
            @Nullable Long position,
            @Nullable Long epoch,
            @Nullable String owner,
            @Nullable UUID batch) {
        private static final Statics NONE = new Statics(null, null, null, null);

        /** From the partition, or from an answer that says why a write was not applied. */
        static Statics of(@Nullable Row row) {
            if (row == null || !row.getColumnDefinitions().contains("last_position")) return NONE;
            return new Statics(
                    row.get("last_position", Long.class),
                    row.get("epoch", Long.class),
                    row.getString("owner"),
                    row.getUuid("last_batch_id"));
        }

        /** As they are, if they are those of the current partition. */
        ShardHead head(int shard) {
            return head(shard, this);
        }

        /** The position of this, in the hands of the other's owner. */
        ShardHead head(int shard, Statics taken) {
            return new ShardHead(
                    shard,
                    position == null ? 0 : position,
                    taken.epoch == null ? 0 : taken.epoch,
                    taken.owner == null ? "" : taken.owner,
                    batch == null
                            ? BatchId.NONE
                            : new BatchId(batch.getMostSignificantBits(), batch.getLeastSignificantBits()));
        }
    }

    Heads(Connection connection, Requests requests, long partitionRows, IntFunction<Future<ShardCursors>> cursors)
            throws CannotOpen {
        this.requests = requests;
        this.partitionRows = partitionRows;
        this.cursors = cursors;
        statics = connection.prepare("SELECT DISTINCT last_position, epoch, owner, last_batch_id FROM shard_log"
                + " WHERE shard = ? AND part = ?");
        for (int shard = 0; shard < known.length(); shard++) known.set(shard, UNKNOWN);
    }

    /** The partition of what is appended behind this position. */
    long partOf(long position) {
        return position / partitionRows;
    }

    Future<Found> read(int shard) {
        long part = known.get(shard);
        if (part != UNKNOWN) return read(shard, part, null);
        return cursors.apply(shard).compose(saved -> read(shard, partOf(saved.projected()), null));
    }

    /** @param before the partition before, if it is known */
    private Future<Found> read(int shard, long part, @Nullable Statics before) {
        return statics(shard, part).compose(found -> {
            if (found.position == null) {
                if (part == 0) return Future.succeededFuture(new Found(found.head(shard), true, found.epoch != null));
                Future<Statics> closed = before != null ? Future.succeededFuture(before) : statics(shard, part - 1);
                return closed.map(last -> behind(shard, part, last, found));
            }
            if (partOf(found.position) > part) return read(shard, part + 1, found);
            known.accumulateAndGet(shard, part, Math::max);
            return Future.succeededFuture(new Found(found.head(shard), false, true));
        });
    }

    private Found behind(int shard, long part, Statics last, Statics next) {
        if (last.position == null || partOf(last.position) != part) {
            throw new Damaged(null, "the log of shard " + shard + " does not say where it ends");
        }
        known.accumulateAndGet(shard, part, Math::max);
        boolean isTaken = next.epoch != null;
        return new Found(last.head(shard, isTaken ? next : last), true, isTaken);
    }

    Future<Statics> statics(int shard, long part) {
        return requests.row(statics.bind(shard, part)
                        .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_SERIAL)
                        .setIdempotent(true))
                .map(found -> Statics.of(found.orElse(null)));
    }
}
