/**
 * What nodes tell one another through Redis: {@link chat.parley.store.Ephemeral}. Nothing in it is missed when it is lost: Redis may be gone, come
 * back empty, be slow or behind, and what is durable and live goes on.
 *
 * <table>
 *   <caption>Keys, behind a prefix that a cluster has for itself</caption>
 *   <tr><th>key</th><th>value</th><th>expires</th></tr>
 *   <tr><td>{@code presence:<user>}</td><td>hash: device → when it expires, gateway, when it was active</td><td>60 s after the last refresh; each
 *     device for itself, by the clock of Redis</td></tr>
 *   <tr><td>{@code spent:<user>}</td><td>tokens left, as of when</td><td>when the bucket is full again</td></tr>
 *   <tr><td>{@code held:<address>}</td><td>hash: node → when it expires, how many connections it holds that have not said who they are</td><td>5 s
 *     after the node said so last</td></tr>
 * </table>
 *
 * <ul>
 *   <li>What has to be decided in one step is a Lua script in a file of its own ({@code redis/*.lua}), sent by EVAL with one key: any node of a
 *       Redis Cluster carries out those of its keys.
 *   <li>{@code Pipe} writes commands in batches, to each node its own, and waits for no answer before the next. It never makes anybody
 *       wait: without a connection all fails at once, and what is not answered in time is given up together with the connection. What waits is bounded.
 *   <li>Measured on two shared cores with batches of 1,000: 120,000 users refreshed in a second, 140,000 found, 100,000 buckets spent from; so a
 *       thousand users cost 8 ms, each half a minute. A user takes about 100 bytes.
 *   <li>Of a Redis Cluster all nodes have to be there: while one is not, all of it counts as gone.
 *   <li><b>No heads and no members are kept here.</b> Whoever reads a head rests on it: where a session's live entries begin, what a receipt may be
 *       clamped to, whether an entry was lost, which conversation stands first. A head that is behind would hide an entry until somebody says
 *       more; and to find that out is to read the stored one, which is what a cache would save.
 * </ul>
 */
@NullMarked
package chat.parley.store.redis;

import org.jspecify.annotations.NullMarked;
