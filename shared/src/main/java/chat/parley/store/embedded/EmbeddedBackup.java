package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.backup.Backup;
import chat.parley.store.backup.BackupTrouble;
import chat.parley.store.backup.Facts;
import chat.parley.store.backup.NewBackup;
import chat.parley.store.backup.OwnFiles;
import chat.parley.store.backup.Progress;
import chat.parley.store.embedded.Writer.Committing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Backup and restore of the embedded store. A backup has the files of a checkpoint ({@link Checkpoints}): the database at one moment, with every
 * commit whole; what was acknowledged before it began is in it. The secret of development tokens and other files beside the database are not.
 *
 * <p>Each block of what was copied is compared with RocksDB's own checksum before the backup counts, so that damage is noticed while there is still
 * the backup before. A restore copies into a folder beside the place of the data, begins another life there, and renames it: the data is
 * there or not. Consumers of the logs go on where they were when the backup was made; see {@link Format#renewed}.
 */
public final class EmbeddedBackup {
    /** The {@code store.type} of such data. */
    public static final String TYPE = "embedded";

    private static final String UNFINISHED = "restoring";

    /** What RocksDB keeps for people to read, and its lock. */
    private static final String NO_DATA = "(LOG|LOCK)(\\..*)?";

    private EmbeddedBackup() {}

    /**
     * Backs the store up, while a node has it open or not. Blocks for as long as it takes to copy it and to read it once more.
     *
     * @param path the folder of all of the node's data
     * @param to a folder that is new or empty
     */
    public static Facts make(Path path, EmbeddedOptions options, Path to, Progress progress)
            throws BackupTrouble, CannotOpen {
        requireStore(path);
        Instant beganAt = Instant.now();
        try (Checkpoints.Taken checkpoint = Checkpoints.take(path, options);
                NewBackup backup = NewBackup.in(to)) {
            List<Path> files = dataOf(checkpoint.files());
            long bytes = 0;
            for (Path each : files) bytes += Files.size(each);
            progress.begin("copied", bytes);
            for (Path each : files) {
                try (OutputStream out = backup.file(each.getFileName().toString())) {
                    copy(Files.newInputStream(each), out, progress);
                }
            }
            Facts facts = verified(backup.data(), options, beganAt);
            for (Path each : all(backup.data()))
                if (!files.contains(checkpoint.files().resolve(each.getFileName()))) Files.delete(each);
            backup.finish(facts);
            return facts;
        } catch (IOException e) {
            throw BackupTrouble.of(to, e);
        }
    }

    private static void requireStore(Path path) throws BackupTrouble {
        if (!Files.isDirectory(path.resolve(EmbeddedStore.FOLDER)))
            throw new BackupTrouble("There is no store in " + path + "; say with store.path where it is.");
    }

    private static List<Path> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<Path> dataOf(Path checkpoint) throws IOException {
        return all(checkpoint).stream()
                .filter(file -> !file.getFileName().toString().matches(NO_DATA))
                .toList();
    }

    private static void copy(InputStream from, OutputStream to, Progress progress) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (from) {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                to.write(buffer, 0, count);
                progress.add(count);
            }
        }
    }

    private static Facts verified(Path folder, EmbeddedOptions options, Instant beganAt)
            throws BackupTrouble, CannotOpen {
        try (Rocks rocks = Rocks.readOnly(folder, options)) {
            rocks.verify();
            return facts(rocks, Format.of(rocks, folder, options.deferredProjections()), beganAt);
        } catch (RocksDBException e) {
            throw new BackupTrouble(
                    "The store is damaged, or was as it was copied (" + e.getMessage()
                            + "); try again, and if it is said again, keep the backups that there are.",
                    e);
        }
    }

    /** The entries of a conversation are 1 to its head. */
    private static Facts facts(Rocks rocks, Format format, Instant beganAt) throws RocksDBException {
        long conversations = 0;
        long entries = 0;
        try (RocksIterator heads = rocks.iterator(Family.HEADS)) {
            for (heads.seekToFirst(); heads.isValid(); heads.next()) {
                conversations++;
                entries += Tables.head(heads.value()).sequence();
            }
            heads.status();
        }
        return new Facts(TYPE, format.incarnation(), conversations, entries, beganAt);
    }

    /**
     * Makes the store of a backup, in another life than any before. Blocks.
     *
     * @param path the folder of all of a node's data, in which no store is yet
     * @return what is there now
     */
    public static Facts restore(Path path, EmbeddedOptions options, Path from, Progress progress)
            throws BackupTrouble, CannotOpen {
        Backup backup = Backup.open(from, TYPE);
        try {
            boolean isNew = Files.notExists(path);
            OwnFiles.createFolder(path);
            Path parent = path.toAbsolutePath().getParent();
            if (isNew && parent != null) OwnFiles.sync(parent);
        } catch (IOException e) {
            throw BackupTrouble.of(path, e);
        }
        try (Exclusive exclusive = Exclusive.of(path)) {
            if (Files.exists(path.resolve(EmbeddedStore.FOLDER)))
                throw new BackupTrouble("There is a store in " + path
                        + " already; choose another store.path, or move what is there to another place.");
            Path unfinished = path.resolve(UNFINISHED);
            OwnFiles.remove(unfinished);
            try {
                Facts restored = restore(backup, unfinished, options, progress);
                Files.move(unfinished, path.resolve(EmbeddedStore.FOLDER), StandardCopyOption.ATOMIC_MOVE);
                OwnFiles.sync(path);
                return restored;
            } catch (BackupTrouble | CannotOpen | IOException | RuntimeException e) {
                OwnFiles.remove(unfinished);
                throw e;
            }
        } catch (IOException e) {
            throw BackupTrouble.of(path, e);
        }
    }

    private static Facts restore(Backup backup, Path into, EmbeddedOptions options, Progress progress)
            throws IOException, BackupTrouble, CannotOpen {
        OwnFiles.createFolder(into);
        progress.begin("copied", backup.bytes());
        for (String name : backup.files()) {
            try (FileChannel file = OwnFiles.create(into.resolve(name))) {
                copy(backup.file(name), Channels.newOutputStream(file), progress);
                file.force(true);
            }
        }
        Facts restored = renewed(into, options);
        OwnFiles.sync(into);
        return restored;
    }

    /**
     * Begins another life of the data, which was brought to its place by other means than {@link #restore}.
     *
     * @param path the folder of all of a node's data, which no node has open
     */
    public static Facts renew(Path path, EmbeddedOptions options) throws BackupTrouble, CannotOpen {
        requireStore(path);
        try (Exclusive exclusive = Exclusive.of(path)) {
            return renewed(path.resolve(EmbeddedStore.FOLDER), options);
        }
    }

    private static Facts renewed(Path folder, EmbeddedOptions options) throws CannotOpen {
        try (Rocks rocks = new Rocks(folder, options, false, Committing.ROCKS)) {
            Format renewed =
                    Format.of(rocks, folder, options.deferredProjections()).renewed(rocks);
            rocks.flush();
            return facts(rocks, renewed, Instant.now());
        } catch (RocksDBException e) {
            throw Rocks.cannotOpen(folder, e);
        }
    }

    /** A node that made a new store where a restore was under way would hide that it did not end. */
    static void requireNoneUnfinished(Path path) throws CannotOpen {
        if (Files.exists(path.resolve(UNFINISHED)))
            throw new CannotOpen("A restore into " + path + " has not ended; run ./parley restore again, or remove "
                    + path.resolve(UNFINISHED) + ".");
    }
}
