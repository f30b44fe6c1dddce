/**
 * What goes on after an entry was sent on its way: its head is repeated, so that a lost last entry is found though nobody says anything more.
 *
 * <p>{@link chat.parley.fanout.FanoutVerticle} hears {@code fanout.<shard>} for the shards that this node has; for each one
 * {@link chat.parley.fanout.HeadRepeats} decides which heads are repeated when, and how far the shard is fanned out. Small groups are
 * fanned out by the sequencer itself; what it does with them arrives here as {@link chat.parley.bus.Spread}.
 *
 * <p>The fanned-out cursor passes a position only when a head at or above it was repeated. So whoever has the shard next repeats what
 * was lost with its predecessor: everything behind the cursor that is projected and that no {@code Spread} brought is read from the
 * log, with the members from the directory. That also makes a lost {@code Spread} good.
 */
@NullMarked
package chat.parley.fanout;

import org.jspecify.annotations.NullMarked;
