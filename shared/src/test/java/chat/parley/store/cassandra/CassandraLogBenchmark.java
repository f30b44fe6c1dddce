package chat.parley.store.cassandra;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.UserId;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.ForeignProcess;
import chat.parley.store.Scribe;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the log on one real Cassandra carries: messages come at a rate, in shards at random; one append of a shard is in flight, and takes what
 * has come meanwhile. Beside it plain inserts of such rows. Arguments: seconds of each step.
 */
public final class CassandraLogBenchmark {
    private static final int[] SHARDS = {128, 8};
    private static final int[] RATES = {500, 2_000, 8_000, 32_000};
    private static final int BATCH_MAX = 128;
    private static final int WAITING_MAX = 4_096;
    private static final int PLAIN_AT_ONCE = 256;
    private static final UserId SENDER = new UserId("ann");
    private static final Content BODY = Content.Message.of("x".repeat(200));

    private final Vertx vertx;
    private final CassandraStore store;
    private final ShardLog log;
    private final Random random = new Random(1);
    private final ConversationId[] conversations = new ConversationId[ConversationId.SHARDS];
    private final ShardHead[] heads = new ShardHead[ConversationId.SHARDS];
    private int batches;

    private CassandraLogBenchmark(Vertx vertx, CassandraStore store) {
        this.vertx = vertx;
        this.store = store;
        log = store.stores().log();
        for (int shard = 0; shard < heads.length; shard++) {
            conversations[shard] = Scribe.conversation(shard, 0);
            Scribe.await(log.takeOver(Scribe.await(log.head(shard)), "benchmark"));
            heads[shard] = Scribe.await(log.head(shard));
        }
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        String address = ForeignProcess.anyAddress();
        Vertx vertx = Vertx.vertx();
        try (var process = new CassandraProcess(
                Path.of("target", "benchmark" + address).toAbsolutePath(),
                address,
                address,
                "",
                List.of("commitlog_sync: batch", "paxos_variant: v2"))) {
            process.awaitStart();
            CassandraOptions options =
                    TestOptions.at(TestOptions.of(CassandraOptions.defaults().partitionRows()), address, "parley");
            CassandraSchema.apply(vertx, options);
            try (CassandraStore store = CassandraStore.open(vertx, options)) {
                var benchmark = new CassandraLogBenchmark(vertx, store);
                benchmark.new Run(128, 8_000).measure(2 * seconds); // until it is compiled
                System.out.println(
                        "shards  offered/s  carried/s  refused/s  unknown  p50 ms  p99 ms  conditional writes/message");
                for (int shards : SHARDS) {
                    for (int rate : RATES) System.out.println(benchmark.new Run(shards, rate).measure(seconds));
                }
                benchmark.plain(address, seconds);
            }
        }
        vertx.close().await();
        System.exit(0);
    }

    private Entry entry(int shard, long position) {
        return new Entry(
                conversations[shard],
                position,
                position,
                1_700_000_000_000L,
                SENDER,
                "client-" + position,
                new Digest(1, position, position),
                "session-1",
                position,
                position,
                BODY);
    }

    /** One step. All of it happens on one event loop. */
    private final class Run {
        private final int shards;
        private final int rate;
        private final int[] waiting = new int[ConversationId.SHARDS];
        private final boolean[] inFlight = new boolean[ConversationId.SHARDS];
        private final List<Long> nanos = new ArrayList<>();
        private final CountDownLatch idle = new CountDownLatch(1);
        private long carried;
        private long refused;
        private long unknown;
        private long came;
        private boolean isOver;

        Run(int shards, int rate) {
            this.shards = shards;
            this.rate = rate;
        }

