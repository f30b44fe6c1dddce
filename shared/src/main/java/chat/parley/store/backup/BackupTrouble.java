package chat.parley.store.backup;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A backup cannot be made or restored. The message is one sentence for the operator: what is wrong, where, and what to do. */
public final class BackupTrouble extends Exception {
    private static final long serialVersionUID = 1;

    public BackupTrouble(String message) {
        super(message);
    }

    public BackupTrouble(String message, Throwable cause) {
        super(message, cause);
    }

    /** What went wrong with the files below this folder. */
    public static BackupTrouble of(Path folder, IOException e) {
        if (e.getCause() instanceof BackupTrouble trouble) return trouble;
        String cause = String.valueOf(e.getMessage());
        if (cause.contains("No space left"))
            return new BackupTrouble("The disk of " + folder + " is full; make room on it and try again.", e);
        if (e instanceof AccessDeniedException || cause.contains("Read-only file system"))
            return new BackupTrouble(
                    "What is in " + folder + " cannot be read or written by this user (" + cause + ").", e);
        if (e instanceof NoSuchFileException)
            return new BackupTrouble("There is no " + cause + ", which was to be in " + folder + ".", e);
        return new BackupTrouble(
                "What is in " + folder + " cannot be read or written ("
                        + e.getClass().getSimpleName() + ": " + cause + ").",
                e);
    }
}
