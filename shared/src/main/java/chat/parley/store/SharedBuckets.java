package chat.parley.store;

import chat.parley.model.UserId;
import io.vertx.core.Future;
import java.util.Map;

/**
 * Allowances that all nodes spend from: a token bucket for each user. They are told what was spent already, so nobody waits for them; whoever
 * cannot reach them goes by the limits of the node alone.
 */
public interface SharedBuckets {
    /** Of a node that shares with nobody: nothing is ever overdrawn. */
    SharedBuckets NONE = (rate, costs) -> Future.succeededFuture(Map.of());

    /**
     * Takes what the users have spent, though it be more than is left; at most a whole burst is owed.
     *
     * @return in how many milliseconds those who owe will owe nothing any more; the others are not in the answer
     */
    Future<Map<UserId, Long>> spend(Rate rate, Map<UserId, Integer> costs);

    /** How a bucket refills, up to a burst. */
    record Rate(int perSecond, int burst) {}
}
