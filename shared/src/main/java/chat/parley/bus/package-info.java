/**
 * What verticles see of each other: addresses, messages, and the way to send them. The addresses are the routing registry; they
 * exist for nodes and for what they do, never for users.
 *
 * <table>
 *   <caption>Addresses and what is said there</caption>
 *   <tr><th>address</th><th>who hears it</th><th>message → answer</th></tr>
 *   <tr><td>{@code sequencer.<shard>}, in its node only</td><td>the sequencer that owns the shard</td>
 *     <td>{@link chat.parley.bus.Submit} → {@link chat.parley.bus.Submitted} or {@link chat.parley.bus.NotMine};
 *     {@link chat.parley.bus.Pull} → {@link chat.parley.bus.Pulled} or NotMine</td></tr>
 *   <tr><td>{@code presence.<node>}</td><td>the presence verticle, for the user shards it owns</td>
 *     <td>{@link chat.parley.bus.Announce}, {@link chat.parley.bus.Compare} → {@link chat.parley.bus.Announced};
 *     {@link chat.parley.bus.Route}, {@link chat.parley.bus.Forwarded}; {@link chat.parley.bus.Watch}, {@link chat.parley.bus.Ask} →
 *     {@link chat.parley.bus.Presences}; {@link chat.parley.bus.EndSessions}, {@link chat.parley.bus.Signals} and
 *     {@link chat.parley.bus.SettingsChanged}, to be passed on</td></tr>
 *   <tr><td>{@code gateway.<gateway>}</td><td>one gateway instance (node name, dot, instance)</td>
 *     <td>{@link chat.parley.bus.Deliver}; {@link chat.parley.bus.EndSessions}; {@link chat.parley.bus.Signals};
 *     {@link chat.parley.bus.Presences} and {@link chat.parley.bus.SettingsChanged} of users who are watched there</td></tr>
 *   <tr><td>{@code gateways.<node>}, in its node only</td><td>all gateway instances of the node, each of them</td>
 *     <td>{@link chat.parley.bus.Deliver} of large conversations; from other nodes in a Bundle</td></tr>
 *   <tr><td>{@code node.<node>}</td><td>the node's control verticle</td>
 *     <td>{@link chat.parley.bus.Bundle} → {@link chat.parley.bus.Unbundled}; {@link chat.parley.bus.Canary} → the same; {@link
 *     chat.parley.bus.Command} → {@link chat.parley.bus.Commanded}; what is for the owners of its shards</td></tr>
 *   <tr><td>{@code fanout.<shard>}, in its node only</td><td>the worker that owns the shard</td><td>{@link chat.parley.bus.Spread}</td></tr>
 * </table>
 *
 * The bus may lose, delay, repeat and reorder (P6): nothing that matters depends on it.
 *
 * <p>What is for the owner of a shard is sent to the node that should have it ({@link chat.parley.bus.Topology}); who has it not names whom it
 * believes in. So shards change hands without a word to the registry: a write there takes milliseconds and is known to others some time
 * later, and while a node stands still a third of all reads and writes of three nodes' registry wait for it, until it is given up.
 *
 * <p>Between nodes, what is sent goes in bundles with a bound on what is not acknowledged ({@link chat.parley.bus.PeerBus}); requests go one by one: whoever makes them has a bound of its own.
 *
 * <p>Messages are records, by reference inside a node and compact binary between nodes ({@link chat.parley.bus.BusCodecs}): the version of the
 * bus in one byte, then the fields. While a cluster is upgraded node by node, two neighbouring minor versions work side by side, by three rules:
 *
 * <ul>
 *   <li>A new field goes behind all others of its message: the older reader passes over it, and the newer reader takes a default when nothing
 *       is left ({@code hasMore}). A field of what stands inside a message is added as a list of its own at the message's end, in the same order.
 *   <li>A new message, or a new value of what is enumerated (kinds of entry, roles, codes, states), is read by one minor version and sent by the next; or
 *       only to nodes that say that they read it, as {@link chat.parley.bus.Command} is.
 *   <li>Whatever else changes the form takes a new message. If it cannot, it is a new version of the bus: a node does not join others that speak
 *       another one, so all have to be stopped.
 * </ul>
 *
 * What cannot be read all the same is refused, counted ({@code parley_bus_unreadable_total}) and said in the log ({@link
 * chat.parley.bus.Unreadable}): who waits for an answer is told so at once, and what was only sent is made good like what was lost.
 *
 * <p>Messages of every minor version of this version are kept as its nodes wrote them: all are read, and what is written now begins as they do.
 */
@NullMarked
package chat.parley.bus;

import org.jspecify.annotations.NullMarked;
