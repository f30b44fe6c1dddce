/**
 * The user level of the routing registry: which gateways a user is at, held in memory by the node that owns the user's shard (1 of 1,024).
 *
 * <p>{@link chat.parley.presence.PresenceVerticle} hears {@code presence.<node>}; {@link chat.parley.presence.UserTable} knows who is
 * where and decides what an announcement is worth; {@link chat.parley.presence.Dispatch} splits entries by gateway, {@link
 * chat.parley.presence.SignalDispatch} what is said in passing; {@link chat.parley.presence.Watchers} tells gateways of whom they watch.
 *
 * <p>Everything here is a hint that can be said again (P6): a user who is missing gets entries later, by the heads; one who is listed but gone
 * costs a message that the gateway drops. So nothing is stored and nothing is asked twice; what keeps the table right is in what the
 * gateways say:
 *
 * <ul>
 *   <li>steps are numbered for each (gateway, user shard): an older one is void, a hole makes the owner want the shard as a whole;
 *   <li>a gateway's greater boot voids all that its earlier life said; a node that is gone takes its gateways along at once;
 *   <li>every 30 s digests are compared; what then had to be put right is counted as drift.
 * </ul>
 *
 * <p>Who watches is known by gateway, not by session: a user who is watched by a thousand sessions of a gateway costs one message. A watch that
 * is not said again within 90 s lapses, and saying it again is answered with how it stands: that repairs what was lost. Who comes is told
 * at once; who goes after a grace of 3 s, since clients reconnect; who is nowhere in a shard that came here less than 5 s ago is unknown.
 *
 * <p>Users are kept as keyed 64-bit hashes of their ids, about 24 bytes each: that two of a million users share one has a chance of 3 in
 * 100 million, nobody can aim for it without the key, and it would cost them late delivery, never a wrong one, as gateways go by the ids.
 */
@NullMarked
package chat.parley.presence;

import org.jspecify.annotations.NullMarked;
