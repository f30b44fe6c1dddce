/**
 * Loads a node over its sockets from one event loop and prints what it can bear, one JSON line a phase.
 *
 * <ul>
 *   <li>{@code Main}: arguments, the node to measure ({@code NodeProcess}, or one that runs) or the cluster ({@code ClusterProcess}), both
 *       {@code Started}; the summary
 *   <li>{@code Saturation} (W1, W2, W3), {@code Idle} (W4), {@code Return} (W5), {@code Presence}, {@code Slow}, {@code Ways} (which {@code Plot}
 *       draws): the workloads; {@code Steady}: the
 *       open loop
 *   <li>{@code Accounts}: tokens and conversations, made over HTTP before anything is measured
 *   <li>{@code Fleet}: all sessions and their event loop; {@code Session}: one socket; {@code Straggler}: what one has that
 *       stops reading; {@code FrameScanner}: what a server's frame says; {@code Template}: a send, encoded but for its id
 *   <li>{@code Sends}: what is on its way, and the checks: every send is acknowledged once and reaches each of its readers
 *       once; each session gets its entries in order and without a hole
 *   <li>{@code Window}: the figures of a stretch of time; {@code Proc}: what the kernel says of the processes
 * </ul>
 *
 * <p>Everything between {@code Fleet} and {@code Window} happens on the event loop's thread.
 */
@NullMarked
package chat.parley.load;

import org.jspecify.annotations.NullMarked;
