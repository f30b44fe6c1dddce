package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A place where Parley is installed and built: its jar stands for the classes of this build. */
final class Installation implements AutoCloseable {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final String JAVA_HOME = System.getProperty("java.home");

    private final Path home;
    private final List<Process> running = new ArrayList<>();
    private final Map<Process, Path> errors = new HashMap<>();

    /** How a command ended. */
    record Ended(int code, String out, String err) {}

    Installation(Path home) throws IOException {
        this.home = home;
        Files.copy(CHECKOUT.resolve("parley"), home.resolve("parley"));
        Files.copy(CHECKOUT.resolve("pom.xml"), home.resolve("pom.xml"));
        Files.createDirectory(home.resolve("conf"));
        Files.copy(CHECKOUT.resolve("conf/embedded.json"), home.resolve("conf/embedded.json"));
        for (String module : List.of("shared", "verticles")) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createFile(home.resolve(module).resolve("pom.xml"));
        }
        Path run = Files.createDirectories(home.resolve("verticles/target/run"));
        jarOfThisBuild(run.resolve("parley-verticles.jar"));
        Files.createFile(run.resolve("built"));
    }

    /** Where the build has written down what a foreign server is started with. */
    void fetched(String server, String classPath) throws IOException {
        Path run = Files.createDirectories(
                home.resolve("shared/servers").resolve(server).resolve("target/run"));
        Files.writeString(run.resolve("classpath"), classPath);
    }

    Ended run(String... arguments) throws Exception {
        return runWith(Map.of(), arguments);
    }

    Ended runWith(Map<String, String> environment, String... arguments) throws Exception {
        Process process = startWith(environment, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, errors(process));
    }

    Process start(String... arguments) throws IOException {
        return startWith(Map.of(), arguments);
    }

    private Process startWith(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("parley").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
        builder.environment().put("PARLEY_JAVA", JAVA_HOME);
        builder.environment().putAll(environment);
        builder.redirectError(Files.createTempFile(home, "err", "").toFile());
        Process process = builder.start();
        errors.put(process, builder.redirectError().file().toPath());
        running.add(process);
        return process;
    }

    /** What it has written to stderr. */
    String errors(Process process) throws IOException {
        return Files.readString(errors.get(process));
    }

    /** Names the classes of this build and what they need; those of tests apart. */
    private static void jarOfThisBuild(Path jar) throws IOException {
        StringBuilder classPath = new StringBuilder();
        for (String each : FaultyNode.classPath().split(":"))
            if (!each.contains("test-classes") && !each.endsWith("-tests.jar"))
                classPath.append(Path.of(each).toUri()).append(' ');
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(Attributes.Name.CLASS_PATH, classPath.toString().strip());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.finish();
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() throws InterruptedException {
        for (Process each : running) each.destroyForcibly().waitFor();
    }
}
