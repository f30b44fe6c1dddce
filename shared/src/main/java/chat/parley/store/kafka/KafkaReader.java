package chat.parley.store.kafka;

import chat.parley.store.EventCodec;
import chat.parley.store.EventCursor;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.TopicPartition;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.OffsetAndMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one consumer reads of some partitions. A commit is repeated though nothing came, since Kafka forgets those that are not for days. */
final class KafkaReader implements EventReader {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaReader.class);
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final long REPEAT_NANOS = Duration.ofHours(1).toNanos();

    private final KafkaOptions options;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions;
    private final Map<Integer, EventCursor> saved = new TreeMap<>();

    /** The offsets behind what was given, and those that were committed last. */
    private final Map<TopicPartition, Long> given = new HashMap<>();

    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private long committedAt = System.nanoTime();

    private KafkaReader(KafkaOptions options, KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        this.options = options;
        this.consumer = consumer;
        this.partitions = partitions;
    }

    static Future<EventReader> open(Vertx vertx, KafkaOptions options, String name, Collection<Integer> parts) {
        Map<String, String> config = options.client();
        config.put("group.id", "parley-" + name);
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        config.put("allow.auto.create.topics", "false");
        config.put("max.poll.records", "1000");
        config.put("fetch.max.bytes", String.valueOf(8 << 20));
        config.put("default.api.timeout.ms", "10000");
        KafkaConsumer<byte[], byte[]> consumer =
                KafkaConsumer.create(vertx, config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Set<TopicPartition> partitions = new HashSet<>();
        for (int part : parts) partitions.add(new TopicPartition(options.topic(), part));
        KafkaReader reader = new KafkaReader(options, consumer, partitions);
        Future<Void> ready = consumer.assign(partitions);
        for (TopicPartition each : partitions) ready = ready.compose(before -> reader.begin(each));
        return ready.<EventReader>map(begun -> reader)
                .recover(cause -> consumer.close().transform(closed -> Future.failedFuture(cause)));
    }

    /** Behind what was committed or, if Kafka does not have that any more or nothing was, from the earliest that it has. */
    private Future<Void> begin(TopicPartition partition) {
        return consumer.committed(partition).compose(its -> {
            if (its == null) return consumer.seekToBeginning(partition);
            saved.putAll(Commits.cursors(its.getMetadata()));
            given.put(partition, its.getOffset());
            committed.put(partition, its.getOffset());
            return consumer.seek(partition, its.getOffset());
        });
    }

    @Override
    public Map<Integer, EventCursor> saved() {
        return saved;
    }

    @Override
    public Future<List<EventRecord>> next() {
        return consumer.poll(WAIT).map(polled -> {
            ConsumerRecords<byte[], byte[]> records = polled.records();
            List<EventRecord> read = new ArrayList<>(records.count());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                given.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
                EventRecord decoded = decoded(record);
                if (decoded != null) read.add(decoded);
            }
            return read;
        });
    }

    /** Null: it is none. If it should have been, a position is missing, and that is noticed. */
    private @Nullable EventRecord decoded(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        try {
            if (value == null) throw new IllegalArgumentException("nothing");
            return EventCodec.decode(value);
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "the record {} of partition {} of {} is passed over: {}",
                    record.offset(),
                    record.partition(),
                    record.topic(),
                    e.getMessage());
            return null;
        }
    }

    @Override
    public Future<Void> save(Map<Integer, EventCursor> cursors) {
        boolean isRepeated = System.nanoTime() - committedAt > REPEAT_NANOS;
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<TopicPartition, Long> saving = new HashMap<>();
        given.forEach((partition, offset) -> {
            if (offset.equals(committed.get(partition)) && !isRepeated) return;
            Map<Integer, EventCursor> its = new TreeMap<>(cursors);
            its.keySet().removeIf(shard -> shard % options.partitions() != partition.getPartition());
            offsets.put(partition, new OffsetAndMetadata(offset, Commits.text(its)));
            saving.put(partition, offset);
        });
        if (offsets.isEmpty()) return Future.succeededFuture();
        return consumer.commit(offsets)
                .onSuccess(done -> {
                    committed.putAll(saving);
                    committedAt = System.nanoTime();
                })
                .mapEmpty();
    }

    @Override
    public Future<Long> lag() {
        return consumer.endOffsets(partitions).compose(ends -> {
            Future<Long> lag = Future.succeededFuture(0L);
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                lag = lag.compose(before ->
                        consumer.position(end.getKey()).map(at -> before + Math.max(0, end.getValue() - at)));
            }
            return lag;
        });
    }

    @Override
    public Future<Void> close() {
        return consumer.close();
    }
}
