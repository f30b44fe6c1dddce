package chat.parley.store.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;

import chat.parley.store.CannotOpen;
import chat.parley.store.EventLogContract;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.ShardLog;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Event logs on a real Kafka: one process for all tests of the module, a topic for each test. */
public final class RealKafka implements BeforeAllCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(RealKafka.class);
    private static final long WAIT_SECONDS = 60;
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final List<KafkaEventLog> open = new ArrayList<>();
    private KafkaProcess process;
    private Vertx vertx;

    @Override
    public void beforeAll(ExtensionContext context) {
        process = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        KafkaProcess.class,
                        first -> {
                            try {
                                return new KafkaProcess(Path.of("target"));
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        KafkaProcess.class);
        vertx = Vertx.vertx();
        context.getStore(NAMESPACE).put(this, (AutoCloseable) () -> vertx.close());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        for (KafkaEventLog each : open) each.close();
        open.clear();
    }

    public KafkaProcess process() {
        return process;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** A topic that nobody has used. */
    public static String topic() {
        return "topic-" + TOPICS.incrementAndGet();
    }

    public KafkaOptions options(String topic, int partitions) {
        return new KafkaOptions(List.of(process.broker()), topic, partitions, 1, Duration.ofDays(1), null, false, null);
    }

    public KafkaEventLog open(KafkaOptions options, ShardLog log) throws CannotOpen {
        KafkaEventLog events = KafkaEventLog.open(vertx, options, log);
        open.add(events);
        return events;
    }

    /** The first so many entries. */
    public static List<EventRecord.Placed> read(KafkaEventLog events, int count) throws Exception {
        EventReader reader = reader(events);
        List<EventRecord.Placed> records = new ArrayList<>();
        for (EventRecord each : EventLogContract.take(reader, count)) records.add((EventRecord.Placed) each);
        reader.close().await(WAIT_SECONDS, SECONDS);
        return records;
    }

    /** All that is there now, as it is there: repeats are. */
    public static List<EventRecord> all(KafkaEventLog events) throws Exception {
        EventReader reader = reader(events);
        List<EventRecord> records = new ArrayList<>();
        while (reader.lag().await(WAIT_SECONDS, SECONDS) > 0)
            records.addAll(reader.next().await(WAIT_SECONDS, SECONDS));
        reader.close().await(WAIT_SECONDS, SECONDS);
        return records;
    }

    private static EventReader reader(KafkaEventLog events) throws Exception {
        List<Integer> parts = IntStream.range(0, events.parts()).boxed().toList();
        return events.read("another", parts).await(WAIT_SECONDS, SECONDS);
    }
}
