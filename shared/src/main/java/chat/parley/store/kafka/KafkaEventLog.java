package chat.parley.store.kafka;

import chat.parley.model.ConversationId;
import chat.parley.store.CannotOpen;
import chat.parley.store.EventCodec;
import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Histogram;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event log of a cluster: a topic of Kafka. */
public final class KafkaEventLog implements EventLog, EventExport, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventLog.class);
    private static final long START_SECONDS = 30;
    private static final long END_SECONDS = 10;
    private static final long AGAIN_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 5_000;
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long TELL_AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Of a record beside its value. */
    private static final int FRAME_BYTES = 1_024;

    private final Vertx vertx;
    private final KafkaOptions options;
    private final Topic topic;
    private final Sending sending;
    private final AtomicLong exported = new AtomicLong();
    private final LongAdder failures = new LongAdder();
    private final Histogram seconds = Histogram.ofSeconds();
    private final long looking;

    /** Since when each shard waits for its batch. */
    private final Map<Integer, Long> underWay = new ConcurrentHashMap<>();

    private volatile int recordBytesMax;
    private volatile String trouble = "";
    private volatile boolean isClosed;
    private final long openedAt = System.nanoTime();
    private boolean isTold;
    private long toldAt;

    /**
     * Looks for the topic, and makes it where there is none. Blocks the caller, who is not on an event loop. If Kafka does not answer, it is looked
     * for again beside, and until it does nothing is exported.
     *
     * @param log of the data that is exported: it remembers where its entries go
     * @throws CannotOpen with one sentence for the operator
     */
    public static KafkaEventLog open(Vertx vertx, KafkaOptions options, ShardLog log) throws CannotOpen {
        KafkaEventLog events = new KafkaEventLog(vertx, options, log);
        try {
            events.recordBytesMax = events.topic.check().await(START_SECONDS, TimeUnit.SECONDS);
        } catch (Exception failed) { // await throws what the future failed with, checked or not
            if (failed instanceof CannotOpen cannot) {
                events.close();
                throw cannot;
            }
            events.notYet(failed);
        }
        return events;
    }

    private KafkaEventLog(Vertx vertx, KafkaOptions options, ShardLog log) {
        this.vertx = vertx;
        this.options = options;
        this.topic = new Topic(vertx, options, log);
        this.sending = new Sending(vertx, options);
        this.looking = vertx.setPeriodic(LOOK_MILLIS, timer -> look());
    }

    private void check() {
        if (isClosed) return;
        topic.check().onComplete(checked -> {
            if (checked.failed()) {
                notYet(checked.cause());
                return;
            }
            recordBytesMax = checked.result();
            LOG.info("Kafka is there; entries go to the topic {}", options.topic());
        });
    }

    private void notYet(Throwable cause) {
        String what = cause instanceof CannotOpen
                ? String.valueOf(cause.getMessage())
                : cause instanceof TimeoutException ? "it does not answer" : Topic.reason(cause);
        boolean isNew = !what.equals(trouble);
        trouble = what;
        if (isNew && cause instanceof CannotOpen) LOG.error("entries are not exported: {}", what);
        else if (isNew) LOG.warn("entries are not exported until Kafka is there: {}", what);
        vertx.setTimer(AGAIN_MILLIS, timer -> check());
    }

    @Override
    public int parts() {
        return options.partitions();
    }

    @Override
    public Future<EventReader> read(String consumer, Collection<Integer> parts) {
        if (recordBytesMax == 0) return Future.failedFuture(away());
        return KafkaReader.open(vertx, options, consumer, parts);
    }

    @Override
    public Future<Void> add(int shard, List<EventRecord> records) {
        int bytesMax = recordBytesMax;
        if (bytesMax == 0) return Future.failedFuture(away());
        long began = System.nanoTime();
        underWay.put(shard, began);
        return sending.send(() -> written(records, bytesMax - FRAME_BYTES))
                .onSuccess(done -> {
                    exported.addAndGet(records.size());
                    seconds.recordSince(began);
                })
                .onFailure(broken -> failures.increment())
                .onComplete(done -> underWay.remove(shard));
    }

    private Unavailable away() {
        return new Unavailable("Kafka is not there: " + trouble);
    }

    private List<ProducerRecord<byte[], byte[]>> written(List<EventRecord> records, int bytesMax) {
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>(records.size());
        for (EventRecord record : records) batch.add(written(record, bytesMax));
        return batch;
    }

    private ProducerRecord<byte[], byte[]> written(EventRecord record, int bytesMax) {
        ConversationId conversation = record instanceof EventRecord.Placed placed ? placed.conversationId() : null;
        byte @Nullable [] key =
                conversation == null ? null : conversation.value().getBytes(StandardCharsets.US_ASCII);
        byte[] value = EventCodec.encode(record);
        if (value.length > bytesMax) {
            LOG.error(
                    "position {} of shard {} has {} bytes, more than the topic {} takes: it is exported as damaged",
                    record.position(),
                    record.shard(),
                    value.length,
                    options.topic());
            value = EventCodec.encode(new EventRecord.Missing(
                    record.incarnation(),
                    record.shard(),
                    record.first(),
                    record.position(),
                    EventRecord.Reason.DAMAGED));
        }
        return new ProducerRecord<>(options.topic(), partOf(record.shard()), key, value);
    }

    /** Says that Kafka takes nothing, again every hour, and once that it does. */
    private void look() {
        long now = System.nanoTime();
        long since = recordBytesMax == 0 ? openedAt : now;
        for (long each : underWay.values()) since = Math.min(since, each);
        boolean isStuck = now - since > STUCK_NANOS;
        if (isStuck && (!isTold || now - toldAt > TELL_AGAIN_NANOS)) {
            LOG.warn(
                    "Kafka has taken no entries for {} s; they wait in the logs of the shards",
                    TimeUnit.NANOSECONDS.toSeconds(now - since));
            toldAt = now;
        }
        if (!isStuck && isTold) LOG.info("Kafka takes entries again");
        isTold = isStuck;
    }

    /** What it counts. */
    public Figures figures() {
        return new Figures()
                .count(Metric.EXPORTED, exported::get)
                .spread(Metric.KAFKA_SECONDS, seconds)
                .count(Metric.KAFKA_FAILURES, failures::sum);
    }

    /** What is not written within two seconds is exported again by the next owner. Blocks. */
    @Override
    public void close() {
        isClosed = true;
        vertx.cancelTimer(looking);
        try {
            sending.close().await(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            LOG.warn("Kafka's producer does not end");
        }
    }
}
