package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of {@code ./parley}, in an installation that is built: its jar stands for the classes of this build. */
@Tag("slow")
class LauncherTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final String JAVA_HOME = System.getProperty("java.home");

    @TempDir
    private Path home;

    private final List<Process> running = new ArrayList<>();
    private final Map<Process, Path> errors = new HashMap<>();

    /** How it ended. */
    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void install() throws IOException {
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

    @AfterEach
    void end() throws InterruptedException {
        for (Process each : running) each.destroyForcibly().waitFor();
    }

    @Test
    void theFirstScreenSaysWhereTheNodeIsAndHowToGetATokenAndNothingElse() throws Exception {
        Process node = start("serve", "--set", "http.port=0", "--set", "ops.port=0");
        BufferedReader out = node.inputReader();
        String ready = out.readLine();
        assertThat(ready).matches("parley ready http://127\\.0\\.0\\.1:\\d+");
        String address = ready.substring("parley ready ".length());
        assertThat(out.readLine()).isEqualTo("a token: ./parley token alice");
        assertThat(out.readLine())
                .isEqualTo("     or: curl -s -d '{\"userId\":\"alice\"}' " + address + "/v1/dev/tokens");
        assertThat(node.info().commandLine().orElseThrow())
                .as("the process is the JVM")
                .contains("/bin/java ")
                .endsWith("chat.parley.node.Main serve --set http.port=0 --set ops.port=0");
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));

        Ended token = run("token", "alice", "--set", "http.port=" + port);
        assertThat(token.code).as(token.err).isZero();
        assertThat(token.err).isEmpty();
        assertThat(new Caller(port, token.out.strip()).get("/v1/conversations").status())
                .isEqualTo(200);

        Ended second = run("serve", "--set", "http.port=0", "--set", "ops.port=0");
        assertIsOneSentence(second, 1, "The store in ./data is in use by another process");

        node.toHandle().destroy(); // SIGTERM, and what it says can still be read
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).isZero();
        assertThat(out.readLine()).isNull();
        assertThat(errors(node).lines())
                .as("on a terminal, between the lines of the first screen")
                .allMatch(line -> line.matches(".* INFO +Node: (draining|ended)"));
    }

    @Test
    void aNodeThatLogsErrorsOnlyEndsWithoutAWord() throws Exception {
        Process node = start("serve", "--set", "http.port=0", "--set", "ops.port=0", "--set", "log.level=ERROR");
        assertThat(node.inputReader().readLine()).startsWith("parley ready");
        node.toHandle().destroy();
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(errors(node)).isEmpty();
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertIsOneSentence(
                    run("serve", "--set", "http.port=" + port, "--set", "ops.port=0"),
                    1,
                    "cannot listen on 127.0.0.1:" + port + " (the address is in use); stop what does, or set another"
                            + " http.port or http.host.");
            assertIsOneSentence(
                    run("serve", "--set", "http.port=0", "--set", "ops.port=" + port),
                    1,
                    "cannot listen on 127.0.0.1:" + port + " (the address is in use)");
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(home.resolve("file"));
        assertIsOneSentence(
                run("serve", "--set", "store.path=" + file.resolve("data")),
                1,
                "the folder of the data, " + file.resolve("data") + ", cannot be made");
    }

    @Test
    void whatIsUnknownIsNamed() throws Exception {
        assertIsOneSentence(run("serve", "--set", "htp.port=1"), 1, "htp.port");
        assertIsOneSentence(run("serve", "--set", "http.port=x"), 1, "http.port");
        assertIsOneSentence(run("serve", "--conf", "nothing.json"), 1, "nothing.json");
        assertIsOneSentence(run("serve", "--sett", "a=b"), 2, "--sett");
        assertIsOneSentence(run("serve", "--set"), 2, "--set wants a value");
        assertIsOneSentence(run("serve", "now"), 2, "what is 'now'");
        assertIsOneSentence(run("token"), 2, "token wants the name of a user");
        assertIsOneSentence(run("token", "a b"), 1, "'a b' cannot be a user");
        assertIsOneSentence(run("start"), 2, "there is no command 'start'");
    }

    @Test
    void thereAreNoTokensWhereNoneAreGiven() throws Exception {
        assertIsOneSentence(
                run("token", "alice", "--set", "auth.dev=false", "--set", "auth.jwksFile=x"), 1, "auth.dev");
    }

    @Test
    void whatIsNoJdkOrTooOldIsNamed() throws Exception {
        Path old = home.resolve("jdk17");
        Files.createDirectories(old.resolve("bin"));
        Files.createFile(
                old.resolve("bin/java"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        for (Path jdk : List.of(old, home.resolve("none")))
            assertIsOneSentence(
                    runWith(Map.of("PARLEY_JAVA", jdk.toString()), "serve"),
                    1,
                    "PARLEY_JAVA=" + jdk + " is not a JDK of version 21 or newer.");
        Ended newer = runWith(Map.of("PARLEY_JAVA", "", "JAVA_HOME", old.toString()), "token", "alice!");
        assertIsOneSentence(newer, 1, "'alice!' cannot be a user");
    }

    @Test
    void whatCannotBeBuiltIsNamed() throws Exception {
        Files.delete(home.resolve("verticles/target/run/built"));
        Path tools = Files.createDirectory(home.resolve("tools"));
        for (String tool : List.of("sed", "dirname", "readlink", "find", "head")) {
            Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + onPath(tool) + " \"$@\"\n");
            Files.setPosixFilePermissions(tools.resolve(tool), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertIsOneSentence(
                runWith(Map.of("PATH", tools.toString()), "serve"),
                1,
                "Maven is needed to build it, and no mvn is on the PATH.");
    }

    @Test
    void helpListsEveryCommand() throws Exception {
        Ended help = run("--help");
        assertThat(help.code).isZero();
        assertThat(help.out)
                .contains("serve ", "token USER", "schema ", "bench ", "--help", "--version", "conf/README.md");
        Ended nothing = run();
        assertThat(nothing.code).isEqualTo(2);
        assertThat(nothing.err).isEqualTo(help.out);
        assertThat(run("--version").out).matches("parley \\d+\\.\\d+\\.\\d+.*\n");
    }

    private static void assertIsOneSentence(Ended ended, int code, String part) {
        assertThat(ended.err).startsWith("parley: ").contains(part);
        assertThat(ended.err.strip().lines()).as(ended.err).hasSize(1);
        assertThat(ended.err.strip()).endsWith(".");
        assertThat(ended.out).isEmpty();
        assertThat(ended.code).isEqualTo(code);
    }

    private Ended run(String... arguments) throws Exception {
        return runWith(Map.of(), arguments);
    }

    private Ended runWith(Map<String, String> environment, String... arguments) throws Exception {
        Process process = startWith(environment, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, errors(process));
    }

    private Process start(String... arguments) throws IOException {
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

    private String errors(Process process) throws IOException {
        return Files.readString(errors.get(process));
    }

    private static Path onPath(String tool) {
        for (String folder : System.getenv("PATH").split(":"))
            if (Files.isExecutable(Path.of(folder, tool))) return Path.of(folder, tool);
        throw new IllegalStateException(tool);
    }

    /** Names the classes of this build and what they need; those of tests apart. */
    private static void jarOfThisBuild(Path jar) throws IOException {
        String ofMaven = System.getProperty("surefire.test.class.path");
        String all = ofMaven == null ? System.getProperty("java.class.path") : ofMaven;
        StringBuilder classPath = new StringBuilder();
        for (String each : all.split(":"))
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
}
