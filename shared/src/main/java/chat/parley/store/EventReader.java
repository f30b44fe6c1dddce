package chat.parley.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** What one consumer reads of some parts of the {@link EventLog}. One call at a time, but for {@link #close}. */
public interface EventReader {
    /** What was saved, by shard, when it was opened; a shard of which nothing was is not in the answer. */
    Map<Integer, EventCursor> saved();

    /** The next records, of each shard in order; none, if there were none for a moment. */
    Future<List<EventRecord>> next();

    /**
     * Keeps how far the consumer is. All that {@link #next} has given so far counts as seen: whoever opens these parts next begins behind
     * it. Not fsynced: an older state may be found after a crash.
     */
    Future<Void> save(Map<Integer, EventCursor> cursors);

    /** How many records are behind what {@link #next} has given. */
    Future<Long> lag();

    Future<Void> close();
}
