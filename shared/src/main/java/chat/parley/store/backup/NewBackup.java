package chat.parley.store.backup;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A backup that is being written: one only once it is finished; if it is closed before, nothing of it is left. One thread. */
public final class NewBackup implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;
    private final Map<String, String> sums = new TreeMap<>();
    private final boolean isFolderNew;
    private boolean isFinished;

    private NewBackup(Path folder, boolean isFolderNew) {
        this.folder = folder;
        this.isFolderNew = isFolderNew;
    }

    /** Makes the folder. @throws BackupTrouble if there is something in it, or it cannot be made */
    public static NewBackup in(Path folder) throws BackupTrouble {
        try {
            boolean isFolderNew = Files.notExists(folder);
            OwnFiles.createFolder(folder);
            try (Stream<Path> inside = Files.list(folder)) {
                if (inside.findAny().isPresent())
                    throw new BackupTrouble("There is something in " + folder
                            + " already; a backup is made in a folder of its own that is new or empty.");
            }
            OwnFiles.createFolder(folder.resolve(Backup.DATA));
            return new NewBackup(folder, isFolderNew);
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new BackupTrouble(folder + " is not a folder; a backup is made in a folder that is new or empty.", e);
        } catch (IOException e) {
            throw BackupTrouble.of(folder, e);
        }
    }

    /** Where its files are. */
    public Path data() {
        return folder.resolve(Backup.DATA);
    }

    /** A new file of this name; once it is closed it is on the disk. */
    public OutputStream file(String name) throws IOException {
        return open(Backup.DATA + "/" + name);
    }

    /** A file that was written. */
    public InputStream read(String name) throws IOException {
        return Files.newInputStream(data().resolve(name));
    }

    private OutputStream open(String name) throws IOException {
        FileChannel file = OwnFiles.create(folder.resolve(name));
        MessageDigest sum = Backup.digest();
        var digesting = new DigestOutputStream(Channels.newOutputStream(file), sum);
        return new FilterOutputStream(new BufferedOutputStream(digesting, BUFFER_BYTES)) {
            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                out.write(from, offset, length);
            }

            @Override
            public void close() throws IOException {
                if (!file.isOpen()) return;
                try (file) {
                    out.flush();
                    file.force(true);
                }
                sums.put(name, HexFormat.of().formatHex(sum.digest()));
            }
        };
    }

    /** Makes it a backup: what it is of, then the checksums of all. Nothing else may be in its folder. */
    public void finish(Facts facts) throws BackupTrouble {
        try {
            try (OutputStream out = open(Backup.FACTS)) {
                out.write(facts.toJson().getBytes(StandardCharsets.UTF_8));
            }
            StringBuilder lines = new StringBuilder();
            sums.forEach(
                    (name, sum) -> lines.append(sum).append("  ").append(name).append('\n'));
            Path unfinished = folder.resolve(Backup.SUMS + ".new");
            try (FileChannel file = OwnFiles.create(unfinished)) {
                file.write(StandardCharsets.UTF_8.encode(lines.toString()));
                file.force(true);
            }
            OwnFiles.sync(data());
            OwnFiles.sync(folder);
            Files.move(unfinished, folder.resolve(Backup.SUMS));
            OwnFiles.sync(folder);
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) OwnFiles.sync(parent);
            isFinished = true;
        } catch (IOException e) {
            throw BackupTrouble.of(folder, e);
        }
    }

    @Override
    public void close() throws BackupTrouble {
        if (isFinished) return;
        try {
            if (isFolderNew) OwnFiles.remove(folder);
            else OwnFiles.empty(folder);
        } catch (IOException e) {
            throw BackupTrouble.of(folder, e);
        }
    }
}
