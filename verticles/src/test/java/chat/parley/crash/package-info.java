/**
 * Kills nodes under load and cuts the network between them, again and again, and lets the {@link chat.parley.checker.Checker} judge what their clients saw.
 *
 * <ul>
 *   <li>{@code CrashTest}: SIGKILL, with projections in the append and deferred
 *   <li>{@code PowerCutTest}: SIGKILL and the loss of all that was not synced; and a node that acknowledges too early, which must not pass
 *   <li>{@code ClusterCrashTest}: SIGKILL, SIGSTOP and SIGTERM of one node at a time, of three over one real Cassandra; how soon others do what
 *       it did ({@code Recovery})
 *   <li>{@code GroupsOfEverySizeTest}: the same once each, in groups of 2 to 50,000 members, of whom thousands come and go meanwhile, past the thresholds of
 *       fan-out too ({@code Audience}, {@code Tide}). Its course is {@code GroupsOrdeal}
 *   <li>{@code PartitionTest}: nodes that cannot reach each other, one way or both, while all reach the store and serve; how soon all is well again
 *       after it. They are on hosts of their own ({@code Namespaces})
 *   <li>{@code ServersDownTest}: the servers that nodes stand on ({@code ServersOfCluster}) stop and die, one at a time, while nodes go on; and what
 *       a consumer of Kafka gets ({@code Exported}). Its course is {@code ServersOrdeal}
 *   <li>{@code UnknownOutcomesTest}: nodes that do not learn what the store did ({@link chat.parley.node.UnsureStore})
 *   <li>{@code LastMessageTest}: nodes that die of the last message of a conversation ({@link chat.parley.node.LastWords}), before they tell of it
 *   <li>{@code StormTest}: SIGKILL of a node with thousands of sockets, which all come to another at once ({@code Storm}, {@code StormClient}), and what
 *       others notice of it ({@code Bystanders})
 *   <li>{@code Ordeal}: the course of the tests of one node: load, kill, start again, and at the end quiet and final reads.
 *       {@code ClusterOrdeal}: the same of a cluster, where others take over what the dead node did ({@code Strikes}); {@code PartitionOrdeal}: of one whose network is cut
 *   <li>{@code ServerProcess}: a node. {@code NodesOfCluster}: three, on their {@code Hosts}, which mostly are one ({@code Loopback}). {@code Door}: where nodes are. {@code StoreReader}: the logs, without a node
 *   <li>{@code Crowd}: all clients, from the first load to the final reads. {@code Town}: who talks with whom. {@code Scale}: how many, and how much
 *   <li>{@code Device}: a client as clients should be: keeps what it holds ({@code Held}), resumes by cursors, retries under the same id.
 *       Its {@code Hello} is to have all within 30 s; how soon it had, between faults and during them: {@code Hellos}.
 *       {@code Carrier}, {@code Link}: what carries its sessions, a WebSocket ({@code ClientSocket}) or SockJS over HTTP ({@code SockJsLink})
 *   <li>{@code Clerk}: a program that writes over HTTP ({@code Api}, {@code HttpWriter}): messages, members, roles, names. {@code Onlooker}: reads over it as
 *       those who come and go
 *   <li>{@code Marks}: how far users have read, as others see it, in each life and over all of them
 *   <li>{@code Recorder}: the history that they all write, and the figures
 * </ul>
 */
@NullMarked
package chat.parley.crash;

import org.jspecify.annotations.NullMarked;
