package chat.parley.store;

import io.vertx.core.Future;
import java.util.Collection;

/**
 * The logs of all shards for consumers, which follow them at their own pace: what they do is behind every acknowledgement and in front of
 * none. It is read in parts; a shard is in one of them, whole and in order. Every position comes; what cannot be had comes as {@link
 * EventRecord.Missing}. A record may come again, behind others that followed it, but for the first time only in the order of positions.
 */
public interface EventLog {
    /** How many parts there are, numbered from 0; fixed for the life of the data. */
    int parts();

    default int partOf(int shard) {
        return shard % parts();
    }

    /**
     * Opens parts for a consumer, behind what it has saved there; the first time from the earliest that there is.
     *
     * @param consumer its name: letters, digits, _ and -
     */
    Future<EventReader> read(String consumer, Collection<Integer> parts);
}
