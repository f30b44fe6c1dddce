package chat.parley.sequencer;

import static chat.parley.sequencer.Stage.ANNA;
import static chat.parley.sequencer.Stage.BEN;
import static chat.parley.sequencer.Stage.SHARD;
import static chat.parley.sequencer.Stage.creates;
import static chat.parley.sequencer.Stage.placed;
import static chat.parley.sequencer.Stage.says;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Entry;
import chat.parley.store.Damaged;
import chat.parley.store.EventExport;
import chat.parley.store.EventRecord;
import chat.parley.store.ShardCursors;
import chat.parley.store.Stores;
import chat.parley.store.Unavailable;
import chat.parley.store.memory.MemoryEventLog;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The owner of a shard brings its log to the event log, beside all that it does. */
class ExporterTest {
    private final Stage stage = Stage.withDeferredProjections();
    private final Gate gate = new Gate();
    private final MemoryEventLog events = new MemoryEventLog(1);
    private final EventExport fine = events.export(Weather.FINE);

    @Test
    void whatIsDurableIsExportedInItsOrder() {
        serving("n1", fine);
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 20; i++) placed(stage.ask(says(BEN, "m" + i, "message " + i)));
        assertThat(events.records(0)).isEqualTo(log());
        assertThat(gate.calls("read")).as("reads of the log").isEmpty();
    }

    @Test
    void theCursorIsSavedWithinASecond() {
        serving("n1", fine);
        stage.ask(creates(ANNA, "create", BEN));
        stage.loop.advance(1_200);
        assertThat(cursors().exported()).isEqualTo(2);
    }

    @Test
    void nothingWaitsForAnEventLogThatTakesNothing() {
        List<Promise<Void>> asked = new ArrayList<>();
        serving("n1", (shard, records) -> {
            asked.add(Promise.promise());
            return asked.getLast().future();
        });
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 2_000; i++) placed(stage.ask(says(BEN, "m" + i, "message")));
        assertThat(asked).as("batches under way").hasSize(1);
        stage.loop.advance(600_000);
        placed(stage.ask(says(BEN, "later", "message")));
        assertThat(asked).hasSize(1);
        assertThat(cursors().exported()).isZero();
    }

    @Test
    void afterAnOutageAllIsExportedInItsOrder() {
        boolean[] isAway = {true};
        servingUnless(isAway);
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 3_000; i++) placed(stage.ask(says(BEN, "m" + i, "message " + i)));
        stage.loop.advance(600_000);
        assertThat(events.records(0)).isEmpty();
        isAway[0] = false;
        stage.loop.advance(10_000);
        assertThat(events.records(0)).isEqualTo(log());
        assertThat(cursors().exported()).isEqualTo(3_002);
    }

    @Test
    void whatWasAddedWithoutAnAnswerIsAddedAgain() {
        int[] calls = {0};
        serving("n1", (shard, records) -> {
            Future<Void> added = fine.add(shard, records);
            return ++calls[0] % 3 == 0 ? Future.failedFuture("no answer") : added;
        });
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 20; i++) {
            placed(stage.ask(says(BEN, "m" + i, "message " + i)));
            stage.loop.advance(50);
        }
        stage.loop.advance(10_000);
        assertThat(firstOnes()).isEqualTo(log());
        assertThat(events.records(0)).hasSizeGreaterThan(log().size());
    }

    @Test
    void theNextOwnerGoesOnFromTheCursor() {
        SequencerVerticle first = serving("n1", fine);
        stage.ask(creates(ANNA, "create", BEN));
        placed(stage.ask(says(BEN, "m1", "message")));
        first.release(SHARD);
        stage.loop.settle();
        assertThat(cursors().exported()).isEqualTo(3);
        serving("n2", fine);
        placed(stage.ask(says(BEN, "m2", "message")));
        assertThat(events.records(0)).isEqualTo(log());
    }

    @Test
    void twoOwnersRepeatAndLeaveNoHole() {
        serving("n1", fine);
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 10; i++) placed(stage.ask(says(BEN, "m" + i, "message " + i)));
        SequencerVerticle second = serving("n2", fine); // before a cursor was saved
        assertThat(second.serves(SHARD)).isTrue();
        placed(stage.ask(says(BEN, "last", "message")));
        stage.loop.advance(20_000);
        assertThat(firstOnes()).isEqualTo(log());
        assertThat(events.records(0).size()).as("brought twice").isGreaterThan(log().size());
    }

    @Test
    void whoeverGaveTheShardUpBringsNothingMore() {
        List<List<EventRecord>> brought = new ArrayList<>();
        List<Promise<Void>> asked = new ArrayList<>();
        SequencerVerticle sequencer = serving("n1", (shard, records) -> {
            brought.add(records);
            asked.add(Promise.promise());
            return asked.getLast().future();
        });
        stage.ask(creates(ANNA, "create", BEN));
        placed(stage.ask(says(BEN, "m1", "message")));
        sequencer.release(SHARD);
        stage.loop.settle();
        asked.getFirst().complete();
        stage.loop.advance(10_000);
        assertThat(brought).hasSize(1);
    }

    @Test
    void whatCannotBeReadIsExportedAsDamagedAndNothingElse() {
        boolean[] isAway = {true};
        servingUnless(isAway);
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 1_000; i++) placed(stage.ask(says(BEN, "m" + i, "message " + i)));
        gate.refuse("read", new Damaged(null, "position 500"), call -> {
            long after = (long) call.get(1);
            return after < 500 && after + (int) call.get(2) >= 500;
        });
        isAway[0] = false;
        stage.loop.advance(10_000);
        List<EventRecord> expected = new ArrayList<>(log());
        expected.set(499, new EventRecord.Missing(7, SHARD, 500, 500, EventRecord.Reason.DAMAGED));
        assertThat(events.records(0)).isEqualTo(expected);
    }

    @Test
    void whatWasRemovedWithAgeIsExportedAsOneGap() {
        stage.serving("before");
        stage.ask(creates(ANNA, "create", BEN));
        for (int i = 0; i < 1_000; i++) placed(stage.ask(says(BEN, "m" + i, "message " + i)));
        stage.loop.advance(2_000);
        gate.refuse("read", new Damaged(null, "gone"), call -> (long) call.get(1) < 600);
        gate.answer("trimmed", Future.succeededFuture(600L));
        serving("n1", fine);
        stage.loop.advance(1_000);
        List<EventRecord> expected = new ArrayList<>();
        expected.add(new EventRecord.Missing(7, SHARD, 1, 600, EventRecord.Reason.RETENTION));
        expected.addAll(log().subList(600, 1_002));
        assertThat(events.records(0)).isEqualTo(expected);
    }

    @Test
    void withoutAnEventLogTheCursorStaysWhereItIs() {
        stage.serving("n1");
        stage.ask(creates(ANNA, "create", BEN));
        stage.loop.advance(2_000);
        assertThat(cursors()).isEqualTo(new ShardCursors(2, 0, 0));
    }

    /** To an event log that is away as long as that says so. */
    private void servingUnless(boolean[] isAway) {
        serving(
                "n1",
                (shard, records) ->
                        isAway[0] ? Future.failedFuture(new Unavailable("away")) : fine.add(shard, records));
    }

    private SequencerVerticle serving(String node, EventExport export) {
        Stores stores = gate.over(stage.store.stores(Weather.FINE));
        SequencerVerticle sequencer = stage.sequencer(node, stores, export, SequencerConfig.DEFAULT);
        sequencer.take(SHARD);
        stage.loop.settle();
        return sequencer;
    }

    private ShardCursors cursors() {
        return stage.store.stores(Weather.FINE).log().cursors(SHARD).result();
    }

    private List<EventRecord> log() {
        List<EventRecord> records = new ArrayList<>();
        stage.store.log(SHARD).forEach(row -> {
            Entry entry = row.entry();
            records.add(EventRecord.of(7, entry));
        });
        return records;
    }

    /** What was exported, each position as it came first. */
    private List<EventRecord> firstOnes() {
        List<EventRecord> first = new ArrayList<>();
        for (EventRecord each : events.records(0)) if (each.position() > first.size()) first.add(each);
        return first;
    }
}
