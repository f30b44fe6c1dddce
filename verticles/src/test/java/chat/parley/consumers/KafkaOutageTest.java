package chat.parley.consumers;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Bus;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Submit;
import chat.parley.bus.Submitted;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.VertxLoop;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.store.EventRecord;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import chat.parley.store.kafka.KafkaEventLog;
import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.kafka.RealKafka;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Sequencers on the embedded store that export to a real Kafka, and a consumer of it, while Kafka goes away and comes back and shards change hands.
 * {@code -Dkafka.outageSeconds=600} makes the longest outage ten minutes.
 */
@Isolated
@Tag("real")
class KafkaOutageTest {
    private static final int OUTAGE_SECONDS = Integer.getInteger("kafka.outageSeconds", 20);
    private static final int USUAL_SECONDS = 5;
    private static final int CONVERSATIONS = 40;
    private static final int PARTITIONS = 4;
    private static final long PAUSE_MILLIS = 40;
    private static final long WAIT_SECONDS = 120;

    /** A shard may be moved often. */
    private static final SequencerConfig CONFIG = Altered.of(SequencerConfig.DEFAULT, "takeOverMillis", 20);

    @RegisterExtension
    static final RealKafka KAFKA = new RealKafka();

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new VertxBus(vertx);
    private final Rebuilding rebuilding = new Rebuilding();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicLong placed = new AtomicLong();
    private final List<KafkaEventLog> open = new ArrayList<>();
    private final List<Future<Void>> writers = new ArrayList<>();
    private KafkaOptions options;
    private EmbeddedStore store;
    private Stores stores;
    private KafkaEventLog events;

    private record Sequencer(SequencerVerticle verticle, VertxLoop loop) {
        /** All shards. */
        void take() throws Exception {
            Promise<Void> done = Promise.promise();
            loop.soon(() -> {
                List<Future<Void>> taken = new ArrayList<>();
                for (int shard = 0; shard < ConversationId.SHARDS; shard++) taken.add(verticle.take(shard));
                Future.all(taken).<Void>mapEmpty().onComplete(done);
            });
            done.future().await(WAIT_SECONDS, SECONDS);
        }
    }

    @BeforeEach
    void begin(@TempDir Path folder) throws Exception {
        BusCodecs.register(vertx.eventBus());
        store = EmbeddedStore.open(
                vertx,
                folder,
                EmbeddedOptions.defaults().withMemoryBytes(32 << 20).withExport());
        stores = store.stores();
        options = KAFKA.options(RealKafka.topic(), PARTITIONS);
        events = open();
        vertx.deployVerticle(new ConsumerVerticle(
                        "test",
                        "here",
                        events,
                        stores.log(),
                        Topology.single("here"),
                        new VertxLoop(vertx),
                        rebuilding))
                .await(WAIT_SECONDS, SECONDS);
    }

    @AfterEach
    void end() throws Exception {
        for (KafkaEventLog each : open) each.close();
        vertx.close().await(WAIT_SECONDS, SECONDS);
        store.close();
    }

    private KafkaEventLog open() throws Exception {
        open.add(KafkaEventLog.open(vertx, options, stores.log()));
        return open.getLast();
    }

    @Test
    void whileKafkaIsFrozenNothingWaitsAndAfterwardsNothingIsMissingOrTwice() throws Exception {
        sequencer("n1", events).take();
        beginWriting();
        long usual = placedIn(USUAL_SECONDS) / USUAL_SECONDS;
        KAFKA.process().stop();
        long meanwhile;
        try {
            meanwhile = placedIn(OUTAGE_SECONDS) / OUTAGE_SECONDS;
        } finally {
            KAFKA.process().goOn();
        }
        assertThat(meanwhile).as("a second, and %d usually", usual).isGreaterThan(usual / 4);
        endWriting();
        everythingArrives();
        assertThat(positions().values())
                .as("as it stands in Kafka, of each shard")
                .allSatisfy(KafkaOutageTest::isOnceEach);
    }

    @Test
    void whatAKilledKafkaHadNotWrittenComesOnceItIsBack() throws Exception {
        sequencer("n1", events).take();
        beginWriting();
        placedIn(2);
        KAFKA.process().kill();
        try {
            placedIn(5);
        } finally {
            KAFKA.process().start();
        }
        placedIn(2);
        endWriting();
        everythingArrives();
    }

