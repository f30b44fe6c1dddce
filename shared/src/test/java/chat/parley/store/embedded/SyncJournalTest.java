package chat.parley.store.embedded;

import static chat.parley.store.Scribe.await;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.ConversationId;
import chat.parley.store.Scribe;
import chat.parley.store.Stores;
import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Whether a cut takes what was not synced, and only that. */
class SyncJournalTest {
    private static final int SHARD = 7;
    private static final ConversationId CONVERSATION = Scribe.conversation(SHARD, 0);
    private static final int BATCHES = 50;

    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    @TempDir
    Path folder;

    @Test
    void whatWasSyncedIsThereAfterTheCut() throws Exception {
        assertThat(headAfterTheCut(Committing.ROCKS)).isEqualTo(BATCHES);
    }

    @Test
    void whatWasNeverSyncedIsGone() throws Exception {
        assertThat(headAfterTheCut(FaultyStores.UNSYNCED)).isLessThan(BATCHES);
    }

    private long headAfterTheCut(Committing committing) throws Exception {
        Path data = folder.resolve("data");
        Path journal = folder.resolve("journal");
        EmbeddedOptions options = EmbeddedOptions.defaults().withMemoryBytes(32 << 20);
        Stores stores =
                OPEN.open(data, options, new SyncJournal(journal, committing)).stores();
        Scribe scribe = new Scribe(stores);
        for (int i = 0; i < BATCHES; i++) scribe.append(List.of(scribe.message(CONVERSATION, Scribe.ANN, "text " + i)));

        Path copied = folder.resolve("copied");
        copy(data, copied);
        SyncJournal.cutPower(
                journal, copied.resolve(EmbeddedStore.FOLDER), FaultyStores.anyPart(new SplittableRandom(1)));
        return await(OPEN.open(copied, options).stores().log().head(SHARD)).position();
    }

    /** The files as a killed process leaves them: all that was written, synced or not. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) Files.copy(file, to.resolve(from.relativize(file)));
        }
    }
}
