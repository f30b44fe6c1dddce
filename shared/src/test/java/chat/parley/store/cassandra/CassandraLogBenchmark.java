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
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the log on one real Cassandra carries: messages come at a rate, in shards at random; one append of a shard is in flight, and takes what
 * has come meanwhile. Beside it plain inserts of the same rows.
 */
@Tag("real")
@Tag("long")
class CassandraLogBenchmark {
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 4); // of each step

    private static final int[] SHARDS = {128, 8};
    private static final int[] RATES = {500, 2_000, 8_000, 32_000};
    private static final int BATCH_MAX = 128;
    private static final int WAITING_MAX = 4_096;
    private static final int COMPARED_BATCH = 32;
    private static final int PLAIN_SHARDS_AT_ONCE = 16;
    private static final int BATCHES_AT_ONCE = 32;
    private static final int ROUNDS = 3;
    private static final long PLAIN_FROM = 1L << 32; // behind what is appended
    private static final UserId SENDER = new UserId("ann");
    private static final Content BODY = Content.Message.of("x".repeat(200));

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final String address = ForeignProcess.anyAddress();
    private CassandraProcess process;
    private CassandraStore store;
    private ShardLog log;
    private final Random random = new Random(1);
    private final ConversationId[] conversations = new ConversationId[ConversationId.SHARDS];
    private final ShardHead[] heads = new ShardHead[ConversationId.SHARDS];
    private int batches;

    @BeforeEach
    void start() throws Exception {
        process = new CassandraProcess(
                folder.toAbsolutePath(), address, address, "", List.of("commitlog_sync: batch", "paxos_variant: v2"));
        process.awaitStart();
        CassandraOptions options =
                TestOptions.at(TestOptions.of(CassandraOptions.defaults().partitionRows()), address, "parley");
        CassandraSchema.apply(vertx, options);
        store = CassandraStore.open(vertx, options);
        log = store.stores().log();
        for (int shard = 0; shard < heads.length; shard++) {
            conversations[shard] = Scribe.conversation(shard, 0);
            Scribe.await(log.takeOver(Scribe.await(log.head(shard)), "benchmark"));
            heads[shard] = Scribe.await(log.head(shard));
        }
    }

    @AfterEach
    void end() {
        store.close();
        process.close();
        vertx.close().await();
    }

    @Test
    void figures() throws InterruptedException {
        new Run(128, 8_000).measure(2 * SECONDS); // until it is compiled
        System.out.println(
                "shards  offered/s  carried/s  refused/s  unknown  p50 ms  p99 ms  conditional writes/message");
        for (int shards : SHARDS) for (int rate : RATES) System.out.println(new Run(shards, rate).measure(SECONDS));
        compare();
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

    private Batch batch(ShardHead head, int count) {
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) entries.add(entry(head.shard(), head.position() + i));
        return new Batch(head.shard(), head.position(), head.epoch(), head.owner(), new BatchId(1, ++batches), entries);
    }

    private static ShardHead after(Batch batch) {
        return new ShardHead(batch.shard(), batch.lastPosition(), batch.epoch(), batch.owner(), batch.id());
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
            int count = Math.min(BATCH_MAX, waiting[shard]);
            Batch batch = batch(heads[shard], count);
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
            heads[shard] = after(batch);
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

    /** The same rows as conditional appends and as plain inserts, each with as much in flight as carries the most; without and with projections. */
    private void compare() throws InterruptedException {
        try (CqlSession session = CqlSession.builder()
                .addContactPoint(new InetSocketAddress(address, 9042))
                .withLocalDatacenter("datacenter1")
                .withKeyspace("parley")
                .build()) {
            session.execute("CREATE TABLE plain (shard int, part bigint, position bigint, batch_id uuid, entry blob,"
                    + " PRIMARY KEY ((shard, part), position))");
            PreparedStatement insert = session.prepare(
                    "INSERT INTO plain (shard, part, position, batch_id, entry) VALUES (?, ?, ?, ?, ?)");
            ShardHead[] plain = new ShardHead[ConversationId.SHARDS];
            for (int shard = 0; shard < plain.length; shard++)
                plain[shard] = new ShardHead(shard, PLAIN_FROM, 1, "benchmark", BatchId.NONE);
            System.out.printf(
                    "rows/s of 128 shards in batches of %d; conditional: one of each shard in flight; plain inserts:"
                            + " %d rows%n",
                    COMPARED_BATCH, PLAIN_SHARDS_AT_ONCE * COMPARED_BATCH);
            Function<Batch, Future<Boolean>> single = batch -> inserted(
                    rows(insert, batch).stream().map(session::executeAsync).toList());
            Function<Batch, Future<Boolean>> whole = batch -> inserted(List.of(session.executeAsync(
                    BatchStatement.newInstance(BatchType.UNLOGGED).addAll(rows(insert, batch)))));
            for (boolean isProjected : new boolean[] {false, true}) {
                double conditional = 0;
                double inserts = 0;
                double batches = 0;
                for (int round = 0; round < ROUNDS; round++) { // in turn: machines are noisy
                    conditional += new Lanes(ConversationId.SHARDS, isProjected, heads, this::appended).measure();
                    inserts += new Lanes(PLAIN_SHARDS_AT_ONCE, isProjected, plain, single).measure();
                    batches += new Lanes(BATCHES_AT_ONCE, isProjected, plain, whole).measure();
                }
                System.out.printf(
                        Locale.ROOT,
                        "%s projections: conditional batches %.0f; plain inserts %.0f, ratio %.2f; plain batches %.0f,"
                                + " ratio %.2f%n",
                        isProjected ? "with" : "without",
                        conditional / ROUNDS,
                        inserts / ROUNDS,
                        conditional / inserts,
                        batches / ROUNDS,
                        conditional / batches);
            }
        }
    }

    private Future<Boolean> appended(Batch batch) {
        return log.append(batch).map(answer -> answer instanceof Appended.Done).otherwise(false);
    }

    private static List<BoundStatement> rows(PreparedStatement insert, Batch batch) {
        List<BoundStatement> rows = new ArrayList<>();
        for (Entry each : batch.entries()) {
            rows.add(insert.bind(
                    batch.shard(),
                    each.position() / 1_000_000,
                    each.position(),
                    new UUID(batch.id().high(), batch.id().low()),
                    ByteBuffer.wrap(EntryCodec.encode(each))));
        }
        return rows;
    }

    private static Future<Boolean> inserted(List<CompletionStage<AsyncResultSet>> writes) {
        return Future.all(writes.stream().map(Future::fromCompletionStage).toList())
                .map(true)
                .otherwise(false);
    }

    /** So many shards at a time, of each one batch in flight. All of it happens on one event loop. */
    private final class Lanes {
        private final int atOnce;
        private final boolean isProjected;
        private final Function<Batch, Future<Boolean>> write;
        private final ShardHead[] heads;
        private final Deque<Integer> shards = new ArrayDeque<>();
        private final CountDownLatch idle;
        private long rows;
        private boolean isOver;

        /** @param heads moved on with each batch */
        Lanes(int atOnce, boolean isProjected, ShardHead[] heads, Function<Batch, Future<Boolean>> write) {
            this.heads = heads;
            this.atOnce = atOnce;
            this.isProjected = isProjected;
            this.write = write;
            this.idle = new CountDownLatch(atOnce);
            for (int shard = 0; shard < ConversationId.SHARDS; shard++) shards.add(shard);
        }

        /** Rows a second. */
        double measure() throws InterruptedException {
            Context loop = vertx.getOrCreateContext();
            long began = System.nanoTime();
            loop.runOnContext(nothing -> {
                vertx.setTimer(TimeUnit.SECONDS.toMillis(SECONDS), timer -> isOver = true);
                for (int lane = 0; lane < atOnce; lane++) next();
            });
            idle.await();
            return rows * 1e9 / (System.nanoTime() - began);
        }

        private void next() {
            if (isOver) {
                idle.countDown();
                return;
            }
            int shard = shards.removeFirst();
            Batch batch = batch(heads[shard], COMPARED_BATCH);
            write.apply(batch)
                    .compose(written -> written && isProjected
                            ? store.stores()
                                    .projections()
                                    .project(shard, batch.entries())
                                    .map(true)
                            : Future.succeededFuture(written))
                    .otherwise(false)
                    .onSuccess(done -> {
                        if (done) heads[shard] = after(batch);
                        if (done) rows += COMPARED_BATCH;
                        shards.addLast(shard);
                        if (done) next();
                        else vertx.setTimer(1, later -> next()); // refused at once, perhaps
                    });
        }
    }
}
