package chat.parley.store.cassandra;

import chat.parley.store.CannotOpen;
import chat.parley.store.ShardCursors;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Empties closed partitions of the logs, of which the last row is old enough and behind all cursors. What they say of the head stays: a
 * partition without it would be a new one. The exported cursor is one of them if the logs are exported.
 */
final class Trimming {
    private final Requests requests;
    private final CassandraLog log;
    private final CassandraOptions options;
    private final PreparedStatement emptied;
    private final PreparedStatement writeTime;
    private final PreparedStatement last;
    private final PreparedStatement delete;
    private final PreparedStatement save;

    Trimming(Connection connection, Requests requests, CassandraLog log, CassandraOptions options) throws CannotOpen {
        this.requests = requests;
        this.log = log;
        this.options = options;
        emptied = connection.prepare(CassandraLog.EMPTIED);
        last = connection.prepare("SELECT DISTINCT last_position FROM shard_log WHERE shard = ? AND part = ?");
        writeTime = connection.prepare(
                "SELECT writetime(entry) AS at FROM shard_log WHERE shard = ? AND part = ? AND position = ?");
        delete = connection.prepare("DELETE FROM shard_log WHERE shard = ? AND part = ? AND position <= ?");
        save = connection.prepare("UPDATE shard_cursors USING TIMESTAMP ? SET emptied = ? WHERE shard = ?");
    }

    /** Completes with the number of partitions that were emptied. */
    Future<Integer> run(List<Integer> shards) {
        Future<Integer> all = Future.succeededFuture(0);
        for (int shard : shards) all = all.compose(count -> run(shard).map(more -> count + more));
        return all;
    }

    private Future<Integer> run(int shard) {
        return log.cursors(shard)
                .compose(cursors -> requests.row(emptied.bind(shard).setIdempotent(true))
                        .compose(row -> run(
                                shard,
                                row.map(found -> found.getLong("emptied")).orElse(0L),
                                passed(cursors),
                                0)));
    }

    private long passed(ShardCursors cursors) {
        long passed = Math.min(cursors.projected(), cursors.fannedOut());
        return options.exported() ? Math.min(passed, cursors.exported()) : passed;
    }

    /** @param through the position that all cursors have passed */
    private Future<Integer> run(int shard, long part, long through, int count) {
        return requests.row(last.bind(shard, part).setIdempotent(true)).compose(row -> {
            Long position =
                    row.map(found -> found.get("last_position", Long.class)).orElse(null);
            boolean isClosed = position != null && position / options.partitionRows() > part;
            if (!isClosed || position == null || position > through) return Future.succeededFuture(count);
            return requests.row(writeTime.bind(shard, part, position).setIdempotent(true))
                    .compose(written -> isYoung(written)
                            ? Future.succeededFuture(count)
                            : empty(shard, part, position).compose(done -> run(shard, part + 1, through, count + 1)));
        });
    }

    private boolean isYoung(Optional<Row> written) {
        if (written.isEmpty()) return false; // emptied before
        long at = TimeUnit.MICROSECONDS.toMillis(written.get().getLong("at"));
        return at > options.clock().millis() - options.logKept().toMillis();
    }

    private Future<?> empty(int shard, long part, long position) {
        return requests.send(delete.bind(shard, part, position).setIdempotent(true))
                .compose(done ->
                        requests.send(save.bind(part + 1, part + 1, shard).setIdempotent(true)));
    }
}
