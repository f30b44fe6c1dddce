package chat.parley.load.gatling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A place where Parley is installed: its launcher starts what this build has made. */
final class Installed {
    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final int RUN_SECONDS_MAX = 180;

    /** Quick to start rather than quick. */
    private static final List<String> JVM = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dsun.misc.unsafe.memory.access=allow",
            "-Djdk.httpclient.receiveBufferSize=16384",
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED");

    final Path home;

    /** How {@code ./parley load} ended. */
    record Ended(int code, String said, Path report) {}

    Installed(Path home) throws IOException {
        this.home = home;
        Path node = Path.of(System.getProperty("node.folder"));
        String classPath = node.resolve("classes") + ":"
                + Files.readString(node.resolve("classpath")).strip();
        Path launcher = home.resolve("parley");
        Files.writeString(
                launcher,
                "#!/bin/sh\nexec " + JAVA + " " + String.join(" ", JVM) + " -Dparley.home=" + home + " -cp '"
                        + classPath + "' chat.parley.node.Main \"$@\"\n");
        if (!launcher.toFile().setExecutable(true)) throw new IOException(launcher + " cannot be made to be run");
        Files.createDirectory(home.resolve("conf"));
        Files.copy(CHECKOUT.resolve("conf/embedded.json"), home.resolve("conf/embedded.json"));
        for (String server : List.of("cassandra", "kafka")) {
            Path fetched = home.resolve("shared/servers").resolve(server).resolve("target/run");
            Files.createDirectories(fetched);
            Files.copy(Path.of(System.getProperty(server + ".classpath")), fetched.resolve("classpath"));
        }
    }

    /** Runs a simulation in a process of its own, as {@code ./parley load} does. */
    Ended load(String report, List<String> arguments) throws Exception {
        Path folder = home.resolve(report);
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(JVM);
        command.addAll(List.of(
                "-Dparley.home=" + home,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(arguments);
        command.addAll(List.of("--report", folder.toString()));
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean ended = process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS);
        if (!ended) {
            process.destroy(); // with what it has started
            process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS);
        }
        return new Ended(ended ? process.exitValue() : -1, Files.readString(said), folder);
    }
}
