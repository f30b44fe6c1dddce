package chat.parley.store.backup;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A finished backup. Whatever is read of it is compared with its checksum. */
public final class Backup {
    static final String DATA = "data";
    static final String FACTS = "backup.json";
    static final String SUMS = "SHA256SUMS";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ((?:data/)?[A-Za-z0-9][A-Za-z0-9._-]*)");
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;
    private final Map<String, String> sums;
    private final Facts facts;

    private Backup(Path folder, Map<String, String> sums) throws BackupTrouble, IOException {
        this.folder = folder;
        this.sums = sums;
        try (InputStream in = open(FACTS)) {
            facts = Facts.of(new String(in.readAllBytes(), StandardCharsets.UTF_8), folder.toString());
        }
    }

    /**
     * Reads what it says of itself, not yet its files.
     *
     * @param store the {@code store.type} of the data that it is to become
     * @throws BackupTrouble if it is none, was not finished, is of another version or of another store
     */
    public static Backup open(Path folder, String store) throws BackupTrouble {
        if (!Files.isDirectory(folder)) throw new BackupTrouble("There is no folder " + folder + ".");
        try {
            Map<String, String> sums = new TreeMap<>();
            for (String line : Files.readAllLines(folder.resolve(SUMS))) {
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) throw altered(folder, SUMS);
                sums.put(matcher.group(2), matcher.group(1));
            }
            if (!sums.containsKey(FACTS)) throw altered(folder, SUMS);
            Backup backup = new Backup(folder, sums);
            if (!backup.facts.store().equals(store))
                throw new BackupTrouble("The backup in " + folder + " is of a store of type " + backup.facts.store()
                        + ", and store.type is " + store + "; it goes back to the type that it is from.");
            return backup;
        } catch (NoSuchFileException none) {
            if (folder.resolve(SUMS).toString().equals(none.getFile()))
                throw new BackupTrouble(
                        "There is no whole backup in " + folder + ": " + SUMS
                                + ", which is written last, is not there; use another backup.",
                        none);
            throw BackupTrouble.of(folder, none);
        } catch (IOException e) {
            throw BackupTrouble.of(folder, e);
        }
    }

    public Facts facts() {
        return facts;
    }

    /** The names of its files. */
    public List<String> files() {
        return sums.keySet().stream()
                .filter(name -> name.startsWith(DATA + "/"))
                .map(name -> name.substring(DATA.length() + 1))
                .toList();
    }

    /** Of all files together. */
    public long bytes() throws IOException {
        long bytes = 0;
        for (String name : files()) bytes += Files.size(folder.resolve(DATA).resolve(name));
        return bytes;
    }

    /** Reads all of it. @throws IOException of a {@link BackupTrouble} if a file is not as it was written */
    public void check(Progress progress) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (String name : files()) {
            try (InputStream in = file(name)) {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) progress.add(count);
            }
        }
    }

    /** A file of it. @throws IOException at its end, of a {@link BackupTrouble}, if it is not as it was written */
    public InputStream file(String name) throws IOException {
        return open(DATA + "/" + name);
    }

    private InputStream open(String name) throws IOException {
        String wanted = sums.get(name);
        if (wanted == null) throw new IOException(altered(folder, name));
        MessageDigest sum = digest();
        InputStream file = Files.newInputStream(folder.resolve(name));
        return new FilterInputStream(new BufferedInputStream(new DigestInputStream(file, sum), BUFFER_BYTES)) {
            private boolean isChecked;

            @Override
            public int read() throws IOException {
                int next = in.read();
                if (next < 0) check();
                return next;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int count = in.read(into, offset, length);
                if (count < 0) check();
                return count;
            }

            private void check() throws IOException {
                if (isChecked) return;
                isChecked = true;
                if (!HexFormat.of().formatHex(sum.digest()).equals(wanted))
                    throw new IOException(altered(folder, name));
            }
        };
    }

    private static BackupTrouble altered(Path folder, String name) {
        return new BackupTrouble(
                "The backup in " + folder + " is not as it was written: " + name + " is another; use another backup.");
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has it
        }
    }
}
