package chat.parley.store.kafka;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.Scribe;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What goes through one real Kafka: each shard has one batch of 256 messages of 200 bytes under way, as it has when it has fallen behind; then
 * one consumer reads it all. Argument: seconds.
 */
public final class KafkaEventLogBenchmark {
    private static final int[] SHARDS = {1, 8, 128};
    private static final int BATCH = 256;
    private static final int PARTITIONS = 16;
    private static final UserId SENDER = new UserId("ann");
    private static final Content BODY = Content.Message.of("x".repeat(200));

    private final Vertx vertx;
    private final KafkaEventLog events;
    private final ConversationId[] conversations = new ConversationId[ConversationId.SHARDS];
    private final long[] positions = new long[ConversationId.SHARDS];
    private boolean isOver;
    private long added;

    private KafkaEventLogBenchmark(Vertx vertx, KafkaEventLog events) {
        this.vertx = vertx;
        this.events = events;
        for (int shard = 0; shard < conversations.length; shard++) conversations[shard] = Scribe.conversation(shard, 0);
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        Vertx vertx = Vertx.vertx();
        try (KafkaProcess process = new KafkaProcess(Path.of("target"))) {
            KafkaOptions options = new KafkaOptions(
                    List.of(process.broker()), "benchmark", PARTITIONS, 1, Duration.ofDays(1), null, false, null);
            var log = new MemoryStore(false, 7).stores(Weather.FINE).log();
            try (KafkaEventLog events = KafkaEventLog.open(vertx, options, log)) {
                KafkaEventLogBenchmark benchmark = new KafkaEventLogBenchmark(vertx, events);
                benchmark.write(128, seconds); // until it is compiled
                for (int shards : SHARDS)
                    System.out.printf("%3d shards: %,d records/s exported%n", shards, benchmark.write(shards, seconds));
                System.out.printf("%,d records/s consumed%n", benchmark.read());
            }
        }
        vertx.close().await();
        System.exit(0);
    }

    /** All of it happens on one event loop, as of a node. */
    private long write(int shards, int seconds) throws InterruptedException {
        Context context = vertx.getOrCreateContext();
        CountDownLatch done = new CountDownLatch(shards);
        isOver = false;
        long before = added;
        long began = System.nanoTime();
        context.runOnContext(nothing -> {
            for (int shard = 0; shard < shards; shard++) next(shard, done);
        });
        done.await(seconds, TimeUnit.SECONDS);
        context.runOnContext(nothing -> isOver = true);
        done.await();
        return (added - before) * 1_000_000_000 / (System.nanoTime() - began);
    }

    private void next(int shard, CountDownLatch done) {
        if (isOver) {
            done.countDown();
            return;
        }
        List<EventRecord> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            long position = ++positions[shard];
            batch.add(EventRecord.of(
                    7,
                    new Entry(
                            conversations[shard],
                            position,
                            position,
                            1_700_000_000_000L + position,
                            SENDER,
                            "client-" + position,
                            new Digest(1, position, position),
                            "session-1",
                            position,
                            position,
                            BODY)));
        }
        events.add(shard, batch).onComplete(answer -> {
            if (answer.failed()) throw new IllegalStateException(answer.cause());
            added += batch.size();
            next(shard, done);
        });
    }

    private long read() {
        EventReader reader = Scribe.await(
                events.read("benchmark", IntStream.range(0, PARTITIONS).boxed().toList()));
        long read = 0;
        long began = System.nanoTime();
        while (read < added) read += Scribe.await(reader.next()).size();
        long rate = read * 1_000_000_000 / (System.nanoTime() - began);
        Scribe.await(reader.close());
        return rate;
    }
}
