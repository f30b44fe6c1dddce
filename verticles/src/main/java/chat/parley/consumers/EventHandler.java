package chat.parley.consumers;

import chat.parley.store.EventCursor;
import chat.parley.store.EventRecord;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a consumer does with the event log. */
public interface EventHandler {
    /**
     * What of these shards is known to be done already; of shards that are not in the answer what was saved counts. For handlers that keep the position
     * with what they do, so that nothing is done twice.
     */
    default Future<Map<Integer, EventCursor>> done(Set<Integer> shards) {
        return Future.succeededFuture(Map.of());
    }

    /**
     * Does what these records ask for; completes once that is as durable as it is to be. Of each shard they come in the order of positions. Fails with
     * {@link chat.parley.store.Unavailable} if it cannot be done now: all of them come again. If it fails otherwise each comes again, alone.
     */
    Future<Void> handle(List<EventRecord> records);

    /** This record failed three times, and does not come again. */
    default void putAside(EventRecord record, Throwable cause) {}
}
