package chat.parley.store.embedded;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.EVE;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.store.Projection;
import chat.parley.store.Scribe;
import chat.parley.store.ShardHead;
import chat.parley.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** Projections row by row: in any order, any number of times, and broken off between any two. */
class DeferredRowsTest {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    private static final int SHARD = 5;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD, 1);

    @TempDir
    Path folder;

    private record Stamped(Projection.Row row, long stamp) {}

    @Test
    void rowsInAnyOrderAndTwiceGiveTheSameTables() throws Exception {
        List<Stamped> rows = new ArrayList<>();
        EmbeddedStore store = OPEN.open(folder.resolve("story"), OpenStores.OPTIONS);
        for (Entry entry : story(new Scribe(store.stores()), ONE, OTHER)) {
            Projection.of(entry, row -> rows.add(new Stamped(row, entry.position())));
        }
        List<String> expected = dump(folder.resolve("in order"), rows);
        for (int seed = 1; seed <= 10; seed++) {
            List<Stamped> shuffled = new ArrayList<>(rows);
            shuffled.addAll(rows.subList(0, rows.size() / 2));
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(dump(folder.resolve("order " + seed), shuffled))
                    .as("order of seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void theAppendGivesTheSameTablesAsItsRowsOneByOne() throws Exception {
        List<Stamped> rows = new ArrayList<>();
        EmbeddedStore store = OPEN.open(folder.resolve("appended"), OpenStores.OPTIONS);
        var scribe = new Scribe(store.stores());
        List<Entry> story = story(scribe, ONE, OTHER);
        scribe.append(story.subList(0, 9));
        scribe.append(story.subList(9, story.size()));
        OPEN.close(store);
        for (Entry entry : story) Projection.of(entry, row -> rows.add(new Stamped(row, entry.position())));

        List<String> appended;
        try (Rocks rocks = rocks(folder.resolve("appended").resolve(EmbeddedStore.FOLDER))) {
            appended = dump(rocks);
        }
        assertThat(appended).isEqualTo(dump(folder.resolve("one by one"), rows));
    }

    @Test
    void aProjectionBrokenOffBetweenAnyTwoRowsIsMadeGoodByRepeatingIt() throws Exception {
        var left = new AtomicInteger();
        EmbeddedOptions failing = OpenStores.OPTIONS.withDeferredProjections(() -> {
            if (left.getAndDecrement() == 0) throw new IllegalStateException("as the test wants it");
        });
        EmbeddedStore store = OPEN.open(folder, failing);
        var scribe = new Scribe(store.stores());
        List<Entry> whole = story(scribe, ONE, OTHER);
        scribe.append(whole);
        left.set(Integer.MAX_VALUE);
        await(store.stores().projections().project(SHARD, whole));
        int rows = Integer.MAX_VALUE - left.get() - 1;
        for (int broken = 0; broken <= rows; broken++) {
            ConversationId one = conversation(SHARD, 2 + 2 * broken);
            ConversationId other = conversation(SHARD, 3 + 2 * broken);
            Stores stores = store.stores();
            List<Entry> story = story(scribe, one, other);
            scribe.append(story);
            left.set(broken);
            assertThatThrownBy(() -> await(stores.projections().project(SHARD, story)))
                    .hasMessage("as the test wants it");
            if (broken % 10 == 5) { // and the process with it
                OPEN.close(store);
                store = OPEN.open(folder, failing);
                scribe.reopened(store.stores());
            }
            left.set(Integer.MAX_VALUE);
            await(store.stores().projections().project(SHARD, story));
            assertThat(shape(read(store.stores(), one, other), one, other))
                    .as("broken off before row %d", broken)
                    .isEqualTo(shape(read(store.stores(), ONE, OTHER), ONE, OTHER));
        }
    }

    /** Without what depends on where in its shard the story stands. */
    private static String shape(String read, ConversationId one, ConversationId other) {
        return read.replaceAll(one + "\\b", "one")
                .replaceAll(other + "\\b", "other")
                .replaceAll("(position|sentAt|editedAt|deletedAt|low|high)=[0-9-]+", "$1");
    }

    @Test
    void untilItIsProjectedAnEntryIsInTheLogAlone() throws Exception {
        Stores stores = OPEN.stores(folder, true);
        var scribe = new Scribe(stores);
        List<Entry> story = story(scribe, ONE, OTHER);
        scribe.append(story);
        assertThat(await(stores.log().read(SHARD, 0, 100))).hasSize(story.size());
        assertThat(await(stores.history().after(ONE, 0, 100, 1 << 20))).isEmpty();
        assertThat(await(stores.directory().inbox(ANN))).isEmpty();
        assertThat(await(stores.log().cursors(SHARD)).projected()).isZero();
        ShardHead head = await(stores.log().head(SHARD));
        assertThat(head.position()).isEqualTo(story.size());
    }

    private static List<Entry> story(Scribe scribe, ConversationId one, ConversationId other) {
        List<Entry> story = new ArrayList<>();
        story.add(scribe.place(
                one,
                ANN,
                new Content.ConversationCreated(chat.parley.model.ConversationType.GROUP, new Settings("team", 0))));
        story.add(scribe.place(one, ANN, new Content.MembersAdded(List.of(BOB, EVE), Role.MEMBER)));
        story.add(scribe.place(one, ANN, Content.Message.of("one")));
        story.add(scribe.place(other, BOB, Content.Message.of("elsewhere")));
        story.add(scribe.place(one, ANN, new Content.Edit(3, "edited", List.of())));
        story.add(scribe.place(one, ANN, new Content.Edit(3, "edited again", List.of(4L))));
        story.add(scribe.place(one, ANN, new Content.RoleChanged(BOB, 2, Role.ADMIN)));
        story.add(scribe.place(one, BOB, Content.Message.of("two")));
        story.add(scribe.place(one, BOB, new Content.Delete(7, List.of())));
        story.add(scribe.place(one, ANN, new Content.Delete(3, List.of(4L, 5L))));
        story.add(scribe.place(one, ANN, new Content.MembersRemoved(List.of(new Content.Departure(EVE, 2)))));
        story.add(scribe.place(one, ANN, new Content.ConversationUpdated(new Settings("renamed", 9))));
        story.add(scribe.place(one, ANN, new Content.MembersAdded(List.of(EVE), Role.ADMIN)));
        return story;
    }

    private static Rocks rocks(Path path) throws Exception {
        java.nio.file.Files.createDirectories(path);
        return new Rocks(path, OpenStores.OPTIONS, true, Writer.Committing.ROCKS);
    }

    /** All tables after these rows, one by one. */
    private static List<String> dump(Path path, List<Stamped> rows) throws Exception {
        try (Rocks rocks = rocks(path)) {
            var tables = new Tables(false);
            for (Stamped each : rows) {
                var batch = new RowBatch(1_000);
                var commit = new Commit(rocks, batch, new ShardHead[ConversationId.SHARDS]);
                tables.apply(each.row, each.stamp, commit);
                if (batch.isEmpty()) continue;
                try (WriteBatch written = new WriteBatch(batch.serialized())) {
                    rocks.db().write(rocks.writing(false), written);
                }
            }
            return dump(rocks);
        }
    }

    private static List<String> dump(Rocks rocks) throws RocksDBException {
        List<String> dump = new ArrayList<>();
        for (Family family : List.of(Family.HISTORY, Family.IDS, Family.HEADS, Family.TABLES)) {
            try (RocksIterator row = rocks.iterator(family)) {
                for (row.seekToFirst(); row.isValid(); row.next()) {
                    dump.add(family + " " + text(row.key()) + " = "
                            + HexFormat.of().formatHex(row.value()));
                }
                row.status();
            }
        }
        return dump;
    }

    private static String text(byte[] key) {
        return new String(key, java.nio.charset.StandardCharsets.ISO_8859_1).replace('\0', ' ');
    }

    private static String read(Stores stores, ConversationId one, ConversationId other) {
        List<Object> all = new ArrayList<>();
        for (ConversationId conversation : List.of(one, other)) {
            all.addAll(await(stores.history().after(conversation, 0, 100, 1 << 20)));
            all.add(await(stores.directory().conversations(List.of(conversation))));
            all.addAll(await(stores.directory().members(conversation, "", 100)));
        }
        return all.toString();
    }
}
