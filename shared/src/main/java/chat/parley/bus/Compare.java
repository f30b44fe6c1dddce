package chat.parley.bus;

import chat.parley.model.UserId;
import java.util.List;

/**
 * To {@code presence.<node>}, every 30 s: digests of what the owner should know of one gateway. Answered by {@link Announced}, which
 * asks for the shards that differ.
 *
 * @param gateway as in {@link Announce}
 * @param boot as in {@link Announce}
 */
public record Compare(String gateway, long boot, List<ShardDigest> shards) {
    /**
     * One user shard of a gateway.
     *
     * @param counter of the last step announced
     * @param users how many are there
     * @param sum of {@link #of} over all of them
     */
    public record ShardDigest(int shard, long counter, int users, long sum) {}

    /** What a user adds to the sum. */
    public static long of(UserId user) {
        String id = user.value();
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) h = (h ^ id.charAt(i)) * 0x100000001b3L;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
