package chat.parley.bus;

import chat.parley.model.UserId;
import java.util.List;

/**
 * To {@code presence.<node>}: who came to and went from one gateway, of user shards that the node owns. Answered by {@link Announced}.
 * May be sent again as it is: the counters tell.
 *
 * @param gateway as in its address: node name, dot, instance
 * @param boot of the gateway; a greater one is a later life, whose word replaces all that the earlier ones said
 */
public record Announce(String gateway, long boot, List<Step> steps) {
    /**
     * What changed in one user shard.
     *
     * @param counter one more than in the step before, of the same gateway, boot and shard; the first is 1
     * @param whole {@code came} is everybody who is there; else only who came since the step before
     * @param came users that have a session there, and one more than before
     * @param gone users that have none any longer
     */
    public record Step(int shard, long counter, boolean whole, List<UserId> came, List<UserId> gone) {}
}
