package chat.parley.store.cassandra;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Damaged;
import chat.parley.store.LogRow;
import chat.parley.store.Scribe;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A log of partitions that are soon full, on a real Cassandra. */
@Tag("real")
class CassandraPartitionsTest {
    private static final int ROWS = 10;
    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);

    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra(ROWS);

    private CassandraStore store;
    private ShardLog log;
    private Scribe scribe;

    @BeforeEach
    void begin() throws Exception {
        CASSANDRA.empty();
        store = CASSANDRA.open(CASSANDRA.options());
        log = store.stores().log();
        scribe = new Scribe(store.stores());
    }

    @Test
    void aLogIsReadFromEveryPositionOverAllItsPartitions() {
        List<Entry> all = new ArrayList<>();
        for (int size : new int[] {3, 7, 1, 8, 6, 10, 9, 2, 10, 10, 5}) all.addAll(append(size));
        for (int after = 0; after <= all.size(); after++) {
            List<Entry> read = new ArrayList<>(all.subList(0, after));
            List<LogRow> rows = await(log.read(SHARD, after, 100));
            while (!rows.isEmpty()) {
                rows.forEach(row -> read.add(row.entry()));
                rows = await(log.read(SHARD, read.size(), 4));
            }
            assertThat(read).as("behind %d", after).isEqualTo(all);
        }
    }

    @Test
    void theHeadIsFoundByWhoKnowsNothing() throws Exception {
        for (int size : new int[] {4, 6, 5, 9, 10, 10, 1}) {
            append(size);
            ShardHead head = await(log.head(SHARD));
            assertThat(head.position()).isEqualTo(scribe.head(SHARD).position());
            assertThat(await(CASSANDRA.open(CASSANDRA.options()).stores().log().head(SHARD)))
                    .isEqualTo(head);
        }
    }

    @Test
    void theHeadIsFoundFromTheProjectedCursor() throws Exception {
        for (int i = 0; i < 6; i++) append(7);
        for (long projected : new long[] {3, 10, 20, 35, 42}) {
            await(log.saveCursors(Map.of(SHARD, new ShardCursors(projected, 0, 0))));
            assertThat(await(CASSANDRA.open(CASSANDRA.options()).stores().log().head(SHARD))
                            .position())
                    .isEqualTo(42);
        }
    }

    @Test
    void aShardIsTakenOverWhereAPartitionIsFull() {
        append(10);
        Batch zombies = scribe.batch(List.of(scribe.place(ONE, ANN, Content.Message.of("late"))));
        ShardHead seen = await(log.head(SHARD));
        assertThat(await(log.takeOver(seen, "n2"))).isEqualTo(new Appended.Done());
        ShardHead taken = await(log.head(SHARD));
        assertThat(taken).isEqualTo(new ShardHead(SHARD, 10, seen.epoch() + 1, "n2", seen.batchId()));
        assertThat(await(log.append(zombies))).isEqualTo(new Appended.Lost(taken));
        assertThat(await(log.takeOver(seen, "n3"))).isEqualTo(new Appended.Lost(taken));

        var batch = new Batch(SHARD, 10, taken.epoch(), "n2", new BatchId(9, 1), zombies.entries());
        assertThat(await(log.append(batch))).isEqualTo(new Appended.Done());
        assertThat(await(log.head(SHARD))).isEqualTo(new ShardHead(SHARD, 11, taken.epoch(), "n2", batch.id()));
        assertThat(await(log.append(batch))).isEqualTo(new Appended.Lost(await(log.head(SHARD))));
    }

    @Test
    void whoWasTakenOverDoesNotBeginThePartitionThatFollows() {
        append(6);
        ShardHead seen = await(log.head(SHARD));
        await(log.takeOver(seen, "n2"));
        List<Entry> four = new ArrayList<>();
        for (int i = 0; i < 5; i++) four.add(scribe.place(ONE, ANN, Content.Message.of("n2's")));
        await(log.append(new Batch(SHARD, 6, seen.epoch() + 1, "n2", new BatchId(9, 1), four.subList(0, 4))));

        Batch zombies = new Batch(SHARD, 10, seen.epoch(), seen.owner(), new BatchId(9, 2), four.subList(4, 5));
        assertThat(await(log.append(zombies))).isEqualTo(new Appended.Lost(await(log.head(SHARD))));
        assertThat(await(log.head(SHARD)).position()).isEqualTo(10);
    }

    @Test
    void anAppendToAPartitionThatWasFilledIsToldTheHead() {
        for (int i = 0; i < 4; i++) append(9);
        ShardHead head = await(log.head(SHARD));
        List<Entry> entries = List.of(scribe.place(ONE, ANN, Content.Message.of("late")));
        for (long expected = 0; expected < 45; expected++) {
            if (expected == head.position()) continue;
            var batch = new Batch(SHARD, expected, head.epoch(), head.owner(), new BatchId(9, expected), entries);
            assertThat(await(log.append(batch))).as("at %d", expected).isEqualTo(new Appended.Lost(head));
        }
        assertThat(await(log.read(SHARD, 27, 100))).hasSize(9);
    }

    @Test
    void aPartitionIsEmptiedWhenItIsClosedAndOldAndPassed() throws Exception {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) all.addAll(append(7)); // closed: 1 to 14, 15 to 21, 22 to 35
        ShardHead head = await(log.head(SHARD));
        await(log.saveCursors(Map.of(SHARD, new ShardCursors(35, 25, 0))));
        assertThat(await(store.trim())).as("young").isZero();

        Instant later = Instant.now().plus(Duration.ofDays(8));
        CassandraStore old = CASSANDRA.open(TestOptions.with(CASSANDRA.options(), () -> later));
        assertThat(await(old.trim())).as("written by another").isZero();
        ShardLog its = old.stores().log();
        assertThat(await(its.takeOver(head, "n2"))).isEqualTo(new Appended.Done());
        assertThat(await(old.trim())).as("passed by all cursors").isEqualTo(2);
        assertThat(await(old.trim())).as("again").isZero();
        assertThat(await(its.trimmed(SHARD))).isEqualTo(21);

        assertThatThrownBy(() -> await(its.read(SHARD, 0, 100))).isInstanceOf(Damaged.class);
        assertThatThrownBy(() -> await(its.read(SHARD, 20, 100))).isInstanceOf(Damaged.class);
        assertThat(await(its.read(SHARD, 21, 100))).extracting(LogRow::entry).isEqualTo(all.subList(21, 35));
        assertThat(await(CASSANDRA.open(CASSANDRA.options()).stores().log().head(SHARD))
                        .position())
                .isEqualTo(35);
        assertThat(await(its.append(new Batch(SHARD, 3, head.epoch() + 1, "n2", new BatchId(9, 1), all.subList(3, 4)))))
                .isEqualTo(new Appended.Lost(await(its.head(SHARD))));
    }

    private List<Entry> append(int messages) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < messages; i++) entries.add(scribe.place(ONE, ANN, Content.Message.of("message " + i)));
        assertThat(scribe.append(entries)).isEqualTo(new Appended.Done());
        return entries;
    }
}
