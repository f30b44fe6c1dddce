/**
 * The sequencer: orders the drafts of a shard, makes them durable, answers, and passes them on.
 *
 * <p>What a draft is decided on ({@code Rules}) is a function of its conversation's log ({@code Standing}), but for one thing. What few drafts need is looked up ({@code Grounds}) when
 * the first of them comes, from the projections and what is in memory of the log behind them, and is kept with the conversation:
 *
 * <ul>
 *   <li>{@code Spoken}: where there is a slow mode or a rate, when each spoke last and how full the minute is, from the last entries
 *       ({@code sequencer.slowLookBackMax}). The rate is of all together; admins and owners are never kept waiting, and what they say counts.
 *   <li>{@code Door}: who is banned, and the invitations. A ban of a member is two entries side by side: the one that removes, as ever, and the ban. A hundred
 *       slots hold the invitations of a conversation, so that no more than that is ever kept of it; a dead one's slot is taken by the next.
 *       Uses are counted in the entries by which one joins, so that of two at the last place one joins, and who has joined is told so for as long as the
 *       invitation is known. 10,000 users are or were banned at most.
 *   <li>{@code Blocking}, which is no part of the log, as nobody but the user may learn of it: who of the two of a direct conversation blocks the other. The gateway
 *       where that is changed has the owner of the shard forget it before it answers.
 * </ul>
 *
 * <p><b>Members.</b> Every entry counts the members and the owners behind it, so how many there are is known without them. Up to {@code
 * sequencer.loadedMembersMax} (1,000) all who are or were members of a conversation are in memory ({@code WholeMembers}). Of a larger one that are
 * those who were asked for ({@code KnownMembers}, which says why what was read of them is right): who sends, and whom a draft names. They are looked up while the draft waits,
 * as its id is, all that waits in one multi-get; the longest known go when there are more than 1,000 of a conversation, unless
 * a draft that waits needs them. So a send in a group of 200,000 reads one row, mostly none, and a take-over none. Pulls read what they are
 * asked for, and leave nothing behind. A group that has become small is loaded whole when it is loaded next.
 *
 * <p>How many have come and gone is not bounded, as it is not in memory: they are rows, as messages are. How often one user has is, by {@code
 * sequencer.intervalsMax}: each time stays in their row.
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
