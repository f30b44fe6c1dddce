/**
 * The simulator: several nodes, their bus, their store and their clients in one thread and virtual time, from one seed. The nodes are
 * the real verticles ({@code SequencerVerticle}, {@code PresenceVerticle}, {@code FanoutVerticle}, {@code Gateway}) on a simulated bus, loop and
 * store, with {@code ConsumerVerticle} behind a simulated event log; what clients saw goes to {@link chat.parley.checker.Checker}.
 *
 * <ul>
 *   <li>{@link chat.parley.simulator.Scheduler}: virtual time.
 *   <li>{@link chat.parley.simulator.Process}: one life of a node; can be frozen and killed.
 *   <li>{@link chat.parley.simulator.Network}: the bus that loses, repeats, delays, reorders.
 *       Nodes send over it in bundles, with a bound on what is not acknowledged ({@link chat.parley.bus.PeerBus}), as between real ones.
 *   <li>{@link chat.parley.simulator.StoreWeather}: latency, unknown outcomes and late writes in front of the store.
 *   <li>{@link chat.parley.simulator.Workload}: what people do. {@link chat.parley.simulator.Audiences}: large groups ({@link chat.parley.simulator.Sizes}), whose
 *       members mostly are never online.
 *   <li>{@link chat.parley.simulator.Mutant}: builds that are wrong on purpose, by their wiring or by a {@link chat.parley.simulator.Mutation}
 *       of a source.
 * </ul>
 */
@NullMarked
package chat.parley.simulator;

import org.jspecify.annotations.NullMarked;
