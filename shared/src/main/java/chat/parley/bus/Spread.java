package chat.parley.bus;

import java.util.List;

/**
 * To {@code fanout.<shard>}, for two things. What the shard's sequencer projected and already sent on its way, so that its heads are repeated 2 s
 * and 10 s later: covers the log behind {@code after} up to {@code position}; two that do not meet show that one was lost, and the worker reads
 * the log. And what just became durable in large conversations, which the worker is to send on its way now: that covers nothing.
 *
 * @param after the {@code position} of the one before, or what was projected when the owner took over
 * @param heads of every small conversation with an entry in that range, with its members
 * @param large likewise of every large one, with those who joined or left in that range: all others are found without being named
 * @param live entries of large conversations for all their members, who are not named
 */
public record Spread(
        int shard,
        long epoch,
        long after,
        long position,
        List<Route.HeadHint> heads,
        List<Route.HeadHint> large,
        List<Route.Events> live) {
    /** What was projected in small conversations. */
    public Spread(int shard, long epoch, long after, long position, List<Route.HeadHint> heads) {
        this(shard, epoch, after, position, heads, List.of(), List.of());
    }

    /** Entries of large conversations that are to go to all their members now. */
    public static Spread live(int shard, long epoch, List<Route.Events> live) {
        return new Spread(shard, epoch, 0, 0, List.of(), List.of(), live);
    }
}
