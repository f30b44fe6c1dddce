/**
 * The sequencer: orders the drafts of a shard, makes them durable, answers, and passes them on.
 *
 * <p>Where consumers do not read the logs themselves, the owner of a shard brings its log to them, besides ({@code Exporting}, {@code Exporter}): from the
 * exported cursor, one batch of 256 entries or 128 KiB at a time, so that a consumer that sees a position for the first time has seen all before it. An
 * entry is taken from memory if it is one of the last, and read from the log else; nothing else waits in memory, whatever is down and however long.
 * The cursor moves when a batch is acknowledged and is saved within a second; after a crash, and while two hold themselves for the owner, entries are
 * brought again.
 */
@NullMarked
package chat.parley.sequencer;

import org.jspecify.annotations.NullMarked;
