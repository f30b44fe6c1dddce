package chat.parley.store;

import io.vertx.core.Future;
import java.util.Map;

/** How many of something all nodes hold together: each says what it holds, and goes by what the others have said. Whoever cannot reach them
 * goes by what the node holds alone. */
public interface SharedCounts {
    /** After which what a node has said, and does not say again, is forgotten. */
    long LIFETIME_MILLIS = 5_000;

    /** Of a node that shares with nobody: the others hold nothing. */
    SharedCounts NONE = (node, held) -> Future.succeededFuture(Map.of());

    /**
     * The node holds so many of each now; 0: none any more.
     *
     * @return how many the others hold of these; where they hold none there is none in the answer
     */
    Future<Map<Long, Integer>> hold(String node, Map<Long, Integer> held);
}
