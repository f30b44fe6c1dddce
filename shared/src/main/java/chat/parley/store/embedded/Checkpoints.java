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
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a backup is copied from: the database as it is at one moment, in {@code checkpoint/} beside it. Who wants one has the lock of that folder and, if a
 * node has the store open, puts a file there, which the node takes away when there is a checkpoint that it began after it had seen the file; so who may
 * write to the folder of the data may ask, and nobody else. No two such files have the same name, so that nobody is given what one before them had asked
 * for and not waited for. A checkpoint costs a flush and links to files; it keeps files on the disk that would be gone otherwise, and is removed when
 * whoever asked lets the lock go, however they end.
 */
final class Checkpoints {
    static final String FOLDER = "checkpoint";
    static final long LOOK_MILLIS = 500;

    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

    /** How the name of a file begins with which one is asked for. */
    private static final String WANTED = "wanted";

    private static final String FILES = "files";
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final int REMOVALS_MAX = 20;
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path folder;
    private final Consumer<Path> making;
    private boolean isTroubled;

    Checkpoints(Path folder, Current current) {
        this(
                folder,
                files -> current.read(null, rocks -> {
                    rocks.checkpoint(files);
                    return true;
                }));
    }

    /** @param making puts a checkpoint there, or throws as {@link Current#read} does */
    Checkpoints(Path folder, Consumer<Path> making) {
        this.folder = folder;
        this.making = making;
    }

    /** As often as the node looks: makes what is wanted, and removes what nobody holds any more. What cannot be done is for the next look, and logged once. Blocks. */
    synchronized void look() {
        try {
            List<Path> wanted = wanted(folder);
            if (!wanted.isEmpty()) make(wanted);
            else if (Files.exists(folder.resolve(FILES))) removeUnlessHeld();
            isTroubled = false;
        } catch (IOException | CannotOpen | Unavailable e) {
            if (!isTroubled)
                log.warn("a checkpoint was not made or removed, which is tried again every {} ms", LOOK_MILLIS, e);
            isTroubled = true;
        }
    }

    private static List<Path> wanted(Path folder) throws IOException {
        if (!Files.exists(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(WANTED))
                    .toList();
        }
    }

    /** @param wanted what is answered with it: not what comes while it is made */
    private void make(List<Path> wanted) throws IOException {
        try {
            OwnFiles.remove(folder.resolve(FILES));
            making.accept(folder.resolve(FILES));
            log.info("a checkpoint was made, for a backup");
        } catch (Damaged e) {
            log.error("a backup was asked for, and no checkpoint could be made", e);
        }
        for (Path each : wanted) Files.deleteIfExists(each);
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
            Path wanted = folder.resolve(WANTED + "." + UUID.randomUUID());
            try {
                for (Path left : wanted(folder)) Files.deleteIfExists(left); // by one that was killed
                OwnFiles.remove(folder.resolve(FILES));
                take(path, wanted, options);
                return new Taken(folder.resolve(FILES), held);
            } catch (IOException | BackupTrouble | CannotOpen | RuntimeException e) {
                Files.deleteIfExists(wanted);
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
    private static void take(Path path, Path wanted, EmbeddedOptions options)
            throws IOException, BackupTrouble, CannotOpen {
        Path files = wanted.resolveSibling(FILES);
        boolean isAsked = false;
        for (long until = System.nanoTime() + WAIT_NANOS_MAX;
                System.nanoTime() < until;
                LockSupport.parkNanos(WAIT_NANOS)) {
            Exclusive alone = isAsked && !Files.exists(wanted) ? null : Exclusive.ifFree(path);
            if (alone != null) {
                try (alone) {
                    Files.deleteIfExists(wanted);
                    takeAlone(path.resolve(EmbeddedStore.FOLDER), files, options);
                    return;
                }
            }
            if (!isAsked) OwnFiles.create(wanted).close();
            else if (!Files.exists(wanted)) {
                if (Files.exists(files)) return;
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
