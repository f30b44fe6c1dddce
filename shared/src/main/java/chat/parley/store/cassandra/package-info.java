/**
 * The store of a cluster: all ports of {@link chat.parley.store} on Cassandra 5. {@code schema-1.cql} has the tables,
 * those after it what came since.
 *
 * <p><b>The logs.</b> {@code shard_log} has the partitions (shard, part) with a row for each position; {@code last_position}, {@code epoch},
 * {@code owner} and {@code last_batch_id} are static. An append is one conditional batch in one partition: on the position, the epoch and the
 * owner that it expects, null where nothing was written yet, and it writes all four. A take-over changes epoch and owner alone. Whoever
 * loses is told the head in the same answer.
 *
 * <ul>
 *   <li>The part is the position that an append expects, divided by 10,000: who expects the same head is compared with the same row, and a
 *       batch is never cut. So a partition can hold more positions than its share, by less than a batch, and the next begins behind them.
 *   <li>The current part is that of the head's position. It is looked for from the last one known, or from that of the projected cursor,
 *       forward while partitions are full. A new one has no epoch of its own until it is taken over or appended to; then that of the full
 *       one before counts, which can no longer change.
 *   <li>Conditional writes are sent once: no retries of the driver, no speculation. A failure is {@code Unavailable} only where nothing can
 *       have been written ({@code Requests}); all others are unknown, and the batch may be tried again.
 *   <li>A partition is emptied by one deletion when it is closed, its last row is 7 days old, and the cursors have passed it
 *       ({@code Trimming}); the static columns stay. Until then it holds bodies that were erased since.
 * </ul>
 *
 * <p><b>What follows from them</b> is written by {@code CassandraProjections} with USING TIMESTAMP incarnation × 2^40 + position, each
 * column for itself, and nothing is deleted: the later stays, whatever came first. An entry is in {@code history} without what its sender
 * said, which is in a column beside it; an erasure overwrites that column, and amendments are in the row of their target. A member's row is
 * in {@code members} and {@code inbox}, bans and invitations in tables of their own, all before the history rows behind it; the head in {@code conversations} comes last. Read pointers and
 * the like are stamped with their values, so that they only move forward; devices, user settings and
 * mutes by the clock.
 *
 * <p><b>Checked at the start</b>: {@code paxos_variant} v2, {@code commitlog_sync} batch or group (periodic only where that is accepted), and
 * what the data says of itself in {@code format}. Serial consistency is LOCAL_SERIAL, all else LOCAL_QUORUM: the sequencers are in one data
 * centre. {@code Requests} bounds what is out and what waits, {@code Values} binds what can be null.
 *
 * <p><b>A backup</b> ({@code CassandraBackup}) reads for minutes or hours what nodes write meanwhile, and yet has one state of the data, since the tables
 * follow from the logs. It is read in this order, which all rests on:
 *
 * <ol>
 *   <li>the cursors of all shards: at c, the projected one, all tables have what follows from the entries up to c;
 *   <li>the tables, each in ranges of tokens: they have that, and here and there what follows from later entries, in whatever state;
 *   <li>of each shard its head h, serially, and the rows of its log up to h. What was acknowledged before the backup began is in them. Nothing in a
 *       table is of an entry behind h, as an entry is projected, and a read pointer moved, only once it is in the log.
 * </ol>
 *
 * A restore writes the tables with the stamp of position 0 in the new life, below that of any entry, and then projects all entries from c to h once more
 * ({@code CopiedLogs.settle}): each cell has then what the last entry up to h says, whenever its table was read. So what the cells were stamped with is not needed,
 * nor is it kept. Read pointers and the like get their values as stamps, as ever, what clocks had stamped the oldest there is. While it is under way {@code
 * format} says so, and no node starts. Other ways to bring data back, as the snapshots of Cassandra, which are of no one moment, have to keep to the same order, and {@code renew} does
 * what a restore does at its end; there the tables keep their stamps, so the new life has to have a greater number.
 */
@NullMarked
package chat.parley.store.cassandra;

import org.jspecify.annotations.NullMarked;
