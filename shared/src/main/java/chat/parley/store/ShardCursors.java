package chat.parley.store;

/**
 * How far a shard's log has been worked off; each passes an entry only when it and all before it are done.
 *
 * @param projected the position up to which all tables hold the entries
 * @param fannedOut the position up to which a head at or above was repeated
 * @param exported the position up to which the event log holds the entries
 */
public record ShardCursors(long projected, long fannedOut, long exported) {
    public static final ShardCursors NONE = new ShardCursors(0, 0, 0);
}
