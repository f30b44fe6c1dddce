package chat.parley.store.embedded;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.Projection.IdRow;
import chat.parley.store.ShardHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** What is about to be written as one: rows, heads of shards, and how the tables will look with all that was added so far. */
final class Commit {
    private final Rocks rocks;
    private final RowBatch rows;
    private final ShardHead[] heads;
    private final Map<ByteBuffer, byte[]> changed = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<IdRow> ids = new ArrayList<>();
    private final List<Entry> erased = new ArrayList<>();
    private boolean sync;

    /** @param heads as they are durable; left as they are */
    Commit(Rocks rocks, RowBatch rows, ShardHead[] heads) {
        this.rocks = rocks;
        this.rows = rows;
        this.heads = heads.clone();
    }

    RowBatch rows() {
        return rows;
    }

    /** The heads as they will be. */
    ShardHead[] heads() {
        return heads;
    }

    ShardHead head(int shard) {
        return heads[shard];
    }

    void head(ShardHead head) {
        heads[head.shard()] = head;
    }

    /** What was added has to be on the disk before it is answered. */
    void sync() {
        sync = true;
    }

    boolean isSync() {
        return sync;
    }

    /** The row as it will be. */
    byte @Nullable [] get(Family family, byte[] key) throws RocksDBException {
        byte[] row = changed.get(named(family, key));
        if (row != null) return row.length == 0 ? null : row;
        return rocks.get(family, key);
    }

    /** Puts a row that others in this commit may read. */
    void put(Family family, byte[] key, byte[] value) {
        rows.put(family, key, value);
        changed.put(named(family, key), value);
    }

    void delete(Family family, byte[] key) {
        rows.delete(family, key);
        changed.put(named(family, key), new byte[0]);
    }

    /** An entry that this commit adds to the history. */
    void added(Entry entry) {
        entries.add(entry);
    }

    /** An id that this commit adds. */
    void added(IdRow id) {
        ids.add(id);
    }

    /** An entry without its body, to be put over the one with it. */
    void erased(Entry entry) {
        erased.add(entry);
    }

    /** The entry that this commit adds there; null if it adds none. */
    @Nullable
    Entry addedAt(ConversationId conversation, long sequence) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.sequence() == sequence && entry.conversationId().equals(conversation)) return entry;
        }
        return null;
    }

    List<Entry> entries() {
        return entries;
    }

    List<IdRow> ids() {
        return ids;
    }

    List<Entry> erased() {
        return erased;
    }

    private static ByteBuffer named(Family family, byte[] key) {
        return ByteBuffer.allocate(1 + key.length)
                .put((byte) family.ordinal())
                .put(key)
                .flip();
    }
}
