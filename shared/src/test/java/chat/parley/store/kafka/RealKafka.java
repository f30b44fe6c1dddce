package chat.parley.store.kafka;

import chat.parley.store.CannotOpen;
import chat.parley.store.ShardLog;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Event logs on a real Kafka: one process for all tests of the module, a topic for each test. */
public final class RealKafka implements BeforeAllCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(RealKafka.class);
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
}
