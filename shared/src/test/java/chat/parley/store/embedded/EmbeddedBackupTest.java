package chat.parley.store.embedded;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.BOB;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.CannotOpen;
import chat.parley.store.Directory.ReadPointer;
import chat.parley.store.EventCursor;
import chat.parley.store.EventReader;
import chat.parley.store.History.IdKey;
import chat.parley.store.Scribe;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Backups of the embedded store, and what comes out of them. */
@Timeout(120)
class EmbeddedBackupTest {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    private static final EmbeddedOptions OPTIONS = OpenStores.OPTIONS;
    private static final Progress SILENT = new Progress(line -> {});
    private static final int SHARD = 5;
    private static final long WAIT_MILLIS_MAX = 30_000;
    private static final ConversationId ONE = conversation(SHARD, 0);
    private static final ConversationId OTHER = conversation(SHARD + 1, 0);

    @TempDir
    private Path temporary;

    private Path data;
    private Path backup;
    private Path restored;

    @BeforeEach
    void name() {
        data = temporary.resolve("data");
        backup = temporary.resolve("backup");
        restored = temporary.resolve("restored");
    }

    @Test
    void whatWasAnsweredBeforeTheBackupOfAnOpenStoreIsInIt() throws Exception {
        Stores stores = OPEN.open(data, OPTIONS).stores();
        var scribe = new Scribe(stores);
        scribe.group(ONE, BOB);
        Entry message = scribe.message(ONE, ANN, "hello");
        await(stores.directory().moveReadPointers(List.of(new ReadPointer(ONE, BOB, 3, 1, 3))));
        Facts facts = make();
        assertThat(facts.conversations()).isEqualTo(1);
        assertThat(facts.entries()).isEqualTo(3);
        assertThat(facts.incarnation()).isEqualTo(stores.log().incarnation());
        scribe.message(ONE, ANN, "afterwards");

        Facts now = EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT);
        Stores again = OPEN.open(restored, OPTIONS).stores();

