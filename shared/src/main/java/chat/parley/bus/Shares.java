package chat.parley.bus;

import chat.parley.model.ConversationId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which instance of a verticle has which of the shards that the {@link Topology} gives to this node. The node says so, the instances look: from
 * any thread.
 */
public final class Shares {
    private final AtomicIntegerArray instances = new AtomicIntegerArray(ConversationId.SHARDS);

    /** Shared out among so many, evenly. */
    public Shares(int instances) {
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) this.instances.set(shard, shard % instances);
    }

    public boolean isOf(int instance, int shard) {
        return instances.get(shard) == instance;
    }

    /** A shard that goes from one instance to another. */
    public record Move(int shard, int from, int to) {}

    /** What has to move so that the first so many instances have all shards, evenly, and no more than that. */
    public List<Move> movesFor(int count) {
        int least = ConversationId.SHARDS / count;
        int withOneMore = ConversationId.SHARDS % count;
        int[] has = new int[count];
        ArrayDeque<Integer> moving = new ArrayDeque<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            int instance = instances.get(shard);
            boolean isOneMore = instance < count && has[instance] == least && withOneMore > 0;
            if (isOneMore) withOneMore--;
            if (isOneMore || instance < count && has[instance] < least) has[instance]++;
            else moving.add(shard);
        }
        List<Move> moves = new ArrayList<>(moving.size());
        for (int shard : moving) {
            int to = 0;
            for (int each = 1; each < count; each++) if (has[each] < has[to]) to = each;
            has[to]++;
            moves.add(new Move(shard, instances.get(shard), to));
        }
        return moves;
    }

    public void make(Move move) {
        instances.set(move.shard(), move.to());
    }
}
