/**
 * The event log of a cluster, on Kafka: one topic, to which the owner of each shard brings its log, and which consumers read.
 *
 * <ul>
 *   <li>A record's value is what {@link chat.parley.store.EventCodec} writes, its key the conversation, its partition the shard modulo the number of
 *       partitions: so each shard is whole in one, and no key decides. That number is fixed for the life of a topic; it is set, compared with the
 *       topic, and remembered with the data ({@code Topic}).
 *   <li>The producer is idempotent, waits for all replicas in sync and never gives up: what it has been given is written, in that order, however long Kafka
 *       is away ({@code Sending}). Each shard gives it one batch at a time, so what waits has a bound. It is Kafka's own and not that of Vert.x, which
 *       changes threads three times for each record; here it is twice for a batch.
 *   <li>A consumer is a group of Kafka, without the group's protocol: who reads which partition is decided by who asks. What it has seen is in the
 *       commits of that group: the offset, and with it each shard's position ({@code Commits}), so that Kafka's own tools see the lag, and a hole is
 *       noticed whatever happens to offsets ({@code KafkaReader}).
 *   <li>A node starts though Kafka is away, and looks for it until it is there. What does not fit together is refused at the start if Kafka says so
 *       then, and said in the log if it does later; nothing is exported until it fits.
 * </ul>
 */
@NullMarked
package chat.parley.store.kafka;

import org.jspecify.annotations.NullMarked;
