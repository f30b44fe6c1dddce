package chat.parley.simulator;

import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.LogRow;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** A log that passes everything on: for one that changes one thing. */
public abstract class PassingLog implements ShardLog {
    protected final ShardLog log;

    protected PassingLog(ShardLog log) {
        this.log = log;
    }

    @Override
    public Future<Appended> append(Batch batch) {
        return log.append(batch);
    }

    @Override
    public Future<ShardHead> head(int shard) {
        return log.head(shard);
    }

    @Override
    public Future<Appended> takeOver(ShardHead seen, String owner) {
        return log.takeOver(seen, owner);
    }

    @Override
    public Future<List<LogRow>> read(int shard, long after, int rowsMax) {
        return log.read(shard, after, rowsMax);
    }

    @Override
    public Future<Long> trimmed(int shard) {
        return log.trimmed(shard);
    }

    @Override
    public Future<ShardCursors> cursors(int shard) {
        return log.cursors(shard);
    }

    @Override
    public Future<Void> saveCursors(Map<Integer, ShardCursors> byShard) {
        return log.saveCursors(byShard);
    }

    @Override
    public Future<String> remember(String name, String value) {
        return log.remember(name, value);
    }

    @Override
    public long incarnation() {
        return log.incarnation();
    }

    @Override
    public byte[] digestKey() {
        return log.digestKey();
    }
}
