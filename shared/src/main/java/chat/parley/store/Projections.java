package chat.parley.store;

import chat.parley.model.Entry;
import io.vertx.core.Future;
import java.util.List;

/** Carries out projections: the tables that {@link History} and {@link Directory} read. */
public interface Projections {
    /**
     * Completes once the rows of all these entries are durable and readable. Idempotent; applied twice is once, in any order the later
     * position wins. Entries of one conversation come in order; a membership row is durable before the history rows behind it. A store
     * that writes the rows with the append has nothing to do here.
     */
    Future<Void> project(int shard, List<Entry> entries);
}
