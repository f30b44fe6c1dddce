package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.embedded.Writer.Committing;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/** The embedded store with what crash tests do to it. */
public final class FaultyStores {
    private static final int ROWS_BETWEEN_FAILURES = 1_000;

    /** What is written is all that is waited for. */
    static final Committing UNSYNCED = (rocks, sync, batch) -> rocks.db().write(rocks.writing(false), batch);

    private FaultyStores() {}

    /** Projections apart from the append, and one in so many rows fails and has to be repeated. */
    public static EmbeddedStore deferred(Vertx vertx, Path folder, EmbeddedOptions options) throws CannotOpen {
        var random = new SplittableRandom();
        return EmbeddedStore.open(vertx, folder, options.withDeferredProjections(() -> {
            if (random.nextInt(ROWS_BETWEEN_FAILURES) == 0) throw new IllegalStateException("as the test wants it");
        }));
    }

    /** Beside the folder stands a journal of what of it is on the disk. */
    public static EmbeddedStore journaled(Vertx vertx, Path folder, EmbeddedOptions options) throws CannotOpen {
        return journaled(vertx, folder, options, Committing.ROCKS);
    }

    /**
     * Likewise; and, broken, it answers when a commit is written, and leaves syncing it to the kernel: in each life but the first, in which
     * all begins that there is to lose.
     */
    public static EmbeddedStore hasty(Vertx vertx, Path folder, EmbeddedOptions options) throws CannotOpen {
        boolean isFirstLife = Files.notExists(journal(folder));
        return journaled(vertx, folder, options, isFirstLife ? Committing.ROCKS : UNSYNCED);
    }

    /**
     * What a power cut leaves of a folder whose node was killed. Answers how many bytes are lost.
     *
     * @param kept of so many bytes of a file that were written and not synced
     */
    public static long cutPower(Path folder, LongUnaryOperator kept) throws IOException {
        return SyncJournal.cutPower(journal(folder), folder.resolve(EmbeddedStore.FOLDER), kept);
    }

    /** A disk that was about to write: often it has nothing, else a part. */
    public static LongUnaryOperator anyPart(RandomGenerator random) {
        return rest -> random.nextBoolean() ? 0 : random.nextLong(rest);
    }

    private static EmbeddedStore journaled(Vertx vertx, Path folder, EmbeddedOptions options, Committing committing)
            throws CannotOpen {
        try {
            return EmbeddedStore.open(vertx, folder, options, new SyncJournal(journal(folder), committing));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path journal(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".journal");
    }
}