        String measure(int seconds) throws InterruptedException {
            Context loop = vertx.getOrCreateContext();
            long writes = store.conditionalWrites();
            long began = System.nanoTime();
            long ends = began + TimeUnit.SECONDS.toNanos(seconds);
            loop.runOnContext(nothing -> vertx.setPeriodic(1, timer -> {
                long now = Math.min(System.nanoTime(), ends);
                come((now - began) * rate / TimeUnit.SECONDS.toNanos(1));
                if (now < ends) return;
                isOver = true;
                vertx.cancelTimer(timer);
                endIfIdle();
            }));
            idle.await();
            double took = (System.nanoTime() - began) / 1e9;
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return String.format(
                    Locale.ROOT,
                    "%6d %10d %10.0f %10.0f %8d %7.1f %7.1f %10.3f",
                    shards,
                    rate,
                    carried / took,
                    refused / took,
                    unknown,
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    (store.conditionalWrites() - writes) / (double) carried);
        }

        private void come(long until) {
            for (; came < until; came++) {
                int shard = random.nextInt(shards);
                if (waiting[shard] == WAITING_MAX) {
                    refused++;
                    continue;
                }
                waiting[shard]++;
                if (!inFlight[shard]) append(shard);
            }
        }

        private void append(int shard) {
            ShardHead head = heads[shard];
            int count = Math.min(BATCH_MAX, waiting[shard]);
            List<Entry> entries = new ArrayList<>(count);
            for (int i = 1; i <= count; i++) entries.add(entry(shard, head.position() + i));
            var batch =
                    new Batch(shard, head.position(), head.epoch(), head.owner(), new BatchId(1, ++batches), entries);
            inFlight[shard] = true;
            waiting[shard] -= count;
            append(batch, System.nanoTime());
        }

        /** What is not known is tried again, as a sequencer does. */
        private void append(Batch batch, long sent) {
            log.append(batch).onComplete(answer -> {
                boolean isOwn = answer.result() instanceof Appended.Lost(ShardHead head)
                        && head.batchId().equals(batch.id());
                if (answer.failed()) unknown++;
                if (answer.result() instanceof Appended.Done || isOwn) appended(batch, sent);
                else append(batch, sent);
            });
        }

        private void appended(Batch batch, long sent) {
            int shard = batch.shard();
            nanos.add(System.nanoTime() - sent);
            heads[shard] = new ShardHead(shard, batch.lastPosition(), batch.epoch(), batch.owner(), batch.id());
            inFlight[shard] = false;
            carried += batch.entries().size();
            if (waiting[shard] > 0) append(shard);
            else endIfIdle();
        }

        private void endIfIdle() {
            if (!isOver || Arrays.stream(waiting).anyMatch(count -> count > 0)) return;
            for (boolean each : inFlight) if (each) return;
            idle.countDown();
        }
    }

    private void plain(String address, int seconds) throws InterruptedException {
        try (CqlSession session = CqlSession.builder()
                .addContactPoint(new InetSocketAddress(address, 9042))
                .withLocalDatacenter("datacenter1")
                .withKeyspace("parley")
                .build()) {
            session.execute("CREATE TABLE plain (shard int, part bigint, position bigint, batch_id uuid, entry blob,"
                    + " PRIMARY KEY ((shard, part), position))");
            PreparedStatement insert = session.prepare(
                    "INSERT INTO plain (shard, part, position, batch_id, entry) VALUES (?, ?, ?, ?, ?)");
            var out = new Semaphore(PLAIN_AT_ONCE);
            var done = new LongAdder();
            long began = System.nanoTime();
            for (long i = 0; System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds); i++) {
                int shard = random.nextInt(ConversationId.SHARDS);
                out.acquire();
                session.executeAsync(insert.bind(
                                shard,
                                i / 1_000_000,
                                i,
                                new UUID(1, i),
                                ByteBuffer.wrap(EntryCodec.encode(entry(shard, i + 1)))))
                        .whenComplete((answer, failed) -> {
                            out.release();
                            if (failed == null) done.increment();
                        });
            }
            out.acquire(PLAIN_AT_ONCE);
            System.out.printf(
                    Locale.ROOT,
                    "plain inserts, %d at once: %.0f rows/s%n",
                    PLAIN_AT_ONCE,
                    done.sum() / ((System.nanoTime() - began) / 1e9));
        }
    }
}