        assertThat(now.entries()).isEqualTo(3);
        assertThat(again.log().incarnation()).isEqualTo(now.incarnation()).isNotEqualTo(facts.incarnation());
        assertThat(again.log().digestKey()).isEqualTo(stores.log().digestKey());
        assertThat(page(again, ONE)).isEqualTo(page(stores, ONE).subList(0, 3));
        assertThat(await(again.log().head(SHARD)).position()).isEqualTo(3);
        IdKey id = new IdKey(ONE, ANN, message.clientMessageId());
        assertThat(await(again.history().ids(List.of(id)))).containsOnlyKeys(id);
        assertThat(await(again.directory().readPointers(BOB, List.of(ONE)))).hasSize(1);
    }

    @Test
    void aBackupWhileOthersWriteIsOneMoment() throws Exception {
        Stores stores = OPEN.open(data, OPTIONS).stores();
        var scribe = new Scribe(stores);
        scribe.group(ONE, BOB);
        scribe.group(OTHER, BOB);
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                while (!isOver.get()) { // always the one, then the other
                    scribe.message(ONE, ANN, "x".repeat(2_000));
                    scribe.message(OTHER, ANN, "y".repeat(2_000));
                    answered.incrementAndGet();
                }
            } catch (RuntimeException | AssertionError e) {
                failure.set(e);
            }
        });
        int before;
        int after;
        try {
            writer.start();
            awaitThat(() -> answered.get() >= 20 || failure.get() != null);
            before = answered.get();
            make();
            after = answered.get();
        } finally {
            isOver.set(true);
            writer.join(WAIT_MILLIS_MAX);
        }
        assertThat(failure).hasValue(null);
        assertThat(writer.isAlive()).isFalse();
        assertThat(after).as("it did not stop them").isGreaterThan(before);

        Facts facts = EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT);
        Stores again = OPEN.open(restored, OPTIONS).stores();
        List<StoredEntry> one = page(again, ONE);
        List<StoredEntry> other = page(again, OTHER);
        assertThat(one).isEqualTo(page(stores, ONE).subList(0, one.size())).hasSizeGreaterThanOrEqualTo(before + 2);
        assertThat(other).isEqualTo(page(stores, OTHER).subList(0, other.size()));
        assertThat(one.size() - other.size()).isBetween(0, 1);
        assertThat(facts.entries()).isEqualTo(one.size() + other.size());
        assertThat(await(again.log().head(SHARD)).position()).isEqualTo(one.size());
    }

    @Test
    void aStoreThatNobodyHasOpenIsBackedUp() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        new Scribe(store.stores()).group(ONE, BOB);
        OPEN.close(store);
        assertThat(make().entries()).isEqualTo(2);
        EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT);
        assertThat(page(OPEN.open(restored, OPTIONS).stores(), ONE)).hasSize(2);
        assertThat(page(OPEN.open(data, OPTIONS).stores(), ONE)).hasSize(2);
    }

    @Test
    void consumersGoOnWhereTheyWere() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        new Scribe(store.stores()).group(ONE, BOB);
        new Scribe(store.stores()).head(SHARD);
        EventReader reader = await(store.events().read("push", List.of(SHARD)));
        await(reader.save(Map.of(SHARD, new EventCursor(store.stores().log().incarnation(), 1))));
        make();
        EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT);
        EmbeddedStore again = OPEN.open(restored, OPTIONS);
        EventReader later = await(again.events().read("push", List.of(SHARD)));
        long incarnation = again.stores().log().incarnation();
        assertThat(later.saved()).containsExactly(Map.entry(SHARD, new EventCursor(incarnation, 1)));
        assertThat(await(later.next())).singleElement().satisfies(next -> {
            assertThat(next.position()).isEqualTo(2);
            assertThat(next.incarnation()).isEqualTo(incarnation);
        });
    }

    @Test
    void aBackupThatWasKilledLeavesNothingForLong() throws Exception {
        OPEN.open(data, OPTIONS);
        Path left = Files.createDirectories(data.resolve("checkpoint").resolve("files"));
        Files.createFile(left.resolve("000001.sst"));
        awaitThat(() -> Files.notExists(left));
    }

    private static void awaitThat(BooleanSupplier holds) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS_MAX);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) throw new AssertionError("it did not come to that in time");
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Test
    void nothingOfTheFolderButTheStoreIsInIt() throws Exception {
        OPEN.open(data, OPTIONS);
        Files.writeString(data.resolve("dev-token-secret"), "a secret of the node");
        make();
        assertThat(OpenStores.filesWith(backup, "a secret of the node")).isEmpty();
        try (Stream<Path> files = Files.list(backup.resolve("data"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.matches("CURRENT|(MANIFEST|OPTIONS)-\\d+|\\d+\\.(sst|log)"));
        }
        assertThat(data.resolve("checkpoint").resolve("files")).doesNotExist();
    }

    @Test
    void aStoreThatIsThereIsNotReplaced() throws Exception {
        OPEN.close(OPEN.open(data, OPTIONS));
        make();
        assertRefused(
                data,
                "There is a store in " + data
                        + " already; choose another store.path, or move what is there to another place.");
        OPEN.open(restored, OPTIONS);
        assertThatThrownBy(() -> EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("The store in " + restored
                        + " is in use by another process; stop that one, or choose another store.path.");
    }

    @Test
    void anAlteredBackupLeavesNothing() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        new Scribe(store.stores()).group(ONE, BOB);
        make();
        Path last;
        try (Stream<Path> files = Files.list(backup.resolve("data"))) {
            last = files.sorted().toList().getLast();
        }
        try (OutputStream out = Files.newOutputStream(last, StandardOpenOption.APPEND)) {
            out.write(0);
        }
        assertRefused(
                restored,
                "The backup in " + backup + " is not as it was written: data/" + last.getFileName()
                        + " is another; use another backup.");
        try (Stream<Path> files = Files.list(restored)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
        OPEN.open(restored, OPTIONS); // as if nothing had been tried
    }

    @Test
    void aRestoreThatWasKilledIsNoStoreUntilItIsRunAgain() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        new Scribe(store.stores()).group(ONE, BOB);
        make();
        Files.createDirectories(restored.resolve("restoring"));
        Files.writeString(restored.resolve("restoring").resolve("CURRENT"), "a part");
        assertThatThrownBy(() -> OPEN.open(restored, OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessage("A restore into " + restored + " has not ended; run ./parley restore again, or remove "
                        + restored.resolve("restoring") + ".");
        EmbeddedBackup.restore(restored, OPTIONS, backup, SILENT);
        assertThat(page(OPEN.open(restored, OPTIONS).stores(), ONE)).hasSize(2);
    }

    @Test
    void aDamagedStoreIsNotBackedUpAsIfItWereWhole() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        var scribe = new Scribe(store.stores());
        for (int i = 0; i < 200; i++) scribe.message(ONE, ANN, "message " + i);
        store.rewrite();
        Path largest;
        try (Stream<Path> files = Files.list(data.resolve("rocksdb"))) {
            largest = files.filter(file -> file.toString().endsWith(".sst"))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(largest);
        bytes[bytes.length / 3] ^= 1;
        Files.write(largest, bytes);
        assertThatThrownBy(this::make)
                .isInstanceOf(BackupTrouble.class)
                .hasMessageStartingWith("The store is damaged, or was as it was copied (");
        assertThat(backup).doesNotExist();
        Files.createDirectory(backup);
        assertThatThrownBy(this::make)
                .as("nothing is in its way but the damage")
                .hasMessageStartingWith("The store is damaged, or was as it was copied (");
        assertThat(backup).isEmptyDirectory();
    }

    @Test
    void whereThereIsNoStoreThereIsNoBackup() {
        assertThatThrownBy(this::make)
                .isInstanceOf(BackupTrouble.class)
                .hasMessage("There is no store in " + data + "; say with store.path where it is.");
        assertThat(backup).doesNotExist();
        assertThat(data).doesNotExist();
    }

    @Test
    void copiedDataIsRenewed() throws Exception {
        EmbeddedStore store = OPEN.open(data, OPTIONS);
        new Scribe(store.stores()).group(ONE, BOB);
        long before = store.stores().log().incarnation();
        assertThatThrownBy(() -> EmbeddedBackup.renew(data, OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("is in use by another process");
        OPEN.close(store);
        assertThat(EmbeddedBackup.renew(data, OPTIONS).incarnation()).isNotEqualTo(before);
        Stores renewed = OPEN.open(data, OPTIONS).stores();
        assertThat(renewed.log().incarnation()).isNotEqualTo(before);
        assertThat(page(renewed, ONE)).hasSize(2);
    }

    /** As while the node is reopening the store. */
    @Test
    void whatCannotBeDoneNowIsDoneAtAnotherLook() throws Exception {
        OPEN.close(OPEN.open(data, OPTIONS));
        Path wanted = Files.createDirectories(data.resolve("checkpoint")).resolve("wanted");
        Files.createFile(wanted);
        var current = new Current(new Rocks(data.resolve("rocksdb"), OPTIONS, false, Writer.Committing.ROCKS));
        current.close();
        var checkpoints = new Checkpoints(data.resolve("checkpoint"), current);
        checkpoints.look();
        assertThat(wanted).exists();
        current.reopen(() -> new Rocks(data.resolve("rocksdb"), OPTIONS, false, Writer.Committing.ROCKS));
        checkpoints.look();
        assertThat(wanted).doesNotExist();
        assertThat(data.resolve("checkpoint").resolve("files")).isNotEmptyDirectory();
        current.close();
    }

    @Test
    void whatSomebodyWhoGaveUpHadAskedForIsNotTheAnswerToTheNext() throws Exception {
        Path folder = Files.createDirectories(data.resolve("checkpoint"));
        Path formers = Files.createFile(folder.resolve("wanted.former"));
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<Checkpoints.Taken> next = new CompletableFuture<>();
        var checkpoints = new Checkpoints(folder, files -> {
            try {
                if (made.incrementAndGet() == 1) {
                    Files.delete(formers);
                    next.completeAsync(() -> taken(data), Thread::startVirtualThread);
                    awaitThat(() -> isWanted(folder));
                }
                Files.createDirectory(files);
                Files.createFile(files.resolve("moment " + made.get()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (Exclusive node = Exclusive.of(data)) {
            checkpoints.look();
            assertThat(isWanted(folder)).as("nobody has answered it").isTrue();
            checkpoints.look();
            try (Checkpoints.Taken taken = next.get(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                assertThat(taken.files().resolve("moment 2")).exists();
                assertThat(taken.files().resolve("moment 1")).doesNotExist();
            }
        }
        assertThat(isWanted(folder)).isFalse();
    }

    @Test
    void whatSomebodyWhoWasKilledHadAskedForIsForgotten() throws Exception {
        OPEN.close(OPEN.open(data, OPTIONS));
        Path folder = Files.createDirectories(data.resolve("checkpoint"));
        Files.createFile(folder.resolve("wanted.killed"));
        try (Checkpoints.Taken taken = Checkpoints.take(data, OPTIONS)) {
            assertThat(taken.files()).isNotEmptyDirectory();
            assertThat(isWanted(folder))
                    .as("a node that starts now makes no other in its place")
                    .isFalse();
        }
    }

    private static Checkpoints.Taken taken(Path path) {
        try {
            return Checkpoints.take(path, OPTIONS);
        } catch (BackupTrouble | CannotOpen e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isWanted(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("wanted"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBackupThatIsRefusedLeavesNothing() throws Exception {
        OPEN.open(data, OPTIONS);
        Files.createDirectories(backup);
        Files.writeString(backup.resolve("other"), "of somebody else");
        assertThatThrownBy(this::make).isInstanceOf(BackupTrouble.class).hasMessageContaining("There is something in ");
        assertThat(backup.resolve("other")).exists();
        assertThat(data.resolve("checkpoint").resolve("files")).doesNotExist();
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("checkpoint", "lock", "rocksdb");
        }
    }

    private Facts make() throws BackupTrouble, CannotOpen {
        return EmbeddedBackup.make(data, OPTIONS, backup, SILENT);
    }

    private void assertRefused(Path path, String sentence) {
        assertThatThrownBy(() -> EmbeddedBackup.restore(path, OPTIONS, backup, SILENT))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage(sentence);
    }

    private static List<StoredEntry> page(Stores stores, ConversationId conversation) {
        return await(stores.history().after(conversation, 0, 100_000, 1 << 30));
    }
}
