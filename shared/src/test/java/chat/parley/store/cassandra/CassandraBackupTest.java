package chat.parley.store.cassandra;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.EVE;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Entry;
import chat.parley.model.Mute;
import chat.parley.model.UserSettings;
import chat.parley.store.CannotOpen;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.store.History.IdKey;
import chat.parley.store.LogRow;
import chat.parley.store.Scribe;
import chat.parley.store.ShardCursors;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.NewBackup;
import chat.parley.store.backup.Progress;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Backups of the data in a real Cassandra, and what comes out of them. Partitions of ten positions, so that there are many. */
@Tag("real")
@Timeout(120)
class CassandraBackupTest {
    private static final int ROWS = 10;
    private static final int SHARD = 3;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD + 1, 0);
    private static final ConversationId OLD = conversation(SHARD + 2, 0);
    private static final ConversationId FULL = conversation(SHARD + 3, 0);
    private static final Progress SILENT = new Progress(line -> {});

    @RegisterExtension
    static final RealCassandra CASSANDRA = new RealCassandra(ROWS);

    private static int keyspaces;

    @TempDir
    private Path temporary;

    private CassandraOptions elsewhere;
    private Path backup;
    private Stores stores;
    private Scribe scribe;

    @BeforeEach
    void begin() throws CannotOpen {
        elsewhere = TestOptions.withKeyspace(CASSANDRA.options(), "restored_" + ++keyspaces);
        backup = temporary.resolve("backup");
        CASSANDRA.empty(); // and one that does not know where the logs had ended
        stores = CASSANDRA.open(CASSANDRA.options()).stores();
        scribe = new Scribe(stores);
    }

    @Test
    void everyTableIsBackedUp() {
        List<String> known = new ArrayList<>(CassandraBackup.OTHERS);
        for (CopiedTable each : CassandraBackup.TABLES) known.add(each.name());
        List<String> tables = new ArrayList<>();
        for (Row row : CASSANDRA
                .session()
                .execute("SELECT table_name FROM system_schema.tables WHERE keyspace_name = '"
                        + CASSANDRA.options().keyspace() + "'")) tables.add(row.getString("table_name"));
        assertThat(tables).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void whatIsRestoredIsWhatWasThereAndGoesOn() throws Exception {
        scribe.group(ONE, BOB, EVE);
        for (int i = 0; i < 30; i++) scribe.message(ONE, ANN, "message " + i);
        scribe.write(ONE, ANN, new Content.Edit(5, "edited", List.of()));
        scribe.write(ONE, ANN, new Content.Delete(6, List.of()));
        scribe.group(OTHER, BOB);
        var directory = stores.directory();
        await(directory.moveReadPointers(
                List.of(new ReadPointer(ONE, BOB, 20, 18, 25), new ReadPointer(ONE, EVE, 0, 0, 9))));
        await(directory.saveLastSeen(Map.of(BOB, 1_700_000_000_123L)));
        var phone = new Device(BOB, new DeviceId("phone"), 1, 2, "js");
        await(directory.saveDevice(phone));
        await(directory.saveMute(BOB, ONE, new Mute(77, true)));
        UserSettings settings =
                await(directory.changeUserSettings(BOB, new UserSettings.Change(null, null, true, false, EVE, null)));
        await(stores.log().remember("kafka/parley", "16"));
        await(stores.log()
                .saveCursors(Map.of(SHARD, new ShardCursors(33, 30, 21), SHARD + 1, new ShardCursors(1, 1, 0))));
        scribe.group(OLD, BOB);
        for (int i = 0; i < 35; i++) scribe.message(OLD, ANN, "message " + i);
        await(stores.log().saveCursors(Map.of(OLD.shard(), new ShardCursors(37, 37, 0))));
        trim(OLD.shard());
        scribe.group(FULL, BOB);
        for (int i = 0; i < ROWS - 2; i++) scribe.message(FULL, ANN, "message " + i);
        // What the tables do not have yet, behind what they have.
        List<Entry> tail = new ArrayList<>();
        for (int i = 0; i < 12; i++) tail.add(scribe.place(ONE, ANN, Content.Message.of("tail " + i)));
        for (Entry each : tail) scribe.append(List.of(each));

        Facts facts = make();
        Facts now = CassandraBackup.restore(CASSANDRA.vertx(), elsewhere, backup, SILENT);
        scribe.project(tail);
        Stores again = CASSANDRA.open(elsewhere).stores();

        assertThat(List.of(facts.conversations(), facts.entries())).containsExactly(4L, 48L + 37 + ROWS);
        assertThat(List.of(now.conversations(), now.entries())).containsExactly(4L, 48L + 37 + ROWS);
        assertThat(again.log().incarnation()).isEqualTo(now.incarnation()).isNotEqualTo(facts.incarnation());
        assertThat(again.log().digestKey()).isEqualTo(stores.log().digestKey());
        assertThat(await(again.log().remember("kafka/parley", "17"))).isEqualTo("16");
        for (ConversationId each : List.of(ONE, OTHER)) {
            assertThat(page(again, each)).isEqualTo(page(stores, each)).isNotEmpty();
            assertThat(await(again.directory().conversations(List.of(each))))
                    .isEqualTo(await(directory.conversations(List.of(each))));
            assertThat(await(again.directory().members(each, "", "", 10)))
                    .isEqualTo(await(directory.members(each, "", "", 10)));
            assertThat(rows(again, each.shard(), 0)).isEqualTo(rows(stores, each.shard(), 0));
            assertThat(await(again.log().head(each.shard())))
                    .isEqualTo(await(stores.log().head(each.shard())));
        }
        IdKey id = new IdKey(ONE, ANN, tail.getLast().clientMessageId());
        assertThat(await(again.history().ids(List.of(id))))
                .isEqualTo(await(stores.history().ids(List.of(id))))
                .hasSize(1);
        assertThat(await(again.log().cursors(SHARD))).isEqualTo(new ShardCursors(46, 30, 21));
        assertThat(await(again.directory().inbox(BOB)))
                .containsExactlyInAnyOrderElementsOf(await(directory.inbox(BOB)));
        assertThat(await(again.directory().readPointers(ONE, List.of(BOB, EVE))))
                .isEqualTo(await(directory.readPointers(ONE, List.of(BOB, EVE))))
                .hasSize(2);
        assertThat(await(again.directory().lastSeen(List.of(BOB)))).containsEntry(BOB, 1_700_000_000_123L);
        assertThat(await(again.directory().devices(BOB))).containsExactly(phone);
        assertThat(await(again.directory().mutes(BOB, List.of(ONE)))).containsEntry(ONE, new Mute(77, true));
        assertThat(await(again.directory().userSettings(List.of(BOB)))).containsEntry(BOB, settings);

        // What comes is later than all of it.
        assertLogsGoOn(elsewhere);
        scribe.message(ONE, ANN, "a new life");
        scribe.write(ONE, ANN, new Content.Delete(7, List.of()));
        List<StoredEntry> after = page(again, ONE);
        assertThat(after).hasSize(48);
        assertThat(after.get(6)).isNotEqualTo(page(stores, ONE).get(6));
        assertThat(await(again.directory().heads(List.of(ONE))).get(ONE).sequence())
                .isEqualTo(48);
        await(again.directory().moveReadPointers(List.of(new ReadPointer(ONE, BOB, 19, 17, 26))));
        assertThat(await(again.directory().readPointers(ONE, List.of(BOB))))
                .containsEntry(BOB, new ReadPointer(ONE, BOB, 20, 18, 26));
        await(again.directory().saveMute(BOB, ONE, null));
        assertThat(await(again.directory().mutes(BOB, List.of(ONE)))).isEmpty();
        assertThat(await(again.directory()
                                .changeUserSettings(BOB, new UserSettings.Change(null, null, null, null, null, EVE)))
                        .blocked())
                .isEqualTo(Set.of());
    }

    /** Partitions that were emptied with age, and one that is just full. */
    private void assertLogsGoOn(CassandraOptions options) throws Exception {
        Stores again = CASSANDRA.open(options).stores();
        assertThat(await(again.log().trimmed(OLD.shard()))).isEqualTo(30);
        assertThat(rows(again, OLD.shard(), 30)).hasSize(7);
        assertThat(await(again.log().head(FULL.shard())).position()).isEqualTo(ROWS);
        scribe.reopened(again);
        scribe.message(FULL, ANN, "the first of the next partition");
        assertThat(rows(again, FULL.shard(), 0)).hasSize(ROWS + 1);
        assertThat(page(again, FULL)).hasSize(ROWS + 1);
        assertThat(page(again, OLD)).hasSize(37);
        assertThat(new Scribe(again).head(OLD.shard()).position()).isEqualTo(37);
    }

    /** Removes what is old and behind the cursors. */
    private static void trim(int shard) throws CannotOpen {
        InstantSource later = InstantSource.fixed(Instant.now().plus(Duration.ofDays(8)));
        CassandraStore old = CASSANDRA.open(TestOptions.with(CASSANDRA.options(), later));
        await(old.stores().log().takeOver(await(old.stores().log().head(shard)), "trims"));
        assertThat(await(old.trim())).isEqualTo(3);
    }

    @Test
    void whereThereIsDataNoneIsRestored() throws Exception {
        scribe.group(ONE, BOB);
        make();
        assertThatThrownBy(() -> CassandraBackup.restore(CASSANDRA.vertx(), CASSANDRA.options(), backup, SILENT))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage("There is data in the keyspace "
                        + CASSANDRA.options().keyspace()
                        + " already; set another store.cassandra.keyspace, or drop that one.");
        assertThat(page(stores, ONE)).hasSize(2);
    }

    @Test
    void noNodeStartsOnHalfARestore() throws Exception {
        scribe.group(ONE, BOB);
        make();
        CassandraOptions options = CASSANDRA.options();
        String row = options.keyspace() + ".format ";
        CASSANDRA.session().execute("UPDATE " + row + "SET value = 'now' WHERE name = 'restoring' IF value = null");
        String sentence = "A restore into the keyspace " + options.keyspace()
                + " has not ended; drop the keyspace, and run ./parley restore again.";
        try {
            assertThatThrownBy(() -> CASSANDRA.open(options))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessage(sentence);
            assertThatThrownBy(() -> CassandraBackup.restore(CASSANDRA.vertx(), options, backup, SILENT))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessage(sentence);
        } finally {
            CASSANDRA.session().execute("DELETE FROM " + row + "WHERE name = 'restoring' IF EXISTS");
        }
    }

    @Test
    void anAlteredBackupIsRefusedBeforeAnythingIsWritten() throws Exception {
        scribe.group(ONE, BOB);
        make();
        Path rows = backup.resolve("data").resolve("history.rows.gz");
        byte[] bytes = Files.readAllBytes(rows);
        bytes[bytes.length / 2] ^= 1;
        Files.write(rows, bytes);
        assertThatThrownBy(() -> CassandraBackup.restore(CASSANDRA.vertx(), elsewhere, backup, SILENT))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage("The backup in " + backup
                        + " is not as it was written: data/history.rows.gz is another; use another backup.");
        assertThat(CASSANDRA
                        .session()
                        .execute("SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = '"
                                + elsewhere.keyspace() + "'")
                        .one())
                .isNull();
    }

    @Test
    void renewedDataHasALaterLifeAndAllThatTheLogsSay() throws Exception {
        scribe.group(ONE, BOB);
        Entry waiting = scribe.place(ONE, ANN, Content.Message.of("not in the tables"));
        scribe.append(List.of(waiting));
        long before = stores.log().incarnation();
        Facts renewed = CassandraBackup.renew(CASSANDRA.vertx(), CASSANDRA.options(), SILENT);
        assertThat(renewed.incarnation()).isGreaterThan(before);
        assertThat(renewed.entries()).isEqualTo(3);
        Stores again = CASSANDRA.open(CASSANDRA.options()).stores();
        assertThat(again.log().incarnation()).isEqualTo(renewed.incarnation());
        assertThat(page(again, ONE)).hasSize(3);
        scribe.reopened(again);
        scribe.write(ONE, ANN, new Content.Edit(3, "edited in the next life", List.of()));
        assertThat(page(again, ONE)).hasSize(4);
    }

    @Test
    void dataThatANodeStillWritesIsNotRenewed() throws Exception {
        scribe.group(ONE, BOB);
        long before = stores.log().incarnation();
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                while (!isOver.get()) scribe.message(ONE, ANN, "still here");
            } catch (RuntimeException | AssertionError e) {
                failure.set(e);
            }
        });
        try {
            writer.start();
            assertThatThrownBy(() -> CassandraBackup.renew(CASSANDRA.vertx(), CASSANDRA.options(), SILENT))
                    .isInstanceOf(BackupTrouble.class)
                    .hasMessage("A node still writes to the keyspace "
                            + CASSANDRA.options().keyspace() + "; end all nodes, and run ./parley renew again.");
        } finally {
            isOver.set(true);
            writer.join(30_000);
        }
        assertThat(failure).hasValue(null);
        assertThat(CASSANDRA.open(CASSANDRA.options()).stores().log().incarnation())
                .isEqualTo(before);
    }

    @Test
    void whatIsRemovedWhileItIsBackedUpIsMissedByNobody() throws Exception {
        scribe.group(OLD, BOB);
        for (int i = 0; i < 35; i++) scribe.message(OLD, ANN, "message " + i);
        await(stores.log().saveCursors(Map.of(OLD.shard(), new ShardCursors(37, 37, 0))));
        // A partition is emptied, and it is not said yet.
        CASSANDRA
                .session()
                .execute("DELETE FROM shard_log WHERE shard = " + OLD.shard() + " AND part = 0 AND position <= 10");
        Thread later = new Thread(() -> {
            LockSupport.parkNanos(1_000_000_000);
            CASSANDRA.session().execute("UPDATE shard_cursors SET emptied = 1 WHERE shard = " + OLD.shard());
        });
        try (Connection connection = Connection.openKeyspace(CASSANDRA.vertx(), CASSANDRA.options());
                NewBackup into = NewBackup.in(backup)) {
            Format format = Format.of("", CassandraSchema.said(connection), CassandraSchema.VERSION, ROWS);
            var logs = new CopiedLogs(connection, new Requests(CASSANDRA.vertx(), connection.client(), 10, 10), format);
            List<ShardCursors> cursors = logs.cursors();
            later.start();
            List<CopiedLogs.Shard> saved = logs.save(cursors, into, entry -> {}, SILENT);
            assertThat(saved.get(OLD.shard()).trimmed()).isEqualTo(10);
            assertThat(saved.get(OLD.shard()).head().position()).isEqualTo(37);
        } finally {
            later.join(30_000);
        }
    }

    @Test
    void whatTheDataSaysOfItselfIsSaidOnceOnly() throws Exception {
        try (Connection connection = Connection.openKeyspace(CASSANDRA.vertx(), CASSANDRA.options())) {
            assertThat(CassandraSchema.say(connection, "test", "one", null)).isTrue();
            assertThat(CassandraSchema.say(connection, "test", "one", null))
                    .as("once more, since no answer had come")
                    .isTrue();
            assertThat(CassandraSchema.say(connection, "test", "two", null)).isFalse();
            assertThat(CassandraSchema.say(connection, "test", "two", "one")).isTrue();
            assertThat(CassandraSchema.say(connection, "none", "two", "one")).isFalse();
            CassandraSchema.unsay(connection, "test");
        }
    }

    private Facts make() throws BackupTrouble, CannotOpen {
        return CassandraBackup.make(CASSANDRA.vertx(), CASSANDRA.options(), backup, SILENT);
    }

    private static List<StoredEntry> page(Stores stores, ConversationId conversation) {
        return await(stores.history().after(conversation, 0, 1_000, 1 << 24));
    }

    private static List<LogRow> rows(Stores stores, int shard, long after) {
        List<LogRow> all = new ArrayList<>();
        long last = after;
        for (List<LogRow> more = await(stores.log().read(shard, last, 1_000));
                !more.isEmpty();
                more = await(stores.log().read(shard, last, 1_000))) {
            all.addAll(more);
            last = all.getLast().entry().position();
        }
        return all;
    }
}
