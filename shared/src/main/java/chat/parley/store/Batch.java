package chat.parley.store;

import chat.parley.model.Entry;
import java.util.List;

/**
 * What one append adds to the log of a shard: all or nothing.
 *
 * @param expected the head position it was decided on; the first entry goes to the next one
 * @param epoch of the owner
 * @param owner the boot id of the owner
 * @param entries at least one, at positions expected + 1, + 2, …; of any conversations of the shard
 */
public record Batch(int shard, long expected, long epoch, String owner, BatchId id, List<Entry> entries) {
    public long lastPosition() {
        return expected + entries.size();
    }
}
