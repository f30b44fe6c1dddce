/**
 * Clients by Gatling that check all they get, as black boxes: none of the other modules is known here but {@link chat.parley.load}, which starts
 * nodes and makes users.
 *
 * <ul>
 *   <li>{@code Main}: {@code ./parley load}; {@code Listed}: what there is; {@code Setting}: a number that can be said; {@code Progress}, {@code
 *       Summary}: what is told meanwhile and in the end
 *   <li>{@code OneToOne}, {@code SmallGroups}, {@code LargeGroup} (all of {@code Groups}), {@code RampAndIdle}, {@code ReconnectStorm}, {@code
 *       PresenceChurn}, {@code DayInAChat}, {@code SockJsFallback}, {@code SlowReaders} (on {@code StallingSocket}s): the simulations; each says
 *       who is in which conversation and what each does ({@code Behaviour}; {@code Steady} sends)
 *   <li>{@code Run}: what all share; {@code Visit}: one user's part in it; {@code Life}: the same as steps of Gatling's, over a {@code
 *       Transport} ({@code SockJsFrames}: what SockJS puts around frames)
 *   <li>{@code Device}: what a user's device says and hears, and the checks; {@code Held}: what it has of one conversation; {@code Ledger}: what
 *       is compared between devices; {@code Figures}: what is counted and measured; {@code Measured} puts that into Gatling's report
 * </ul>
 *
 * <p>The checks: every send is acknowledged once; every session gets the entries of its conversations in order, each once, own ones as
 * acknowledgements; everybody has the same message at a sequence; and in the end each has, after a {@code sync}, everything that was
 * acknowledged to anybody. An acknowledgement may overtake events: a hole is asked for after a second, and a hole that remains is a loss.
 */
@NullMarked
package chat.parley.load.gatling;

import org.jspecify.annotations.NullMarked;
