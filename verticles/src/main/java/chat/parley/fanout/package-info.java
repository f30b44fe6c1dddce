/**
 * How entries reach the members of a conversation where they are too many to be named, and what goes on after an entry was sent on its way: its
 * head is repeated, so that a lost last entry is found though nobody says anything more. {@code README.md} beside this file has the three ways of
 * fan-out in a picture.
 *
 * <p>Entries of large conversations come at once, in a {@code Spread} that covers nothing, and go on as one {@code Deliver} to {@code gateways.<node>} of
 * every node with gateways, naming nobody: a gateway knows who is a member there, by the gates made when users attach. So nobody keeps a
 * registry of conversations, there is nothing to register before a user may rely on it, and when a conversation grows or shrinks past a threshold the
 * next entry goes the other way, with nothing to be agreed upon: the gates drop what comes twice. The price is a message to nodes without
 * a member, which drop it after one look-up: at most as many as there are nodes, and of conversations of more than a hundred members few nodes have
 * none. A published {@code conversation.<id>} would spare it, but writes to the registry are slow and seen late, as many as conversations, and what is
 * published has no windows ({@link chat.parley.bus.PeerBus}); interest announced as users are ({@code Announcer}) would cost every attach a round trip.
 *
 * <p>A worker gathers nothing itself: between nodes bundles do ({@link chat.parley.bus.PeerBus}), and a gateway passes together what has come while it
 * was writing. Who joins is named beside, since perhaps nobody knows yet that the conversation has a member there, and named again with
 * each repeated head for a while.
 *
 * <p>{@link chat.parley.fanout.FanoutVerticle} hears {@code fanout.<shard>} for the shards that this node has; for each one
 * {@link chat.parley.fanout.HeadRepeats} decides which heads are repeated when, and how far the shard is fanned out. Small groups are
 * fanned out by the sequencer itself; what it does with them arrives here as {@link chat.parley.bus.Spread}.
 *
 * <p>The fanned-out cursor passes a position only when a head at or above it was repeated. So whoever has the shard next repeats what
 * was lost with its predecessor: everything behind the cursor that is projected and that no {@code Spread} brought is read from the
 * log, with the members of small conversations from the directory. That also makes a lost {@code Spread} good. What was said in the last half minute is
 * repeated by the next wherever the cursor is, as one side of a partition may have moved it: it has repeated what it wrote, to those on its side.
 */
@NullMarked
package chat.parley.fanout;

import org.jspecify.annotations.NullMarked;
