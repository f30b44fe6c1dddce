/**
 * The stores in memory, for tests: the model that the real adapters are compared with, and what the simulator runs on. They pass the
 * ports' contract tests. What goes wrong between a node and its store comes in through {@link chat.parley.store.memory.Weather}.
 */
@NullMarked
package chat.parley.store.memory;

import org.jspecify.annotations.NullMarked;
