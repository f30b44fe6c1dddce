package chat.parley.store.cassandra;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.servers.CassandraServer;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.LogRow;
import chat.parley.store.Scribe;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on three real nodes with three copies of each row: of which two stop for a while, and one is killed. */
@Tag("real")
@Tag("long")
class CassandraClusterTest {
    private static final int SHARD = 5;
    private static final int TRIALS = 4;
    private static final ConversationId ONE = conversation(SHARD, 0);

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static final List<CassandraProcess> NODES = new ArrayList<>();
    private static CassandraOptions options;

    private final List<Entry> all = new ArrayList<>();
    private int unknown;
    private ShardLog log;
    private Scribe scribe;

    @BeforeAll
    static void start() throws Exception {
        NODES.addAll(CassandraProcess.startCluster(folder, CassandraServer.DURABLE));
        options = TestOptions.withReplication(
                TestOptions.at(
                        TestOptions.of(CassandraOptions.defaults().partitionRows()),
                        NODES.getFirst().address(),
                        "parley"),
                3);
        CassandraSchema.apply(VERTX, options);
    }

    @AfterAll
    static void end() {
        NODES.forEach(CassandraProcess::close);
        VERTX.close();
    }

    @Test
    void whatWasNotKnownIsFoundOutAndNothingIsLostOrTwice() throws Exception {
        try (CassandraStore store = CassandraStore.open(VERTX, options)) {
            log = store.stores().log();
            scribe = new Scribe(store.stores());
            settle(batch());

            for (int i = 0; i < TRIALS; i++) {
                Batch batch = batch();
                stopTwo();
                Future<Appended> answer = log.append(batch);
                resolve(batch, answer);
            }
            assertThat(unknown)
                    .as("appends that two stopped nodes left without an answer")
                    .isPositive();
            for (int i = 0; i < TRIALS; i++) {
                Batch batch = batch();
                Future<Appended> answer = log.append(batch);
                stopTwo();
                resolve(batch, answer);
            }

            NODES.get(2).kill();
            for (int i = 0; i < 20; i++) settle(batch());
            assertThat(read()).isEqualTo(all);
        }
    }

    private static void stopTwo() throws Exception {
        NODES.get(1).stop();
        NODES.get(2).stop();
    }

    /** Waits for the answer with the nodes stopped, then has them go on, and does what a sequencer does. */
    private void resolve(Batch batch, Future<Appended> answer) throws Exception {
        Throwable cause = failure(answer);
        NODES.get(1).goOn();
        NODES.get(2).goOn();
        if (cause != null) {
            unknown++;
            assertThat(Throwables.getStackTrace(cause))
                    .as("others may go on with the connection")
                    .doesNotContain("ClosedConnection");
        }
        if (cause instanceof Unavailable) {
            assertThat(until(() -> log.head(SHARD)).position()).isEqualTo(batch.expected());
        }
        settle(batch);
    }

    private static Throwable failure(Future<Appended> answer) throws Exception {
        try {
            answer.await(60, TimeUnit.SECONDS);
            return null;
        } catch (RuntimeException failed) {
            return failed;
        }
    }

    /** Appends the same batch until it is known to be there. */
    private void settle(Batch batch) {
        Appended answer = until(() -> log.append(batch));
        if (answer instanceof Appended.Lost(var head))
            assertThat(head.batchId()).isEqualTo(batch.id());
    }

    /** Asks until there is an answer. */
    private static <T> T until(Supplier<Future<T>> question) {
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            try {
                return await(question.get());
            } catch (RuntimeException failed) {
                if (System.nanoTime() > until) throw failed;
            }
        }
    }

    private Batch batch() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 8; i++) entries.add(scribe.place(ONE, ANN, Content.Message.of("message " + i)));
        all.addAll(entries);
        return scribe.batch(entries);
    }

    private List<Entry> read() {
        List<Entry> read = new ArrayList<>();
        while (read.size() < all.size()) {
            List<LogRow> rows = until(() -> log.read(SHARD, read.size(), 128));
            rows.forEach(row -> read.add(row.entry()));
        }
        return read;
    }
}
