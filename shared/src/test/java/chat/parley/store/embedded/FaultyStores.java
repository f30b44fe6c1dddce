package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.embedded.Writer.Committing;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The embedded store with what crash tests do to it. */
public final class FaultyStores {
    private static final int ROWS_BETWEEN_FAILURES = 1_000;
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

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

    /** Likewise; and, broken, it answers as soon as a commit is written, and syncs later. */
    public static EmbeddedStore hasty(Vertx vertx, Path folder, EmbeddedOptions options) throws CannotOpen {
        return journaled(vertx, folder, options, new Hasty());
    }

    /** What a power cut leaves of a folder whose node was killed. Answers how many bytes are lost. */
    public static long cutPower(Path folder, RandomGenerator random) throws IOException {
        return SyncJournal.cutPower(journal(folder), folder.resolve(EmbeddedStore.FOLDER), random);
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

    private static final class Hasty implements Committing {
        private volatile @Nullable Rocks written;

        Hasty() {
            Thread.ofPlatform().daemon().name("late syncs").start(this::syncLate);
        }

        @Override
        public void commit(Rocks rocks, boolean sync, WriteBatch batch) throws RocksDBException {
            rocks.db().write(rocks.writing(false), batch);
            written = rocks;
        }

        private void syncLate() {
            while (true) {
                LockSupport.parkNanos(LATE_NANOS);
                Rocks rocks = written;
                if (rocks == null) continue;
                try {
                    rocks.db().syncWal();
                } catch (RocksDBException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
