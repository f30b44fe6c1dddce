package chat.parley.servers;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the JDK that Cassandra 5 runs on, which is older than the one that runs this. Looks where the launcher looks. */
final class Java17 {
    private static final String VERSION = "JAVA_VERSION=\"17";

    private Java17() {}

    /** Its java. */
    static Path java() throws IOException, CannotStart {
        for (Path folder : candidates()) {
            Path release = folder.resolve("release");
            if (!Files.isReadable(release) || !Files.isExecutable(java(folder))) continue;
            if (Files.readAllLines(release).stream().anyMatch(line -> line.startsWith(VERSION))) return java(folder);
        }
        throw new CannotStart("Cassandra 5 runs on a Java of version 17, and none was found;"
                + " install one (on Debian openjdk-17-jre-headless), or set JAVA17_HOME to its folder.");
    }

    private static Path java(Path folder) {
        return folder.resolve("bin").resolve("java");
    }

    private static List<Path> candidates() throws IOException {
        List<Path> folders = new ArrayList<>();
        for (String variable : List.of("JAVA17_HOME", "JAVA_HOME")) {
            String folder = System.getenv(variable);
            if (folder != null) folders.add(Path.of(folder));
        }
        String home = System.getProperty("user.home");
        for (String parent : List.of(
                "/usr/lib/jvm",
                "/usr/java",
                "/usr/local/lib/jvm",
                "/opt",
                "/opt/java",
                home + "/.sdkman/candidates/java",
                home + "/.jdks",
                home + "/.asdf/installs/java")) {
            folders.addAll(in(Path.of(parent)));
        }
        for (Path bundle : in(Path.of("/Library/Java/JavaVirtualMachines"))) {
            folders.add(bundle.resolve("Contents").resolve("Home"));
        }
        return folders;
    }

    private static List<Path> in(Path parent) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(parent)) return found;
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent)) {
            folders.forEach(found::add);
        }
        found.sort(null);
        return found;
    }
}
