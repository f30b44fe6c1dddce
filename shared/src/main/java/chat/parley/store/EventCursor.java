package chat.parley.store;

/**
 * Up to where a consumer has seen a shard's log.
 *
 * @param incarnation the life of the data that the position belongs to; another begins anew
 */
public record EventCursor(long incarnation, long position) {}
