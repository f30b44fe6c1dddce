/**
 * What the parts of a node count and measure, and hand out to be read: {@link chat.parley.telemetry.Metric} names all there is, a part adds to counters
 * and {@link chat.parley.telemetry.Histogram}s of its own and shows them as its {@link chat.parley.telemetry.Figures}. Nothing is summed, formatted or sent
 * here: the node reads, when it is asked.
 *
 * <p>Messages that operators want to follow are told of to {@link chat.parley.telemetry.Traces}, by all parts that they come through.
 *
 * <p>No figure names a user, a device or a conversation, and a label has few values, all of which are known beforehand: of an enumeration, or the event
 * loops of a node.
 */
@NullMarked
package chat.parley.telemetry;

import org.jspecify.annotations.NullMarked;
