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
import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.History.IdKey;
import chat.parley.store.Scribe;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A damaged file is refused, as a whole or for the conversations in it; what is read is right, and never less than was written. */
class DamagedFilesTest {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    private static final int FLIPS = 50;
    private static final int CONVERSATIONS = 20;
    private static final int MESSAGES = 40;

    @TempDir
    Path folder;

    private final Random random = new Random(1);
    private final Map<ConversationId, List<StoredEntry>> written = new LinkedHashMap<>();

    @Test
    void aFlippedBitInAnyTableFileIsNeverReadAsSomethingElse() throws Exception {
        Path original = write(true);
        int damaged = 0;
        int refused = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            Path copy = folder.resolve("flip " + flip);
            OpenStores.copy(original, copy);
            List<Path> files = files(copy, ".*\\.sst");
            flip(files.get(flip % files.size()));
            Seen seen = read(copy);
            if (seen.refused) refused++;
            if (seen.damaged > 0) damaged++;
        }
        assertThat(damaged)
                .as("runs that found damaged conversations, beside %d refused", refused)
                .isGreaterThan(5);
    }

    @Test
    void aFlippedBitInTheWriteAheadLogOrTheManifestIsNeverReadAsSomethingElse() throws Exception {
        Path original = write(false);
        int refused = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            Path copy = folder.resolve("flip " + flip);
            OpenStores.copy(original, copy);
            List<Path> files = files(copy, flip % 5 == 0 ? ".*/MANIFEST-.*" : ".*\\.log");
            flip(files.getLast());
            if (read(copy).refused) refused++;
        }
        assertThat(refused).isGreaterThan(FLIPS * 8 / 10);
    }

    @Test
    void aFlippedBitInTheLastRecordIsNotTakenForATornOne() throws Exception {
        Path original = write(false);
        Path log = files(original, ".*\\.log").getLast();
        long size = Files.size(log);
        for (int back = 1; back <= 120; back++) {
            Path copy = folder.resolve("back " + back);
            OpenStores.copy(original, copy);
            flip(copy.resolve(original.relativize(log)), size - back);
            assertThat(read(copy).refused).as("%d bytes from the end", back).isTrue();
        }
    }

    @Test
    void aLogThatIsCutOffEndsWithAWholeCommit() throws Exception {
        Path original = write(false);
        Path log = files(original, ".*\\.log").getLast();
        for (int cut = 1; cut < 400; cut += 7) {
            Path copy = folder.resolve("cut " + cut);
            OpenStores.copy(original, copy);
            try (var file =
                    new RandomAccessFile(copy.resolve(original.relativize(log)).toFile(), "rw")) {
                file.setLength(file.length() - cut);
            }
            Stores stores = OPEN.open(copy, OpenStores.OPTIONS).stores();
            ConversationId last = conversation(0, CONVERSATIONS);
            List<StoredEntry> whole = wholeOf(last);
            List<StoredEntry> page = await(stores.history().after(last, 0, 100, 1 << 20));
            assertThat(whole.subList(0, page.size())).isEqualTo(page);
            assertThat(page.size()).isBetween(whole.size() - 4, whole.size() - 1);
            assertThat(await(stores.log().head(0)).position())
                    .isEqualTo(page.isEmpty() ? 0 : page.getLast().entry().position());
        }
    }

    @Test
    void aLastCommitWithSectorsThatWereNeverWrittenIsCutOff() throws Exception {
        Path original = folder.resolve("original");
        EmbeddedStore store = OPEN.open(folder.resolve("live"), OpenStores.OPTIONS);
        var scribe = new Scribe(store.stores());
        ConversationId one = conversation(0, 0);
        Entry kept = scribe.message(one, ANN, "kept");
        Path live = files(folder.resolve("live"), ".*\\.log").getLast();
        long before = Files.size(live);
        scribe.message(one, ANN, "torn ".repeat(3_000));
        OpenStores.copy(folder.resolve("live"), original);
        Path log = original.resolve(folder.resolve("live").relativize(live));
        long sector = (before / 4096 + 2) * 4096;
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            assertThat(file.length()).isGreaterThan(sector + 4096);
            file.seek(sector);
            file.write(new byte[4096]);
        }

        Stores stores = OPEN.open(original, OpenStores.OPTIONS).stores();

        assertThat(await(stores.history().after(one, 0, 10, 1 << 20))).containsExactly(StoredEntry.plain(kept));
        assertThat(await(stores.log().head(0)).position()).isEqualTo(1);
    }

    @Test
    void aCommitInTheMiddleWithSectorsOfZerosIsDamage() throws Exception {
        Path original = write(false);
        Path log = files(original, ".*\\.log").getLast();
        try (var file = new RandomAccessFile(log.toFile(), "rw")) {
            file.seek(file.length() / 2 / 4096 * 4096);
            file.write(new byte[4096]);
        }
        assertThatThrownBy(() -> OPEN.open(original, OpenStores.OPTIONS))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("is damaged and was left as it is")
                .hasMessageContaining(log.getFileName().toString());
    }

    @Test
    void aDamagedConversationIsNamedAndTheOthersAreRead() throws Exception {
        Path original = write(true);
        Path copy = folder.resolve("copy");
        OpenStores.copy(original, copy);
        Path history = OpenStores.filesWith(copy, "message 7 of").getFirst();
        try (var file = new RandomAccessFile(history.toFile(), "rw")) {
            file.seek(10);
            file.write(0xff);
        }
        Stores stores = OPEN.open(copy, OpenStores.OPTIONS).stores();
        int damaged = 0;
        for (ConversationId conversation : written.keySet()) {
            Future<List<StoredEntry>> page = stores.history().after(conversation, 0, 100, 1 << 20);
            try {
                assertThat(await(page)).isEqualTo(written.get(conversation));
            } catch (Damaged e) {
                assertThat(e.conversation()).isEqualTo(conversation);
                damaged++;
            }
        }
        assertThat(damaged).isBetween(1, CONVERSATIONS / 2);
    }

    /** A folder as a killed process leaves it, or, flushed, one that ended well. */
    private Path write(boolean flushed) throws Exception {
        Path live = folder.resolve("live");
        EmbeddedStore store = OPEN.open(live, OpenStores.OPTIONS);
        var scribe = new Scribe(store.stores());
        for (int i = 0; i < CONVERSATIONS; i++) {
            ConversationId conversation = conversation(i % 7, i);
            scribe.group(conversation, BOB);
            for (int batch = 0; batch < MESSAGES / 10; batch++) {
                Content[] messages = new Content[10];
                for (int j = 0; j < messages.length; j++) {
                    messages[j] = Content.Message.of("message " + (10 * batch + j) + " of " + conversation + " "
                            + Long.toString(random.nextLong(), 36).repeat(12));
                }
                scribe.write(conversation, ANN, messages);
            }
            scribe.write(conversation, ANN, new Content.Edit(3, "edited", List.of()));
        }
        ConversationId last = conversation(0, CONVERSATIONS);
        for (int i = 0; i < 5; i++) scribe.message(last, ANN, "short " + i);
        List<ConversationId> all = new ArrayList<>();
        for (int i = 0; i < CONVERSATIONS; i++) all.add(conversation(i % 7, i));
        all.add(last);
        for (ConversationId each : all) {
            written.put(each, await(store.stores().history().after(each, 0, 1_000, 1 << 20)));
        }
        Path copy = folder.resolve("original");
        if (flushed) OPEN.close(store);
        OpenStores.copy(live, copy);
        return copy;
    }

    private List<StoredEntry> wholeOf(ConversationId conversation) {
        return java.util.Objects.requireNonNull(written.get(conversation));
    }

    private record Seen(boolean refused, int damaged) {}

    /** Reads all that was written: it is as it was, or refused. */
    private Seen read(Path path) {
        EmbeddedStore store;
        try {
            store = OPEN.open(path, OpenStores.OPTIONS);
        } catch (CannotOpen e) {
            assertThat(e).hasMessageContaining("damaged");
            return new Seen(true, 0);
        }
        int damaged = 0;
        for (ConversationId conversation : written.keySet()) {
            List<StoredEntry> whole = wholeOf(conversation);
            Future<List<StoredEntry>> page = store.stores().history().after(conversation, 0, 1_000, 1 << 20);
            try {
                assertThat(await(page)).isEqualTo(whole);
            } catch (Damaged e) {
                damaged++;
            }
            try {
                assertThat(await(store.stores().history().before(conversation, Long.MAX_VALUE, 1_000, 1 << 20)))
                        .isEqualTo(whole.reversed());
            } catch (Damaged e) {
                damaged++;
            }
            List<IdKey> ids = new ArrayList<>();
            for (StoredEntry each : whole) {
                Entry entry = each.entry();
                if (entry.clientMessageId().isEmpty()) continue;
                ids.add(new IdKey(conversation, entry.senderId(), entry.clientMessageId()));
            }
            try {
                assertThat(await(store.stores().history().ids(ids)))
                        .as("ids of %s in %s", conversation, path)
                        .hasSize(ids.size());
            } catch (Damaged e) {
                damaged++;
            }
        }
        OPEN.close(store);
        return new Seen(false, damaged);
    }

    private static List<Path> files(Path path, String pattern) throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(file -> file.toString().matches(pattern)).sorted().toList();
        }
    }

    private void flip(Path file) throws IOException {
        flip(file, random.nextLong(Files.size(file)));
    }

    private void flip(Path file, long at) throws IOException {
        try (var open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            int before = open.read();
            open.seek(at);
            open.write(before ^ 1 << random.nextInt(8));
        }
    }
}
