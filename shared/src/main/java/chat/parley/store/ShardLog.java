package chat.parley.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * The durable log of every shard. Positions are 1, 2, 3, … without gap. An append is a compare-and-set on (position, epoch, owner)
 * of the head: whoever made it, it extends exactly the log it was decided on.
 */
public interface ShardLog {
    /**
     * Adds the batch behind the expected position, all or none; completes once it is durable (P1). {@code Lost} says where the head is,
     * and that nothing was written. A failed future means: not known; until the position is taken only the same batch, byte for
     * byte, may be tried again there. A head with this batch's id means that it was applied. The one failure that is known is
     * {@link Unavailable}: nothing was written.
     */
    Future<Appended> append(Batch batch);

    /** The head as no later read will contradict: all appends that were acknowledged are in it. */
    Future<ShardHead> head(int shard);

    /**
     * Makes {@code owner} the owner with the next epoch, if the head is still the one seen: from then on appends of an older epoch are
     * {@code Lost}. {@code Done} means epoch seen + 1.
     */
    Future<Appended> takeOver(ShardHead seen, String owner);

    /**
     * Rows behind {@code after}, ascending and without a hole, at most {@code rowsMax} and about 1 MiB (at least one); empty at the end.
     * An entry whose body was erased since may come without it. Rows that were removed with age, or are damaged, fail with {@link Damaged}.
     */
    Future<List<LogRow>> read(int shard, long after, int rowsMax);

    /** Up to which position rows were removed with age; 0: none were. */
    Future<Long> trimmed(int shard);

    /** What was saved; {@code projected} may be further, if the store knows better. */
    Future<ShardCursors> cursors(int shard);

    /** Keeps the cursors; of two values for one the higher stays. Not fsynced: an older one may be found after a crash. */
    Future<Void> saveCursors(Map<Integer, ShardCursors> byShard);

    /** What the data has under this name: the value, if it had none. Durable once it completes; never changed. */
    Future<String> remember(String name, String value);

    /** Which life of the data this is: a restore starts another. */
    long incarnation();

    /** The key of the drafts' digests: 32 random bytes, made with the data. */
    byte[] digestKey();
}
