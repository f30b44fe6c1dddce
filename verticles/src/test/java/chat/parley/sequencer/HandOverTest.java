package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.SHARD;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.in;
import static chat.parley.sequencer.Stage.says;
import static chat.parley.sequencer.Stage.sibling;
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
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.store.LogRow;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sequencers on the real bus and the embedded store, and a shard that goes to and fro between them while people write in it. */
class HandOverTest {
    private static final int CONVERSATIONS = 20;
    private static final int MOVES = 6;

    private final Vertx vertx = Vertx.vertx();
    private final List<Bus> buses = new CopyOnWriteArrayList<>(); // of each node
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final Semaphore more = new Semaphore(0);
    private final AtomicInteger retries = new AtomicInteger();
    private final Map<String, Answer.Placed> placed = new ConcurrentHashMap<>();
    private Stores stores;
    private EmbeddedStore store;

    /** Small, so that a shard may be moved often. */
    private static final SequencerConfig QUICK = Altered.of(SequencerConfig.DEFAULT, "takeOverMillis", 20);

    /** A sequencer and its loop. */
    private record Node(SequencerVerticle sequencer, VertxLoop loop) {
        Future<Void> take() {
            Promise<Void> done = Promise.promise();
            loop.soon(() -> sequencer.take(SHARD).onComplete(done));
            return done.future();
        }

        Future<Void> release() {
            Promise<Void> done = Promise.promise();
            loop.soon(() -> sequencer.release(SHARD).onComplete(done));
            return done.future();
        }
    }

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        BusCodecs.register(vertx.eventBus());
        store = EmbeddedStore.open(vertx, folder, EmbeddedOptions.defaults().withMemoryBytes(32 << 20));
        stores = store.stores();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
        store.close();
    }

    private Node node(String name) throws Exception {
        VertxLoop loop = new VertxLoop(vertx);
        Bus bus = new VertxBus(vertx);
        buses.add(bus);
        Random random = new Random(name.hashCode()); // two with the same would give their batches the same ids
        SequencerVerticle sequencer = new SequencerVerticle(
                name, 0, name + "-boot", bus, loop, stores, null, Topology.single("here"), random, QUICK);
        vertx.deployVerticle(sequencer).await(20, SECONDS);
        return new Node(sequencer, loop);
    }

    /** Says one thing after another, each until it is placed. */
    private void write(ConversationId conversation, UserId sender, int number, Promise<Integer> done) {
        String id = sender + "-" + number;
        send(in(conversation, says(sender, id, "message " + number))).onComplete(answer -> {
            if (answer.succeeded()) {
                placed.put(conversation + "/" + id, answer.result());
                more.release();
                if (isOver.get()) done.complete(number);
                else write(conversation, sender, number + 1, done);
            } else {
                done.fail(answer.cause());
            }
        });
    }

    private Future<Answer.Placed> send(Draft draft) {
        Promise<Answer.Placed> placing = Promise.promise();
        send(draft, placing);
        return placing.future();
    }

    private void send(Draft draft, Promise<Answer.Placed> placing) {
        Bus any = buses.get(Math.floorMod(turn.getAndIncrement(), buses.size()));
        any.request(Address.sequencer(SHARD), new Submit(SHARD, List.of(draft)), 2_000)
                .onComplete(reply -> {
                    if (reply.succeeded() && reply.result() instanceof Submitted submitted) {
                        Answer answer = submitted.answers().getFirst();
                        if (answer instanceof Answer.Placed done) placing.complete(done);
                        else if (answer instanceof Answer.Refused no
                                && no.code().retryable()) again(draft, placing);
                        else placing.fail(answer.toString());
                    } else {
                        again(draft, placing);
                    }
                });
    }

    private void again(Draft draft, Promise<Answer.Placed> placing) {
        retries.incrementAndGet();
        vertx.setTimer(5, timer -> send(draft, placing));
    }

    @Test
    void aShardThatMovesUnderLoadLosesNothingAndRepeatsNothing() throws Exception {
        List<Node> nodes = List.of(node("n1"), node("n2"));
        nodes.getFirst().take().await(20, SECONDS);
        List<Future<Integer>> writers = new ArrayList<>();
        for (int i = 0; i < CONVERSATIONS; i++) {
            ConversationId conversation = sibling(i);
            send(in(conversation, creates(ANNA, "create", BEN))).await(20, SECONDS);
            for (UserId sender : List.of(ANNA, BEN)) {
                Promise<Integer> done = Promise.promise();
                writers.add(done.future());
                write(conversation, sender, 0, done);
            }
        }
        for (int move = 0; move < MOVES; move++) {
            more.drainPermits();
            Node next = nodes.get((move + 1) % 2);
            boolean isOrderly = move % 3 != 2; // else the one before finds out when it appends
            if (isOrderly) nodes.get(move % 2).release().await(20, SECONDS);
            next.take().await(20, SECONDS);
            assertThat(more.tryAcquire(500, 20, SECONDS)).as("500 more in time").isTrue();
            assertThat(next.sequencer().serves(SHARD)).isTrue();
        }
        isOver.set(true);
        Future.all(writers).await(20, SECONDS);

        Map<ConversationId, List<Entry>> logs = logs();
        assertThat(logs).hasSize(CONVERSATIONS);
        logs.values().forEach(HandOverTest::isWithoutGap);
        logs.values().forEach(HandOverTest::isInTheOrderOfEachSender);
        assertThat(placed).allSatisfy((id, answer) -> {
            ConversationId conversation = new ConversationId(id.substring(0, id.indexOf('/')));
            Entry entry = logs.get(conversation).get((int) answer.sequence() - 1);
            assertThat(conversation + "/" + entry.clientMessageId()).isEqualTo(id);
            assertThat(entry.sentAt()).isEqualTo(answer.sentAt());
        });
        assertThat(logs.values().stream().mapToInt(List::size).sum()).isEqualTo(placed.size() + 2 * CONVERSATIONS);
        assertThat(retries).as("the moves were noticed").hasPositiveValue();

        Answer.Placed again =
                send(in(sibling(3), says(BEN, "ben-0", "message 0"))).await(20, SECONDS);
        Answer.Placed first = placed.get(sibling(3) + "/ben-0");
        assertThat(again.duplicate()).isTrue();
        assertThat(again.sequence()).isEqualTo(first.sequence());
        assertThat(again.sentAt()).isEqualTo(first.sentAt());
    }

    private Map<ConversationId, List<Entry>> logs() throws Exception {
        Map<ConversationId, List<Entry>> logs = new LinkedHashMap<>();
        long after = 0;
        while (true) {
            List<LogRow> rows = stores.log().read(SHARD, after, 1_000).await(20, SECONDS);
            if (rows.isEmpty()) return logs;
            for (LogRow row : rows) {
                assertThat(row.entry().position()).isEqualTo(++after);
                logs.computeIfAbsent(row.entry().conversationId(), c -> new ArrayList<>())
                        .add(row.entry());
            }
        }
    }

    private static void isWithoutGap(List<Entry> log) {
        for (int i = 0; i < log.size(); i++) assertThat(log.get(i).sequence()).isEqualTo(i + 1);
    }

    private static void isInTheOrderOfEachSender(List<Entry> log) {
        Map<UserId, Integer> next = new HashMap<>();
        for (Entry entry : log.subList(2, log.size())) {
            int number = next.merge(entry.senderId(), 1, Integer::sum) - 1;
            assertThat(entry.clientMessageId()).isEqualTo(entry.senderId() + "-" + number);
        }
    }
}
