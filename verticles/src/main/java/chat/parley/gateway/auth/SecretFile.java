package chat.parley.gateway.auth;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A file with a secret in it, which only its owner can read. */
public final class SecretFile {
    private SecretFile() {}

    /** Makes the file with this text and its folder, unless it is there: all of it or nothing, and never over another's. */
    public static void create(Path file, String text) throws IOException {
        if (Files.exists(file)) return;
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        boolean isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = isPosix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path whole = Files.createTempFile(folder, file.getFileName().toString(), ".new", ownerOnly);
        try {
            Files.writeString(whole, text);
            Files.createLink(file, whole);
        } catch (FileAlreadyExistsException another) {
            // Two start at once: the other's is as good.
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
