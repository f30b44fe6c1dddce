/**
 * A whole cluster on this machine, for trying: {@code ./parley cluster}. {@code LocalCluster} starts foreign servers ({@link chat.parley.servers})
 * and then nodes, each a process with a log of its own and a small heap, on one address of loopback, and ends them in the opposite order.
 * {@code Plan} says what is where; {@code Server} is one of the foreign servers.
 */
@NullMarked
package chat.parley.node.local;

import org.jspecify.annotations.NullMarked;
