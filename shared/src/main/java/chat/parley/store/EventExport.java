package chat.parley.store;

import io.vertx.core.Future;
import java.util.List;

/** The way into an {@link EventLog} that is not the log itself: the owner of a shard brings there what is durable. */
public interface EventExport {
    /**
     * Adds records of one shard, in their order; completes once they are as durable there as they will be. It may take as long as the other
     * side is away. If it fails, some of them may be there; the same are to be added again. One call at a time for a shard.
     */
    Future<Void> add(int shard, List<EventRecord> records);
}