    @Test
    void shardsThatChangeHandsLoseNothing() throws Exception {
        List<Sequencer> owners = List.of(sequencer("n1", events), sequencer("n2", open()));
        owners.getFirst().take();
        beginWriting();
        for (int move = 1; move <= 6; move++) {
            placedIn(1);
            owners.get(move % 2).take(); // the one before finds out when it appends
        }
        placedIn(1);
        endWriting();
        everythingArrives();
    }

    private Sequencer sequencer(String name, KafkaEventLog its) throws Exception {
        VertxLoop loop = new VertxLoop(vertx);
        SequencerVerticle sequencer = new SequencerVerticle(
                name, 0, name, bus, loop, stores, its, Topology.single("here"), new Random(7), CONFIG);
        vertx.deployVerticle(sequencer).await(WAIT_SECONDS, SECONDS);
        return new Sequencer(sequencer, loop);
    }

    /** In each conversation somebody says one thing after another, each until it is placed. */
    private void beginWriting() {
        for (int i = 0; i < CONVERSATIONS; i++) {
            ConversationId conversation = new ConversationId("group-" + i);
            Promise<Void> done = Promise.promise();
            writers.add(done.future());
            write(conversation, 0, done);
        }
    }

    private void write(ConversationId conversation, int number, Promise<Void> done) {
        Content content = number == 0
                ? new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE)
                : Content.Message.of("message " + number);
        send(new Draft(conversation, new UserId("anna"), "m" + number, "", List.of(content)))
                .onComplete(answer -> {
                    if (answer.failed()) done.fail(answer.cause());
                    else if (isOver.get()) done.complete();
                    else vertx.setTimer(PAUSE_MILLIS, timer -> write(conversation, number + 1, done));
                });
    }

    private Future<Void> send(Draft draft) {
        int shard = draft.conversationId().shard();
        return bus.request(Address.sequencer(shard), new Submit(shard, List.of(draft)), 2_000)
                .transform(reply -> {
                    Answer answer = reply.succeeded() && reply.result() instanceof Submitted submitted
                            ? submitted.answers().getFirst()
                            : null;
                    if (answer instanceof Answer.Placed) {
                        placed.incrementAndGet();
                        return Future.succeededFuture();
                    }
                    if (answer instanceof Answer.Refused no && !no.code().retryable())
                        return Future.failedFuture(no.toString());
                    return vertx.timer(20, java.util.concurrent.TimeUnit.MILLISECONDS)
                            .compose(later -> send(draft));
                });
    }

    /** How many entries were placed in so long, or longer if it takes that for the first. */
    private long placedIn(int seconds) {
        long before = placed.get();
        long until = System.nanoTime() + SECONDS.toNanos(seconds);
        await(() -> System.nanoTime() >= until && placed.get() > before);
        return placed.get() - before;
    }

    private void endWriting() throws Exception {
        isOver.set(true);
        Future.all(writers).await(WAIT_SECONDS, SECONDS);
    }

    private void everythingArrives() {
        await(() -> rebuilding.entries() >= placed.get());
        Map<String, List<Long>> sequences = rebuilding.sequences();
        assertThat(sequences).hasSize(CONVERSATIONS);
        assertThat(sequences.values()).allSatisfy(KafkaOutageTest::isOnceEach);
        assertThat(rebuilding.entries()).isEqualTo(placed.get());
        assertThat(rebuilding.missing()).isEmpty();
    }

    private static void isOnceEach(List<Long> numbers) {
        assertThat(numbers)
                .isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
    }

    /** All that Kafka has, as it has it. */
    private Map<Integer, List<Long>> positions() throws Exception {
        Map<Integer, List<Long>> positions = new TreeMap<>();
        for (EventRecord record : RealKafka.all(events))
            positions.computeIfAbsent(record.shard(), any -> new ArrayList<>()).add(record.position());
        return positions;
    }

    private static void await(BooleanSupplier holds) {
        long until = System.nanoTime() + SECONDS.toNanos(WAIT_SECONDS + OUTAGE_SECONDS);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(until);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
