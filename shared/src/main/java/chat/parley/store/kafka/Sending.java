package chat.parley.store.kafka;

import chat.parley.store.Unavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The producer, on a thread of its own, since it blocks where it knows nothing of the topic. It tries again by itself for as long as it takes. A
 * failure that it cannot make good ends it, and the next batch has another; what was under way with it fails, and is sent again.
 */
final class Sending {
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Map<String, String> config;
    private final WorkerExecutor thread;
    private @Nullable Producer<byte[], byte[]> producer; // of the thread

    Sending(Vertx vertx, KafkaOptions options) {
        this.vertx = vertx;
        config = options.client();
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        config.put("max.in.flight.requests.per.connection", "5");
        config.put("delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE));
        config.put("request.timeout.ms", "10000");
        config.put("max.block.ms", "1000");
        config.put(
                "metadata.max.idle.ms", String.valueOf(Duration.ofDays(365).toMillis())); // of a topic that waits, too
        config.put("linger.ms", "5");
        config.put("batch.size", String.valueOf(256 << 10));
        config.put("compression.type", "lz4");
        config.put("max.request.size", String.valueOf(16 << 20));
        config.put("buffer.memory", String.valueOf(64 << 20));
        thread = vertx.createSharedWorkerExecutor("parley-kafka-" + System.identityHashCode(this), 1);
    }

    /** Completes once all of these are written. @param records made on the producer's thread */
    Future<Void> send(Supplier<List<ProducerRecord<byte[], byte[]>>> records) {
        Promise<Void> done = ((ContextInternal) vertx.getOrCreateContext()).promise();
        thread.executeBlocking(() -> {
                    send(records.get(), done);
                    return done;
                })
                .onFailure(done::tryFail);
        return done.future();
    }

    private void send(List<ProducerRecord<byte[], byte[]>> records, Promise<Void> done) {
        Producer<byte[], byte[]> its = producer;
        if (its == null) {
            its = new KafkaProducer<>(new TreeMap<>(config), new ByteArraySerializer(), new ByteArraySerializer());
            producer = its;
        }
        Batch batch = new Batch(its, records.size(), done);
        int given = 0;
        try {
            // A record that cannot be taken fails at once; those behind it would only wait as long as it did.
            for (; given < records.size() && !batch.hasFailed(); given++)
                its.send(records.get(given), (written, cause) -> batch.ended(1, cause));
            batch.ended(records.size() - given, null);
        } catch (KafkaException | IllegalStateException e) { // of a producer that is not to be used any more
            batch.ended(records.size() - given, e);
        }
    }

    /** What was given to a producer, and what of it is not written yet. */
    private final class Batch {
        private final Producer<byte[], byte[]> its;
        private final AtomicInteger left;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Promise<Void> done;

        Batch(Producer<byte[], byte[]> its, int records, Promise<Void> done) {
            this.its = its;
            this.left = new AtomicInteger(records);
            this.done = done;
        }

        boolean hasFailed() {
            return failure.get() != null;
        }

        void ended(int records, @Nullable Throwable cause) {
            if (cause != null) failure.compareAndSet(null, cause);
            if (left.addAndGet(-records) > 0 || records == 0 && !hasFailed()) return;
            Throwable failed = failure.get();
            if (failed == null) {
                done.tryComplete();
                return;
            }
            if (!(failed instanceof RetriableException)) replace(its);
            done.tryFail(new Unavailable("Kafka does not take entries: " + Topic.reason(failed), failed));
        }
    }

    private void replace(Producer<byte[], byte[]> broken) {
        thread.executeBlocking(() -> {
            if (producer == broken) producer = null;
            broken.close(Duration.ZERO);
            return broken;
        });
    }

    /** What is not written within two seconds is not. */
    Future<Void> close() {
        return thread.executeBlocking(() -> {
                    if (producer != null) producer.close(CLOSE);
                    return CLOSE;
                })
                .eventually(thread::close)
                .mapEmpty();
    }
}
