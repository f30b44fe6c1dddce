package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ShardLog} promises. */
public abstract class ShardLogContract {
    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD, 1);
    private static final ConversationId ELSEWHERE = conversation(SHARD + 1, 0);

    private Stores stores;
    private ShardLog log;
    private Scribe scribe;

    /** Stores without any data. */
    protected abstract Stores empty() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        stores = empty();
        log = stores.log();
        scribe = new Scribe(stores);
    }

    @Test
    void aNewLogIsEmptyAndNobodys() {
        assertThat(await(log.head(SHARD))).isEqualTo(new ShardHead(SHARD, 0, 0, "", BatchId.NONE));
        assertThat(await(log.read(SHARD, 0, 10))).isEmpty();
    }

    @Test
    void whatWasAppendedIsReadInItsOrder() {
        List<Entry> first = messages(3);
        List<Entry> second = messages(2);
        Batch one = scribe.batch(first);
        Batch other = scribe.batch(second);
        assertThat(await(log.append(one))).isEqualTo(new Appended.Done());
        assertThat(await(log.append(other))).isEqualTo(new Appended.Done());

        List<LogRow> rows = await(log.read(SHARD, 0, 100));

        List<LogRow> expected = new ArrayList<>();
        first.forEach(entry -> expected.add(new LogRow(entry, one.id())));
        second.forEach(entry -> expected.add(new LogRow(entry, other.id())));
        assertThat(rows).isEqualTo(expected);
    }

    @Test
    void theHeadIsThatOfTheLastAppend() {
        Batch batch = scribe.batch(messages(3));
        await(log.append(batch));
        assertThat(await(log.head(SHARD))).isEqualTo(new ShardHead(SHARD, 3, batch.epoch(), batch.owner(), batch.id()));
    }

    @Test
    void aReadBeginsInTheMiddleOfABatch() {
        List<Entry> entries = messages(5);
        scribe.append(entries);
        assertThat(await(log.read(SHARD, 2, 100))).extracting(LogRow::entry).isEqualTo(entries.subList(2, 5));
    }

    @Test
    void aReadEndsAtItsBound() {
        List<Entry> entries = messages(5);
        scribe.append(entries);
        assertThat(await(log.read(SHARD, 1, 2))).extracting(LogRow::entry).isEqualTo(entries.subList(1, 3));
    }

    @Test
    void aReadBehindTheHeadIsEmpty() {
        scribe.append(messages(2));
        assertThat(await(log.read(SHARD, 2, 10))).isEmpty();
        assertThat(await(log.read(SHARD, 9, 10))).isEmpty();
    }

    @Test
    void aLongLogIsReadInParts() {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            List<Entry> entries = messages(100);
            scribe.append(entries);
            all.addAll(entries);
        }
        List<Entry> read = new ArrayList<>();
        for (List<LogRow> rows = await(log.read(SHARD, 0, 128));
                !rows.isEmpty();
                rows = await(log.read(SHARD, read.size(), 128))) {
            rows.forEach(row -> read.add(row.entry()));
        }
        assertThat(read).isEqualTo(all);
    }

    @Test
    void aReadEndsAfterAboutAMebibyte() {
        String body = "x".repeat(16 << 10);
        for (int i = 0; i < 20; i++) {
            List<Entry> entries = new ArrayList<>();
            for (int j = 0; j < 10; j++) entries.add(scribe.place(ONE, ANN, Content.Message.of(body)));
            scribe.append(entries);
        }
        assertThat(await(log.read(SHARD, 0, 1_000))).hasSizeBetween(50, 80);
    }

    @Test
    void aBatchHoldsEntriesOfManyConversations() {
        List<Entry> entries = List.of(
                scribe.place(ONE, ANN, Content.Message.of("a")),
                scribe.place(OTHER, BOB, Content.Message.of("b")),
                scribe.place(ONE, BOB, Content.Message.of("c")));
        scribe.append(entries);
        assertThat(await(log.read(SHARD, 0, 10))).extracting(LogRow::entry).isEqualTo(entries);
    }

    @Test
    void shardsHaveLogsOfTheirOwn() {
        scribe.append(messages(2));
        Entry elsewhere = scribe.place(ELSEWHERE, ANN, Content.Message.of("there"));
        scribe.append(List.of(elsewhere));
        assertThat(await(log.read(SHARD + 1, 0, 10))).extracting(LogRow::entry).containsExactly(elsewhere);
        assertThat(await(log.read(SHARD, 0, 10))).hasSize(2);
    }

    @Test
    void anAppendElsewhereThanAtTheHeadIsLostAndLeavesNothing() {
        scribe.append(messages(2));
        ShardHead head = await(log.head(SHARD));
        Batch late = new Batch(SHARD, 1, head.epoch(), head.owner(), new BatchId(9, 1), messages(1));
        Batch early = new Batch(SHARD, 3, head.epoch(), head.owner(), new BatchId(9, 2), messages(1));
        assertThat(await(log.append(late))).isEqualTo(new Appended.Lost(head));
        assertThat(await(log.append(early))).isEqualTo(new Appended.Lost(head));
        assertThat(await(log.head(SHARD))).isEqualTo(head);
        assertThat(await(log.read(SHARD, 0, 10))).hasSize(2);
    }

    @Test
    void anAppendOfAnotherEpochOrOwnerIsLost() {
        ShardHead head = scribe.head(SHARD);
        List<Entry> entries = messages(1);
        Batch older = new Batch(SHARD, 0, head.epoch() - 1, head.owner(), new BatchId(9, 1), entries);
        Batch foreign = new Batch(SHARD, 0, head.epoch(), "another", new BatchId(9, 2), entries);
        assertThat(await(log.append(older))).isEqualTo(new Appended.Lost(await(log.head(SHARD))));
        assertThat(await(log.append(foreign))).isEqualTo(new Appended.Lost(await(log.head(SHARD))));
    }

    @Test
    void aBatchThatWasAppliedIsLostToItselfWhenRepeated() {
        Batch batch = scribe.batch(messages(2));
        await(log.append(batch));
        Appended again = await(log.append(batch));
        assertThat(again)
                .isEqualTo(new Appended.Lost(new ShardHead(SHARD, 2, batch.epoch(), batch.owner(), batch.id())));
        assertThat(await(log.read(SHARD, 0, 10))).hasSize(2);
    }

    @Test
    void aTakeOverGivesTheNextEpoch() {
        ShardHead seen = await(log.head(SHARD));
        assertThat(await(log.takeOver(seen, "n1"))).isEqualTo(new Appended.Done());
        assertThat(await(log.head(SHARD))).isEqualTo(new ShardHead(SHARD, 0, 1, "n1", BatchId.NONE));
    }

    @Test
    void aTakeOverOfAHeadThatMovedIsLost() {
        ShardHead seen = await(log.head(SHARD));
        await(log.takeOver(seen, "n1"));
        ShardHead now = await(log.head(SHARD));
        assertThat(await(log.takeOver(seen, "n2"))).isEqualTo(new Appended.Lost(now));
        scribe = new Scribe(stores);
        scribe.append(messages(1));
        assertThat(await(log.takeOver(now, "n2"))).isEqualTo(new Appended.Lost(await(log.head(SHARD))));
    }

    @Test
    void whoWasTakenOverAppendsNoMore() {
        scribe.append(messages(1));
        Batch zombies = scribe.batch(messages(1));
        ShardHead before = await(log.head(SHARD));
        await(log.takeOver(before, "n2"));
        ShardHead head = await(log.head(SHARD));
        assertThat(head).isEqualTo(new ShardHead(SHARD, 1, before.epoch() + 1, "n2", before.batchId()));
        assertThat(await(log.append(zombies))).isEqualTo(new Appended.Lost(head));
    }

    @Test
    void appendsOfAllShardsAtOnceAreAllDone() {
        List<Future<Appended>> answers = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            ConversationId conversation = conversation(shard, 0);
            Entry entry = scribe.place(conversation, ANN, Content.Message.of("to " + shard));
            answers.add(log.append(scribe.batch(List.of(entry))));
        }
        for (Future<Appended> answer : answers) assertThat(await(answer)).isEqualTo(new Appended.Done());
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            assertThat(await(log.read(shard, 0, 10))).hasSize(1);
        }
    }

    @Test
    void ofManyWhoRaceForAPositionOneIsDone() throws Exception {
        scribe.head(SHARD);
        List<Entry> entries = messages(1);
        Batch first = scribe.batch(entries);
        int racers = 8;
        var start = new CountDownLatch(1);
        List<java.util.concurrent.Future<Appended>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(racers)) {
            for (int i = 0; i < racers; i++) {
                Batch batch = new Batch(SHARD, 0, first.epoch(), first.owner(), new BatchId(9, i), entries);
                answers.add(threads.submit(() -> {
                    start.await();
                    return await(log.append(batch));
                }));
            }
            start.countDown();
        }
        int done = 0;
        for (var answer : answers) if (answer.get() instanceof Appended.Done) done++;
        assertThat(done).isEqualTo(1);
        ShardHead head = await(log.head(SHARD));
        assertThat(head.position()).isEqualTo(1);
        for (var answer : answers) {
            if (answer.get() instanceof Appended.Lost(ShardHead seen))
                assertThat(seen).isEqualTo(head);
        }
    }

    @Test
    void cursorsOnlyMoveForward() {
        scribe.append(messages(9));
        assertThat(await(log.cursors(SHARD)).fannedOut()).isZero();
        await(log.saveCursors(Map.of(SHARD, new ShardCursors(9, 5, 2), SHARD + 1, ShardCursors.NONE)));
        await(log.saveCursors(Map.of(SHARD, new ShardCursors(8, 6, 1))));
        assertThat(await(log.cursors(SHARD))).isEqualTo(new ShardCursors(9, 6, 2));
    }

    @Test
    void ofANewLogNothingWasRemoved() {
        assertThat(await(log.trimmed(SHARD))).isZero();
        scribe.append(messages(3));
        assertThat(await(log.trimmed(SHARD))).isZero();
    }

    @Test
    void whatIsRememberedFirstIsRememberedForEver() {
        String name = "name-" + UUID.randomUUID();
        assertThat(await(log.remember(name, "first"))).isEqualTo("first");
        assertThat(await(log.remember(name, "second"))).isEqualTo("first");
        assertThat(await(log.remember(name + ".other", "second"))).isEqualTo("second");
        assertThat(await(log.remember(name, "first"))).isEqualTo("first");
    }

    @Test
    void anIncarnationLeavesRoomForPositionsInAStamp() {
        assertThat(log.incarnation()).isBetween(1L, (1L << 23) - 1);
    }

    @Test
    void theDigestKeyHas32Bytes() {
        assertThat(log.digestKey()).hasSize(32).isNotEqualTo(new byte[32]);
    }

    private List<Entry> messages(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) entries.add(scribe.place(ONE, ANN, Content.Message.of("message " + i)));
        return entries;
    }
}
