/**
 * A node among others: joins the Hazelcast cluster that carries the registry of bus addresses ({@code Membership}), keeps the node's {@link
 * chat.parley.bus.Topology} as the cluster is seen from here, and listens at {@code node.<node>} ({@code NodeVerticle}): bundles of other nodes,
 * and canaries, which show that the registry still finds this node; {@code Canaries} decides what follows when it does not.
 *
 * <p>Nothing here decides what is true. A node that believes that others are gone takes their shards, and the store's compare-and-set says
 * whose appends hold; one that is not found is repaired by heads and pulls. So a wrong picture costs time, never an entry.
 *
 * <p>A node is in the topology of the others from when it says that it serves until it says that it leaves, is gone (a closed connection: at
 * once), or has not been heard for 10 s. What it says stands in a replicated map, by its name and boot id, so that what an earlier life
 * said is void.
 *
 * <p>A node that was given up while it lived, because it stood still or was cut off, starts again when it finds that out: its drafts, its
 * sessions and its part of the registry belong to a cluster that went on without it. Of two parts of a cluster that find each other it is
 * the smaller that does. The same is done by one that no canary has come back to for a minute.
 *
 * <p>A canary over each other node every 5 s shows more: when two nodes that had not found each other for 10 s do so again, entries may be lost with
 * all repeats of their heads, so both compare the heads of all who are there with the stored ones.
 *
 * <p>Nodes that speak another version of the bus are not joined; neighbouring minor versions of Parley speak the same ({@link chat.parley.bus}).
 *
 * <p>A node that stands still still takes connections, and answers none. Those of Hazelcast are closed after 3 s ({@code Handshakes}), as they would
 * stop what goes to healthy nodes. What is for the owner of a shard goes by the topology, without the registry, and to this node without Hazelcast.
 *
 * <p>Hazelcast has neither encryption nor identification in its open-source edition, so it is bound to one private address, and everything it
 * can do besides is off. The bus is mutual TLS: only who has a certificate of the cluster's own authority is heard.
 */
@NullMarked
package chat.parley.node.cluster;

import org.jspecify.annotations.NullMarked;
