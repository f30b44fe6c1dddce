/**
 * The ports: what Parley needs of a store, as promises. Each has an embedded adapter ({@code .embedded}) and, for a cluster, a real
 * one; one contract test is passed by both.
 *
 * <ul>
 *   <li>{@link chat.parley.store.ShardLog}: the durable log of every sequencer shard; the only arbiter (P7).
 *   <li>{@link chat.parley.store.Projections}: carries out {@link chat.parley.store.Projection}, entry → row changes.
 *   <li>{@link chat.parley.store.History}: the projected entries of a conversation, and entries by client id.
 *   <li>{@link chat.parley.store.Directory}: conversations, members, bans, invitations, heads, inboxes, read pointers, devices, what users have set for
 *       themselves (settings, mutes), when they were last seen.
 *   <li>{@link chat.parley.store.EventLog}: the logs of all shards, for consumers. On the embedded store these are the logs themselves; else the owner
 *       of each shard brings there what is durable ({@link chat.parley.store.EventExport}), in the form of {@link chat.parley.store.EventCodec}.
 * </ul>
 *
 * <p>What may be lost at any time is {@link chat.parley.store.Ephemeral}, in Redis or for a node alone:
 *
 * <ul>
 *   <li>{@link chat.parley.store.Presence}: where devices were seen within the last minute.
 *   <li>{@link chat.parley.store.SharedBuckets}: what users have spent of their allowance at all nodes together.
 *   <li>{@link chat.parley.store.SharedCounts}: how many connections each node holds of an address.
 * </ul>
 *
 * A future that fails means a breakage: for a read, try again; for a write, not known, unless it is
 * {@link chat.parley.store.Unavailable}: then nothing was written. Futures complete on the context of the
 * caller, those of one commit together.
 */
@NullMarked
package chat.parley.store;

import org.jspecify.annotations.NullMarked;
