/**
 * The node: reads its settings once ({@code Settings} → {@code NodeConfig}), builds every part with {@code new}, top to bottom, and ends them
 * in the opposite order ({@code Node}). {@code Main} is the command line.
 *
 * <p>Gateways, sequencers and fan-out are {@code Deployment}s, whose instances come and go while the node runs when an operator says so ({@code
 * NodeCommands}). The shards of the node are shared out among sequencers, and among workers of fan-out, by {@link chat.parley.bus.Shares}; gateways share
 * the port.
 */
@NullMarked
package chat.parley.node;

import org.jspecify.annotations.NullMarked;
