/**
 * What follows the event log behind the acknowledgements: push, search, webhooks and archives are each an {@link chat.parley.consumers.EventHandler} under
 * a name of its own, and a {@link chat.parley.consumers.ConsumerVerticle} on each node with the role brings it the records of the parts that fall to that node.
 *
 * <ul>
 *   <li>Each record comes to the handler once its effects of the one before are done, of each shard in the order of positions and without a hole:
 *       {@code Following} drops what was seen, and what is missing is read from the log of the shard. What is nowhere comes as
 *       {@link chat.parley.store.EventRecord.Missing}.
 *   <li>Cursors are saved every second. After a crash, or where two nodes hold themselves for the one a part falls to, records come again: a handler that
 *       must not do a thing twice keeps the position with what it does, and says at the start up to where it has ({@code EventHandler.done}).
 *   <li>A handler that fails with {@link chat.parley.store.Unavailable} is asked again until it does not, and nothing behind that record comes meanwhile.
 *       A record that it fails on for any other reason three times is put aside, so that it holds up no other.
 * </ul>
 */
@NullMarked
package chat.parley.consumers;

import org.jspecify.annotations.NullMarked;
