/**
 * Foreign servers as processes of this machine, small and for trying: {@code ./parley cluster} starts them, and so do the tests. In production
 * they are somebody's own.
 *
 * <ul>
 *   <li>{@link chat.parley.servers.KeptProcess}: a process that does not outlive this one
 *   <li>{@link chat.parley.servers.CassandraServer}: how a Cassandra of Maven's artifacts is started, and what it is to be told
 *   <li>{@link chat.parley.servers.KafkaServer}: the same of a Kafka, also of Maven's artifacts
 *   <li>{@link chat.parley.servers.RedisServer}: of a Redis, which has to be installed
 *   <li>{@link chat.parley.servers.Java17}: the Java that Cassandra runs on
 * </ul>
 */
@NullMarked
package chat.parley.servers;

import org.jspecify.annotations.NullMarked;
