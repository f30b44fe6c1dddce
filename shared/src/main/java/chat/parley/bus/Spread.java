package chat.parley.bus;

import java.util.List;

/**
 * To {@code fanout.<shard>}: what the shard's sequencer projected and already sent on its way, so that its heads are repeated 2 s and 10 s
 * later. Covers the log behind {@code after} up to {@code position}: two that do not meet show that one was lost, and the worker reads
 * the log.
 *
 * @param after the {@code position} of the one before, or what was projected when the owner took over
 * @param heads of every conversation with an entry in that range, with its members
 */
public record Spread(int shard, long epoch, long after, long position, List<Route.HeadHint> heads) {}
