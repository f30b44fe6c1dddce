package chat.parley.store.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a backup: whole or none, and as it was written or refused. */
class BackupFolderTest {
    private static final Facts FACTS = new Facts("embedded", 4711, 3, 52, Instant.parse("2026-01-02T03:04:05Z"));

    private static final Progress SILENT = new Progress(line -> {});

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void name() {
        folder = temporary.resolve("backups").resolve("monday");
    }

    @Test
    void whatWasFinishedIsReadAgain() throws Exception {
        written();
        Backup backup = Backup.open(folder, "embedded");
        assertThat(backup.facts()).isEqualTo(FACTS);
        assertThat(backup.files()).containsExactly("one", "two.gz");
        assertThat(backup.bytes()).isEqualTo(10);
        backup.check(SILENT);
        try (InputStream in = backup.file("one")) {
            assertThat(in.readAllBytes()).isEqualTo("first".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void onlyItsOwnerCanReadIt() throws Exception {
        written();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList())
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .as("%s", each)
                        .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
        }
    }

    @Test
    void theToolThatEverySystemHasCanCheckIt() throws Exception {
        written();
        assertThat(checkedByTool()).isZero();
        alter("data/one");
        assertThat(checkedByTool()).isEqualTo(1);
    }

    private int checkedByTool() throws Exception {
        return new ProcessBuilder("sha256sum", "--quiet", "-c", "SHA256SUMS")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void oneThatWasNotFinishedIsNone() throws Exception {
        NewBackup backup = NewBackup.in(folder);
        write(backup, "one", "first");
        assertRefused("There is no whole backup in " + folder + ": SHA256SUMS, which is written last, is not there; use"
                + " another backup.");
    }

    @Test
    void noFolderIsNoBackup() {
        assertRefused("There is no folder " + folder + ".");
    }

    @Test
    void anAlteredFileIsRefused() throws Exception {
        written();
        alter("data/two.gz");
        assertThatThrownBy(() -> Backup.open(folder, "embedded").check(SILENT))
                .hasCauseInstanceOf(BackupTrouble.class)
                .hasMessageContaining("is not as it was written: data/two.gz is another; use another backup.");
    }

    @Test
    void aMissingFileIsRefused() throws Exception {
        written();
        Files.delete(folder.resolve("data/one"));
        assertThatThrownBy(() -> Backup.open(folder, "embedded").check(SILENT)).isInstanceOf(IOException.class);
    }

    @Test
    void alteredFactsAreRefused() throws Exception {
        written();
        Path facts = folder.resolve("backup.json");
        Files.writeString(facts, Files.readString(facts).replace("4711", "4712"));
        assertRefused(
                "The backup in " + folder + " is not as it was written: backup.json is another; use another backup.");
    }

    @Test
    void anAlteredListIsRefused() throws Exception {
        written();
        Path sums = folder.resolve("SHA256SUMS");
        String lines = Files.readString(sums);
        for (String altered : List.of(lines.replace("data/one", "data/../../one"), lines.substring(70), "")) {
            Files.writeString(sums, altered);
            assertRefused("The backup in " + folder
                    + " is not as it was written: SHA256SUMS is another; use another backup.");
        }
    }

    @Test
    void oneOfAnotherVersionIsRefused() throws Exception {
        NewBackup backup = NewBackup.in(folder);
        backup.finish(FACTS);
        Path facts = folder.resolve("backup.json");
        String later = Files.readString(facts).replaceFirst("\"version\" : 1", "\"version\" : 2");
        Files.writeString(facts, later);
        byte[] sum = Backup.digest().digest(later.getBytes(StandardCharsets.UTF_8));
        Files.writeString(folder.resolve("SHA256SUMS"), HexFormat.of().formatHex(sum) + "  backup.json\n");
        assertRefused("The backup in " + folder
                + " has format 2, and this program reads format 1; restore it with the program that made it.");
    }

    @Test
    void oneOfAnotherStoreIsRefused() throws Exception {
        written();
        assertThatThrownBy(() -> Backup.open(folder, "cassandra"))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage("The backup in " + folder + " is of a store of type embedded, and store.type is cassandra;"
                        + " it goes back to the type that it is from.");
    }

    @Test
    void nothingIsWrittenOver() throws Exception {
        written();
        assertThatThrownBy(() -> NewBackup.in(folder))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage("There is something in " + folder
                        + " already; a backup is made in a folder of its own that is new or empty.");
        Path file = Files.createFile(temporary.resolve("file"));
        assertThatThrownBy(() -> NewBackup.in(file))
                .isInstanceOf(BackupTrouble.class)
                .hasMessage(file + " is not a folder; a backup is made in a folder that is new or empty.");
    }

    @Test
    void ofOneThatFailedNothingIsLeft() throws Exception {
        try (NewBackup backup = NewBackup.in(folder)) {
            write(backup, "one", "first");
        }
        assertThat(folder).doesNotExist();
        Files.createDirectory(folder);
        try (NewBackup backup = NewBackup.in(folder)) {
            write(backup, "one", "first");
        }
        assertThat(folder).as("it was there before").isEmptyDirectory();
        written();
        Backup.open(folder, "embedded").check(SILENT);
    }

    private void written() throws Exception {
        try (NewBackup backup = NewBackup.in(folder)) {
            write(backup, "two.gz", "other");
            write(backup, "one", "first");
            backup.finish(FACTS);
        }
    }

    private static void write(NewBackup backup, String name, String text) throws IOException {
        try (OutputStream out = backup.file(name)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void alter(String name) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name), StandardOpenOption.WRITE)) {
            out.write('F');
        }
    }

    private void assertRefused(String sentence) {
        assertThatThrownBy(() -> Backup.open(folder, "embedded"))
                .satisfies(e -> assertThat(e instanceof BackupTrouble ? e : e.getCause())
                        .isInstanceOf(BackupTrouble.class)
                        .hasMessage(sentence));
    }
}
