package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** The right to a folder: one process at a time has it, and loses it when it ends, however it ends. */
final class Exclusive implements AutoCloseable {
    private static final String FILE = "lock";

    private final FileChannel file;

    private Exclusive(FileChannel file) {
        this.file = file;
    }

    /**
     * Makes the folder where there is none.
     *
     * @throws CannotOpen if another has it, or nothing can be written there
     */
    static Exclusive of(Path folder) throws CannotOpen {
        Exclusive exclusive = ifFree(folder);
        if (exclusive == null) throw new CannotOpen(inUse(folder));
        return exclusive;
    }

    /** Null: another has it. @throws CannotOpen if nothing can be written there */
    static @Nullable Exclusive ifFree(Path folder) throws CannotOpen {
        try {
            Files.createDirectories(folder);
            FileChannel file =
                    FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(file) != null) return new Exclusive(file);
            file.close();
            return null;
        } catch (IOException e) {
            throw new CannotOpen(sentence(folder, e), e);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) { // by this very process
            return null;
        }
    }

    static String inUse(Path folder) {
        return "The store in " + folder + " is in use by another process; stop that one, or choose another store.path.";
    }

    private static String sentence(Path folder, IOException e) {
        String cause = String.valueOf(e.getMessage());
        if (cause.contains("No space left")) {
            return "The disk of " + folder + " is full; make room on it and start again.";
        }
        if (e instanceof AccessDeniedException || cause.contains("Read-only file system")) {
            return "The folder " + folder + " cannot be written to; change its owner, or choose another store.path.";
        }
        return "The folder " + folder + " cannot be made or used ("
                + e.getClass().getSimpleName() + ": " + cause + "); choose another store.path.";
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new IllegalStateException("a lock file cannot be closed", e);
        }
    }
}
