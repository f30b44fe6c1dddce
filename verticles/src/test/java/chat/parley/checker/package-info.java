/**
 * Says whether the promises held, from what clients saw. Plain Java, nothing of Parley in it: it judges a recorded
 * history and cannot share a mistake with the server.
 *
 * <p>A recorder (simulator, crash test, load generator) writes into a {@link chat.parley.checker.History}; processes of
 * their own write a {@link chat.parley.checker.HistoryFile} each, read back as one. At the end it heals everything, waits
 * for quiet, lets every device resume, reads every conversation through every node and from the store ({@code finalRead}),
 * and calls {@link chat.parley.checker.Checker#check}. All times come from one clock, in nanoseconds.
 *
 * <p>Every answer carries its sequence, so there is no search: one pass in order of time, then one over what it gathered.
 *
 * <ul>
 *   <li>{@code Logs}: every sighting of (conversation, sequence) is the same entry; the final read has all of them
 *   <li>{@code Drafts}: one id is one entry; what was acknowledged is there, what failed is not; order in real time and
 *       within a session, where no outcome was said to be unknown
 *   <li>{@code Amendments}: which bodies a message may be seen with, for it was edited or deleted
 *   <li>{@code FinalReads}: all reads at the end agree
 *   <li>{@code Memberships}: who may see which sequences, a function of the log
 *   <li>{@code Streams}: order and completeness of what each device got, and nothing it may not see
 *   <li>{@code Gaps}: none announced over what the user may have
 *   <li>{@code Pointers}, {@code Consumers}, {@code Pace}: read pointers and unread counts; push and export; time limits
 * </ul>
 *
 * <p>What a device is owed: every entry in its user's membership intervals, by reception, by acknowledgement on a session,
 * or by an announced gap. A device that begins later says so with {@code start}. Only devices whose last session is open at
 * the end are held to it.
 */
@NullMarked
package chat.parley.checker;

import org.jspecify.annotations.NullMarked;
