package chat.parley.store.embedded;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.Appended;
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.store.EventCursor;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.EventRows;
import chat.parley.store.History.IdKey;
import chat.parley.store.LogRow;
import chat.parley.store.Scribe;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/** What is the embedded store's own: its folder, its commits, its log's age. */
class EmbeddedStoreTest {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    private static final EmbeddedOptions OPTIONS = OpenStores.OPTIONS;
    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);

    @TempDir
    Path folder;

    // The folder

    @Test
    void whatWasWrittenIsThereWhenTheStoreIsOpenedAgain() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        scribe.group(ONE, BOB);
        Entry message = scribe.message(ONE, ANN, "hello");
        await(store.stores().directory().moveReadPointers(List.of(new ReadPointer(ONE, BOB, 3, 1, 3))));
        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(3, 2, 1))));
        List<StoredEntry> page = page(store.stores());
        List<LogRow> rows = await(store.stores().log().read(SHARD, 0, 100));
        ShardHead head = await(store.stores().log().head(SHARD));
        long incarnation = store.stores().log().incarnation();
        byte[] digestKey = store.stores().log().digestKey();
        OPEN.close(store);

        Stores again = OPEN.open(folder, OPTIONS).stores();

        assertThat(page(again)).isEqualTo(page).hasSize(3);
        assertThat(await(again.log().read(SHARD, 0, 100))).isEqualTo(rows);
        assertThat(await(again.log().head(SHARD))).isEqualTo(head);
        assertThat(await(again.log().cursors(SHARD))).isEqualTo(new ShardCursors(3, 2, 1));
        assertThat(again.log().incarnation()).isEqualTo(incarnation);
        assertThat(again.log().digestKey()).isEqualTo(digestKey);
        IdKey id = new IdKey(ONE, ANN, message.clientMessageId());
        assertThat(await(again.history().ids(List.of(id)))).containsOnlyKeys(id);
        assertThat(await(again.directory().readPointers(BOB, List.of(ONE)))).hasSize(1);
        assertThat(await(again.directory().inbox(BOB))).hasSize(1);
    }

    @Test
    void idsThatOnlyTheDiskKnowsAreFoundTogether() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        List<IdKey> ids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Entry entry = scribe.message(conversation(i % 3, i % 9), ANN, "message " + i);
            ids.add(new IdKey(entry.conversationId(), ANN, entry.clientMessageId()));
        }
        OPEN.close(store);
        for (int count : new int[] {1, 2, 31, 33, 64, 65, 300}) {
            EmbeddedStore cold = OPEN.open(folder, OPTIONS);
            assertThat(await(cold.stores().history().ids(ids.subList(300 - count, 300))))
                    .hasSize(count);
            OPEN.close(cold);
        }
    }

    @Test
    void aCopyOfTheOpenFolderHasAllThatWasAnswered() throws Exception {
        EmbeddedStore store = OPEN.open(folder.resolve("live"), OPTIONS);
        var scribe = new Scribe(store.stores());
        scribe.group(ONE, BOB);
        for (int i = 0; i < 50; i++) scribe.message(ONE, ANN, "message " + i);
        OpenStores.copy(folder.resolve("live"), folder.resolve("copy"));

        Stores copy = OPEN.open(folder.resolve("copy"), OPTIONS).stores();

        assertThat(page(copy)).isEqualTo(page(store.stores())).hasSize(52);
        assertThat(await(copy.log().head(SHARD)))
                .isEqualTo(await(store.stores().log().head(SHARD)));
    }

    @Test
    void aSecondStoreOnTheSameFolderIsRefused() throws Exception {
        OPEN.open(folder, OPTIONS);
        assertThatThrownBy(() -> OPEN.open(folder, OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("The store in " + folder
                        + " is in use by another process; stop that one, or choose another store.path.");
    }

    @Test
    void anotherProcessOnTheSameFolderIsRefusedAndLeavesItAsItIs() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        scribe.message(ONE, ANN, "before");
        Process second = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenStores.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(second.getInputStream().readAllBytes());
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("is in use by another process");
        scribe.message(ONE, ANN, "after");
        assertThat(page(store.stores())).hasSize(2);
    }

    @Test
    void aFolderThatCannotBeMadeIsRefused() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> OPEN.open(file.resolve("data"), OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith("The folder " + file.resolve("data"));
    }

    @Test
    void aStoreOfAnotherFormatIsRefused() throws Exception {
        rewriteFormat(new byte[] {2, (byte) 0x80, 1, 1, 0, 0});
        assertThatThrownBy(() -> OPEN.open(folder, OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("has format 2, and this program reads format 1");
    }

    @Test
    void aStoreOfAnotherNumberOfShardsIsRefused() throws Exception {
        rewriteFormat(new byte[] {1, 64, 1, 0, 0});
        assertThatThrownBy(() -> OPEN.open(folder, OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("was made with 64 shards, and this program has 128");
    }

    @Test
    void deferredAndAppendedProjectionsAreNotMixed() throws Exception {
        OPEN.close(OPEN.open(folder, OPTIONS));
        assertThatThrownBy(() -> OPEN.open(folder, OPTIONS.withDeferredProjections(() -> {})))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("was made with projections in the append");
    }

    private void rewriteFormat(byte[] format) throws Exception {
        OPEN.close(OPEN.open(folder, OPTIONS));
        try (var rocks = new Rocks(folder.resolve(EmbeddedStore.FOLDER), OPTIONS, true, Writer.Committing.ROCKS)) {
            var rows = new RowBatch(64);
            rows.put(Family.META, Keys.FORMAT, format);
            try (WriteBatch batch = new WriteBatch(rows.serialized())) {
                rocks.db().write(rocks.writing(true), batch);
            }
        }
    }

    // Commits

    @Test
    void whatWaitsInAllShardsIsOneCommitWithOneSync() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        List<Entry> entries = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            entries.add(scribe.place(conversation(shard, 0), ANN, Content.Message.of("to " + shard)));
        }
        long commits = store.commits();
        long syncs = store.syncs();

        Promise<List<Future<Appended>>> asked = Promise.promise();
        OPEN.vertx().getOrCreateContext().runOnContext(nothing -> {
            List<Future<Appended>> answers = new ArrayList<>();
            for (Entry entry : entries) {
                answers.add(store.stores().log().append(scribe.batch(List.of(entry))));
            }
            asked.complete(answers);
        });
        for (Future<Appended> answer : await(asked.future())) {
            assertThat(await(answer)).isEqualTo(new Appended.Done());
        }

        assertThat(store.commits() - commits).isEqualTo(1);
        assertThat(store.syncs() - syncs).isEqualTo(1);
    }

    @Test
    void appendsOfOneShardThatWaitTogetherFollowEachOther() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 10; i++) entries.add(scribe.place(ONE, ANN, Content.Message.of("message " + i)));

        Promise<List<Future<Appended>>> asked = Promise.promise();
        OPEN.vertx().getOrCreateContext().runOnContext(nothing -> {
            List<Future<Appended>> answers = new ArrayList<>();
            for (Entry entry : entries) answers.add(store.stores().log().append(scribe.batch(List.of(entry))));
            asked.complete(answers);
        });
        for (Future<Appended> answer : await(asked.future())) {
            assertThat(await(answer)).isEqualTo(new Appended.Done());
        }
        assertThat(await(store.stores().log().read(SHARD, 0, 100)))
                .extracting(LogRow::entry)
                .isEqualTo(entries);
    }

    @Test
    void anAnswerComesOnTheContextOfItsCaller() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        Entry entry = scribe.place(ONE, ANN, Content.Message.of("hello"));
        for (boolean duplicated : new boolean[] {false, true}) {
            ContextInternal loop = (ContextInternal) OPEN.vertx().getOrCreateContext();
            ContextInternal caller = duplicated ? loop.duplicate() : loop;
            var heard = new AtomicReference<Context>();
            Promise<Void> done = Promise.promise();
            caller.runOnContext(nothing -> {
                Future<?> answer = duplicated
                        ? store.stores().history().after(ONE, 0, 10, 1_000)
                        : store.stores().log().append(scribe.batch(List.of(entry)));
                answer.onComplete(any -> {
                    heard.set(io.vertx.core.Vertx.currentContext());
                    done.complete();
                });
            });
            await(done.future());
            assertThat(heard.get()).isSameAs(caller);
        }
    }

    @Test
    void anUnsyncedChangeDoesNotCostASync() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        long syncs = store.syncs();
        await(store.stores().directory().moveReadPointers(List.of(new ReadPointer(ONE, BOB, 3, 1, 3))));
        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(0, 2, 1))));
        assertThat(store.syncs()).isEqualTo(syncs);
    }

    // The log's age

    @Test
    void rowsOldEnoughAndBehindTheCursorsAreRemoved() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        EmbeddedStore store = OPEN.open(folder, OPTIONS.withClock(now::get));
        var scribe = new Scribe(store.stores());
        for (int i = 1; i <= 20; i++) scribe.message(ONE, ANN, "old " + i);
        now.updateAndGet(time -> time.plus(Duration.ofDays(5)));
        for (int i = 21; i <= 30; i++) scribe.message(ONE, ANN, "young " + i);
        now.updateAndGet(time -> time.plus(Duration.ofDays(3)));

        assertThat(await(store.trim())).as("nothing was fanned out").isZero();
        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(0, 15, 0))));
        assertThat(await(store.trim())).isEqualTo(1);

        assertThat(await(store.stores().log().read(SHARD, 15, 100))).hasSize(15);
        assertThatThrownBy(() -> await(store.stores().log().read(SHARD, 14, 100)))
                .isInstanceOf(Damaged.class);
        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(0, 30, 0))));
        assertThat(await(store.trim())).isEqualTo(1);
        assertThat(await(store.stores().log().read(SHARD, 20, 100))).hasSize(10);
        assertThatThrownBy(() -> await(store.stores().log().read(SHARD, 19, 100)))
                .isInstanceOf(Damaged.class);
        assertThat(page(store.stores())).as("the history stays").hasSize(30);
    }

    @Test
    void aLogWithoutYoungRowsKeepsItsHead() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        EmbeddedStore store = OPEN.open(folder, OPTIONS.withClock(now::get));
        var scribe = new Scribe(store.stores());
        for (int i = 1; i <= 5; i++) scribe.message(ONE, ANN, "old " + i);
        ShardHead head = await(store.stores().log().head(SHARD));
        now.updateAndGet(time -> time.plus(Duration.ofDays(80)));
        await(store.stores().log().saveCursors(Map.of(SHARD, new ShardCursors(0, 5, 0))));
        await(store.trim());
        await(store.trim());
        OPEN.close(store);

        Stores again = OPEN.open(folder, OPTIONS).stores();

        assertThat(await(again.log().head(SHARD))).isEqualTo(head);
        assertThat(await(again.log().read(SHARD, 4, 10))).hasSize(1);
    }

    @Test
    void rowsThatAreExportedWaitUntilTheyAre() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        EmbeddedStore store = OPEN.open(folder, OPTIONS.withClock(now::get).withExport());
        var scribe = new Scribe(store.stores());
        for (int i = 1; i <= 20; i++) scribe.message(ONE, ANN, "old " + i);
        now.updateAndGet(time -> time.plus(Duration.ofDays(80)));
        ShardLog log = store.stores().log();

        await(log.saveCursors(Map.of(SHARD, new ShardCursors(0, 20, 0))));
        assertThat(await(store.trim())).as("nothing is exported").isZero();
        assertThat(await(log.trimmed(SHARD))).isZero();
        await(log.saveCursors(Map.of(SHARD, new ShardCursors(0, 20, 12))));
        assertThat(await(store.trim())).isEqualTo(1);
        assertThat(await(log.trimmed(SHARD))).isEqualTo(12);
        assertThat(await(new EventRows(log).read(SHARD, 3, 100)))
                .containsExactly(
                        new EventRecord.Missing(log.incarnation(), SHARD, 4, 12, EventRecord.Reason.RETENTION));
        assertThat(await(new EventRows(log).read(SHARD, 12, 100))).hasSize(8);
    }

    @Test
    void rowsThatAConsumerReadsWaitUntilItHasSavedThat() throws Exception {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        EmbeddedStore store = OPEN.open(folder, OPTIONS.withClock(now::get));
        var scribe = new Scribe(store.stores());
        for (int i = 1; i <= 20; i++) scribe.message(ONE, ANN, "old " + i);
        now.updateAndGet(time -> time.plus(Duration.ofDays(80)));
        ShardLog log = store.stores().log();
        await(log.saveCursors(Map.of(SHARD, new ShardCursors(0, 20, 0))));
        EventReader reader = await(store.events().read("c", List.of(SHARD)));
        EventReader elsewhere = await(store.events().read("c", List.of(SHARD + 1)));

        assertThat(await(reader.next())).hasSize(20);
        assertThat(await(store.trim())).as("nothing is saved").isZero();
        await(reader.save(Map.of(SHARD, new EventCursor(log.incarnation(), 12))));
        assertThat(await(store.trim())).isEqualTo(1);
        assertThat(await(log.trimmed(SHARD))).isEqualTo(12);
        await(reader.close());
        assertThat(await(store.trim())).as("nobody reads it").isEqualTo(1);
        assertThat(await(log.trimmed(SHARD))).isEqualTo(19);
        await(elsewhere.close());
    }

    @Test
    void ofABatchOnlyWhatIsDamagedIsMissing() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 5; i++) entries.add(scribe.place(ONE, ANN, Content.Message.of("message " + i)));
        scribe.append(entries);
        OPEN.close(store);
        forget(Keys.history(ONE, 3));

        ShardLog log = OPEN.open(folder, OPTIONS).stores().log();

        EventRows rows = new EventRows(log);
        List<EventRecord> records = new ArrayList<>();
        for (List<EventRecord> some = await(rows.read(SHARD, 0, 100));
                !some.isEmpty();
                some = await(rows.read(SHARD, records.getLast().position(), 100))) records.addAll(some);
        assertThat(records)
                .containsExactly(
                        EventRecord.of(log.incarnation(), entries.get(0)),
                        EventRecord.of(log.incarnation(), entries.get(1)),
                        new EventRecord.Missing(log.incarnation(), SHARD, 3, 3, EventRecord.Reason.DAMAGED),
                        EventRecord.of(log.incarnation(), entries.get(3)),
                        EventRecord.of(log.incarnation(), entries.get(4)));
    }

    /** Removes a row of the history behind the store's back. */
    private void forget(byte[] key) throws Exception {
        try (var rocks = new Rocks(folder.resolve(EmbeddedStore.FOLDER), OPTIONS, true, Writer.Committing.ROCKS)) {
            rocks.db().delete(rocks.handle(Family.HISTORY), key);
        }
    }

    // Bodies

    @Test
    void ofADeletedBodyNothingIsLeftInAnyFile() throws Exception {
        EmbeddedStore store = OPEN.open(folder, OPTIONS);
        var scribe = new Scribe(store.stores());
        scribe.message(ONE, ANN, "a secret body");
        scribe.write(ONE, ANN, new Content.Edit(1, "a secret edit", List.of()));
        assertThat(OpenStores.filesWith(folder, "a secret")).isNotEmpty();
        await(store.trim());
        scribe.write(ONE, ANN, new Content.Delete(1, List.of(2L)));
        await(store.trim());
        store.rewrite();
        assertThat(OpenStores.filesWith(folder, "a secret")).isEmpty();
        assertThat(page(store.stores())).hasSize(3);
    }

    private static List<StoredEntry> page(Stores stores) {
        return await(stores.history().after(ONE, 0, 1_000, 1 << 20));
    }
}
