package chat.parley.store;

/**
 * Where the log of a shard ends, and who may append.
 *
 * @param position of the last entry; 0: none
 * @param epoch grows with each take-over; 0: never taken
 * @param owner the boot id of who took it last; empty: nobody
 * @param batchId of the last append
 */
public record ShardHead(int shard, long position, long epoch, String owner, BatchId batchId) {}
