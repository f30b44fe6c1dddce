/**
 * The sequencer: orders the drafts of a shard, makes them durable, answers, and passes them on.
 */
@NullMarked
package chat.parley.sequencer;

import org.jspecify.annotations.NullMarked;
