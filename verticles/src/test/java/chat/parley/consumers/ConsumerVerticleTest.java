package chat.parley.consumers;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.ManualLoop;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.EventExport;
import chat.parley.store.EventRecord;
import chat.parley.store.EventRows;
import chat.parley.store.Scribe;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import chat.parley.store.memory.MemoryEventLog;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ConsumerVerticleTest {
    private static final int PARTS = 4;
    private static final int SHARD = 5;
    private static final ConversationId ONE = Scribe.conversation(SHARD, 0);
    private static final ConversationId OTHER = Scribe.conversation(SHARD, 1);

    private final ManualLoop loop = new ManualLoop();
    private final Stores stores = new MemoryStore(false, 7).stores(Weather.FINE);
    private final Scribe scribe = new Scribe(stores);
    private final MemoryEventLog events = new MemoryEventLog(PARTS);
    private final EventExport export = events.export(Weather.FINE);
    private final Map<Integer, Long> exported = new HashMap<>();
    private Topology topology = Topology.single("here");

    @Test
    void everyConversationIsRebuiltWithoutAHole() {
        Rebuilding rebuilding = new Rebuilding();
        start(rebuilding);
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            for (int i = 0; i < 3; i++) write(Scribe.conversation(shard, i), 5);
            loop.advance(100);
        }
        loop.advance(1_000);
        assertThat(rebuilding.sequences()).hasSize(3 * ConversationId.SHARDS);
        assertThat(rebuilding.sequences().values()).allMatch(upTo(5)::equals);
        assertThat(rebuilding.repeated()).isZero();
    }

    @Test
    void whatComesTwiceIsHandledOnce() {
        Rebuilding rebuilding = new Rebuilding();
        ConsumerVerticle consumer = start(rebuilding);
        write(ONE, 5);
        exported.put(SHARD, 2L); // another owner begins there
        write(ONE, 5);
        loop.advance(1_000);
        assertThat(rebuilding.sequences().get(ONE.value())).isEqualTo(upTo(10));
        assertThat(rebuilding.handled()).isEqualTo(10);
        assertThat(consumer.repeats()).isEqualTo(3);
    }

    @Test
    void whatIsMissingIsReadFromTheLog() {
        Rebuilding rebuilding = new Rebuilding();
        ConsumerVerticle consumer = start(rebuilding);
        write(ONE, 10);
        events.lose(events.log().partOf(SHARD), 3, 7);
        loop.advance(1_000);
        assertThat(rebuilding.sequences().get(ONE.value())).isEqualTo(upTo(10));
        assertThat(consumer.holes()).isEqualTo(1);
    }

    @Test
    void theBeginningIsReadFromTheLogIfTheEventLogHasItNoMore() {
        write(ONE, 2_000);
        events.lose(events.log().partOf(SHARD), 0, 1_990);
        Rebuilding rebuilding = new Rebuilding();
        start(rebuilding);
        loop.advance(1_000);
        assertThat(rebuilding.sequences().get(ONE.value())).isEqualTo(upTo(2_000));
    }

    @Test
    void whatIsNowhereComesAsMissing() {
        Rebuilding rebuilding = new Rebuilding();
        start(rebuilding);
        write(ONE, 3);
        long incarnation = stores.log().incarnation();
        EventRecord gone = new EventRecord.Missing(incarnation, SHARD, 4, 9, EventRecord.Reason.RETENTION);
        export.add(SHARD, List.of(gone));
        loop.advance(1_000);
        assertThat(rebuilding.missing()).containsExactly((EventRecord.Missing) gone);
    }

    @Test
    void itGoesOnWhereItWasAfterAnEndInOrder() throws Exception {
        write(ONE, 5);
        Counting first = new Counting();
        ConsumerVerticle consumer = start(first);
        loop.advance(200);
        Future<?> ended = consumer.stop();
        loop.advance(200);
        assertThat(ended.succeeded()).isTrue();
        write(ONE, 5);
        Counting second = new Counting();
        start(second);
        loop.advance(200);
        assertThat(first.positions).containsExactlyElementsOf(upTo(5));
        assertThat(second.positions).containsExactly(6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void afterACrashWhatWasNotSavedComesAgain() {
        write(ONE, 5);
        start(new Counting());
        loop.advance(1_500); // saved
        write(ONE, 3);
        loop.advance(200);
        Counting second = new Counting(); // and the first is heard of no more
        start(second);
        loop.advance(200);
        assertThat(second.positions).containsExactly(6L, 7L, 8L);
    }

    @Test
    void aHandlerThatKnowsWhatItDidIsNotAskedForItAgain() {
        write(ONE, 5);
        Rebuilding rebuilding = new Rebuilding();
        start(rebuilding);
        loop.advance(200);
        start(rebuilding); // after a crash before anything was saved
        loop.advance(200);
        assertThat(rebuilding.handled()).isEqualTo(5);
        assertThat(rebuilding.sequences().get(ONE.value())).isEqualTo(upTo(5));
    }

    @Test
    void aHandlerThatCannotNowIsAskedUntilItCan() {
        Rebuilding rebuilding = new Rebuilding();
        boolean[] isAway = {true};
        ConsumerVerticle consumer = start(records ->
                isAway[0] ? Future.failedFuture(new Unavailable("push is away")) : rebuilding.handle(records));
        write(ONE, 5);
        write(OTHER, 5);
        loop.advance(600_000);
        assertThat(rebuilding.handled()).isZero();
        isAway[0] = false;
        loop.advance(10_000);
        assertThat(rebuilding.sequences().values()).containsExactly(upTo(5), upTo(5));
        assertThat(consumer.putAside()).isZero();
    }

    @Test
    void aRecordThatBreaksItIsPutAsideAfterThreeTriesAndNoOther() {
        Counting counting = new Counting();
        counting.poison = 4;
        ConsumerVerticle consumer = start(counting);
        write(ONE, 10);
        loop.advance(10_000);
        assertThat(counting.positions).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(counting.tries).as("alone").isEqualTo(3);
        assertThat(counting.aside).containsExactly(4L);
        assertThat(consumer.putAside()).isEqualTo(1);
    }

    @Test
    void partsMoveWithTheTopologyAndNothingIsLost() {
        topology = new Topology("here", List.of());
        nodes("here");
        Rebuilding both = new Rebuilding();
        start("here", both);
        start("there", both);
        for (int round = 0; round < 12; round++) {
            for (int shard = 0; shard < ConversationId.SHARDS; shard += 7) write(Scribe.conversation(shard, 0), 3);
            if (round == 3) nodes("here", "there");
            if (round == 6) nodes("there");
            if (round == 9) nodes("here", "there");
            loop.advance(300);
        }
        loop.advance(5_000);
        assertThat(both.sequences()).hasSize(19);
        assertThat(both.sequences().values()).allMatch(upTo(36)::equals);
    }

    @Test
    void aShardThatBeginsAnotherLifeIsFollowedThere() {
        Counting counting = new Counting();
        start(counting);
        write(ONE, 5);
        loop.advance(200);
        List<EventRecord> restored = new ArrayList<>();
        for (EventRecord each : new EventRows(stores.log()).read(SHARD, 2, 10).result()) {
            EventRecord.Placed its = (EventRecord.Placed) each;
            restored.add(new EventRecord.Placed(
                    8, SHARD, its.position(), its.conversationId(), its.sequence(), its.kind(), its.event()));
        }
        export.add(SHARD, restored);
        loop.advance(200);
        assertThat(counting.positions).containsExactly(1L, 2L, 3L, 4L, 5L, 3L, 4L, 5L);
    }

    @Test
    void theLagIsWhatIsNotHandled() {
        boolean[] isAway = {true};
        ConsumerVerticle consumer =
                start(records -> isAway[0] ? Future.failedFuture(new Unavailable("away")) : Future.succeededFuture());
        write(ONE, 500);
        loop.advance(20_000);
        assertThat(consumer.lag()).isEqualTo(500);
        isAway[0] = false;
        loop.advance(20_000);
        assertThat(consumer.lag()).isZero();
        assertThat(consumer.handled()).isEqualTo(500);
    }

    private ConsumerVerticle start(EventHandler handler) {
        return start("here", handler);
    }

    private ConsumerVerticle start(String node, EventHandler handler) {
        ConsumerVerticle consumer =
                new ConsumerVerticle("test", node, events.log(), stores.log(), topology, loop, handler);
        consumer.start();
        loop.advance(100);
        return consumer;
    }

    private void nodes(String... names) {
        List<Topology.Node> nodes = new ArrayList<>();
        for (String name : names) nodes.add(new Topology.Node(name, EnumSet.allOf(NodeRole.class)));
        topology.update(nodes);
        loop.settle();
    }

    private void write(ConversationId conversation, int count) {
        int shard = conversation.shard();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++)
            entries.add(scribe.place(conversation, Scribe.ANN, Content.Message.of("message")));
        scribe.append(entries);
        List<EventRecord> records = new EventRows(stores.log())
                .read(shard, exported.getOrDefault(shard, 0L), 10_000)
                .result();
        export.add(shard, records);
        exported.put(shard, records.getLast().position());
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** Says what it was given, with nothing kept. */
    private static final class Counting implements EventHandler {
        final List<Long> positions = new ArrayList<>();
        final List<Long> aside = new ArrayList<>();
        long poison;
        int tries;

        @Override
        public Future<Void> handle(List<EventRecord> records) {
            for (EventRecord record : records) {
                if (record.position() != poison) continue;
                if (records.size() == 1) tries++;
                return Future.failedFuture("poison");
            }
            records.forEach(record -> positions.add(record.position()));
            return Future.succeededFuture();
        }

        @Override
        public void putAside(EventRecord record, Throwable cause) {
            aside.add(record.position());
        }
    }
}
