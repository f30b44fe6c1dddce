/**
 * The node: reads its settings once ({@code Settings} → {@code NodeConfig}), builds every part with {@code new}, top to bottom, and ends them
 * in the opposite order ({@code Node}). {@code Main} is the command line.
 */
@NullMarked
package chat.parley.node;

import org.jspecify.annotations.NullMarked;
