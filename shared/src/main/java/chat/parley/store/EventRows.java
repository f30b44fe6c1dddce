package chat.parley.store;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Reads the log of a shard as records, and says of what cannot be read that it is missing, so that nobody waits for it for ever. */
public final class EventRows {
    private final ShardLog log;

    public EventRows(ShardLog log) {
        this.log = log;
    }

    /** The records behind {@code after}, without a hole, for {@code rowsMax} rows at most; none at the end of the log. */
    public Future<List<EventRecord>> read(int shard, long after, int rowsMax) {
        return log.read(shard, after, rowsMax)
                .map(this::records)
                .recover(cause -> cause instanceof Damaged ? behindDamage(shard, after) : Future.failedFuture(cause));
    }

    private List<EventRecord> records(List<LogRow> rows) {
        List<EventRecord> records = new ArrayList<>(rows.size());
        for (LogRow row : rows) records.add(EventRecord.of(log.incarnation(), row.entry()));
        return records;
    }

    /** Row by row, so that no more is missing than has to be. */
    private Future<List<EventRecord>> behindDamage(int shard, long after) {
        return log.trimmed(shard).compose(trimmed -> {
            if (trimmed > after) return missing(shard, after + 1, trimmed, EventRecord.Reason.RETENTION);
            return log.read(shard, after, 1)
                    .map(this::records)
                    .recover(cause -> cause instanceof Damaged
                            ? missing(shard, after + 1, after + 1, EventRecord.Reason.DAMAGED)
                            : Future.failedFuture(cause));
        });
    }

    private Future<List<EventRecord>> missing(int shard, long first, long last, EventRecord.Reason reason) {
        return Future.succeededFuture(List.of(new EventRecord.Missing(log.incarnation(), shard, first, last, reason)));
    }
}
