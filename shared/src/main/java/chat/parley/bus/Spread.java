package chat.parley.bus;

import java.util.List;

/**
 * To {@code fanout.<shard>}: what the shard's sequencer appended and already sent on its way, so that its heads are repeated 2 s and 10 s later.
 *
 * @param position up to which the shard's log is covered by this and earlier ones of the same epoch
 */
public record Spread(int shard, long epoch, long position, List<Route.HeadHint> heads) {}
