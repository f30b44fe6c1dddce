package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.Damaged;
import chat.parley.store.Unavailable;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.OwnFiles;
import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a backup is copied from: the database as it is at one moment, in {@code checkpoint/} beside it. Who wants one has the lock of that folder and, if a
 * node has the store open, puts a file there, which the node takes away when the checkpoint is there; so who may write to the folder of the data may ask, and nobody
 * else. A checkpoint costs a flush and links to files; it keeps files on the disk that would be gone otherwise, and is removed when whoever
 * asked lets the lock go, however they end.
 */
final class Checkpoints {
    static final String FOLDER = "checkpoint";
    static final long LOOK_MILLIS = 500;

    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
    private static final String WANTED = "wanted";
    private static final String FILES = "files";
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final int REMOVALS_MAX = 20;
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path folder;
    private final Current current;
    private boolean isTroubled;

    Checkpoints(Path folder, Current current) {
        this.folder = folder;
        this.current = current;
    }

    /** As often as the node looks: makes what is wanted, and removes what nobody holds any more. What cannot be done is for the next look, and logged once. Blocks. */
    synchronized void look() {
        try {
            if (Files.exists(folder.resolve(WANTED))) make();
            else if (Files.exists(folder.resolve(FILES))) removeUnlessHeld();
            isTroubled = false;
        } catch (IOException | CannotOpen | Unavailable e) {
            if (!isTroubled)
                log.warn("a checkpoint was not made or removed, which is tried again every {} ms", LOOK_MILLIS, e);
            isTroubled = true;
        }
    }

    private void make() throws IOException {
        try {
            OwnFiles.remove(folder.resolve(FILES));
            current.read(null, rocks -> {
                rocks.checkpoint(folder.resolve(FILES));
                return true;
            });
            log.info("a checkpoint was made, for a backup");
        } catch (Damaged e) {
            log.error("a backup was asked for, and no checkpoint could be made", e);
        }
        Files.deleteIfExists(folder.resolve(WANTED));
    }

    private void removeUnlessHeld() throws IOException, CannotOpen {
        Exclusive free = Exclusive.ifFree(folder);
        if (free == null) return;
        try (free) {
            OwnFiles.remove(folder.resolve(FILES));
        }
    }

    /** A checkpoint that is there until it is closed. */
    record Taken(Path files, Exclusive held) implements AutoCloseable {
        @Override
        public void close() {
            try (held) {
                OwnFiles.remove(files);
            } catch (IOException e) {
                log.warn("the checkpoint in {} is left to the node to be removed", files, e);
            }
        }
    }

    /**
     * Of the data in this folder, whether a node has it open or not.
     *
     * @throws BackupTrouble if another backup is being made, or the node does not make one
     */
    static Taken take(Path path, EmbeddedOptions options) throws BackupTrouble, CannotOpen {
        Path folder = path.resolve(FOLDER);
        try {
            requireOwner(path);
            OwnFiles.createFolder(folder);
            Exclusive held = Exclusive.ifFree(folder);
            for (int i = 0;
                    held == null && i < REMOVALS_MAX;
                    i++) { // a node that removes what a former one left has it, too
                LockSupport.parkNanos(WAIT_NANOS);
                held = Exclusive.ifFree(folder);
            }
            if (held == null)
                throw new BackupTrouble("Another backup of " + path + " is being made; wait for its end.");
            try {
                OwnFiles.remove(folder.resolve(FILES));
                take(path, folder, options);
                return new Taken(folder.resolve(FILES), held);
            } catch (IOException | BackupTrouble | CannotOpen | RuntimeException e) {
                Files.deleteIfExists(folder.resolve(WANTED));
                held.close();
                throw e;
            }
        } catch (IOException e) {
            throw BackupTrouble.of(folder, e);
        }
    }

    /** What another user wrote, as root, the node could not open or remove the next time. */
    private static void requireOwner(Path path) throws IOException, BackupTrouble {
        Path made = Files.createTempFile(path, "owner-", "");
        try {
            if (!Files.getOwner(made).equals(Files.getOwner(path)))
                throw new BackupTrouble("The data in " + path + " is of the user " + Files.getOwner(path)
                        + "; make the backup as that user.");
        } finally {
            Files.delete(made);
        }
    }

    /** The node may end or begin meanwhile. */
    private static void take(Path path, Path folder, EmbeddedOptions options)
            throws IOException, BackupTrouble, CannotOpen {
        Path wanted = folder.resolve(WANTED);
        boolean isAsked = false;
        for (long until = System.nanoTime() + WAIT_NANOS_MAX;
                System.nanoTime() < until;
                LockSupport.parkNanos(WAIT_NANOS)) {
            Exclusive alone = isAsked && !Files.exists(wanted) ? null : Exclusive.ifFree(path);
            if (alone != null) {
                try (alone) {
                    Files.deleteIfExists(wanted);
                    takeAlone(path.resolve(EmbeddedStore.FOLDER), folder.resolve(FILES), options);
                    return;
                }
            }
            if (!isAsked) OwnFiles.create(wanted).close();
            else if (!Files.exists(wanted)) {
                if (Files.exists(folder.resolve(FILES))) return;
                throw new BackupTrouble(
                        "The node on " + path + " could not make a checkpoint of it; its log says why.");
            }
            isAsked = true;
        }
        throw new BackupTrouble("What has the store in " + path + " open did not make a checkpoint of it in "
                + TimeUnit.NANOSECONDS.toSeconds(WAIT_NANOS_MAX) + " s; see whether it lives, and try again.");
    }

    private static void takeAlone(Path store, Path files, EmbeddedOptions options) throws IOException, CannotOpen {
        OwnFiles.remove(files);
        try (Rocks rocks = new Rocks(store, options, false, Committing.ROCKS)) {
            rocks.checkpoint(files);
        } catch (RocksDBException e) {
            throw Rocks.cannotOpen(store, e);
        }
    }
}
