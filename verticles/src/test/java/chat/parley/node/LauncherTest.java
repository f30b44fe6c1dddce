package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Installation.Ended;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What an operator sees of {@code ./parley}, in an installation that is built. */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class LauncherTest {
    @TempDir
    private Path home;

    private Installation parley;

    @BeforeEach
    void install() throws IOException {
        parley = new Installation(home);
    }

    @AfterEach
    void end() throws InterruptedException {
        parley.close();
    }

    @Test
    void theFirstScreenSaysWhereTheNodeIsHowToGetATokenAndWhereOperatorsLookAndNothingElse() throws Exception {
        Process node = parley.start("serve", "--set", "http.port=0", "--set", "ops.port=0");
        BufferedReader out = node.inputReader();
        String ready = out.readLine();
        assertThat(ready).matches("parley ready http://127\\.0\\.0\\.1:\\d+");
        String address = ready.substring("parley ready ".length());
        assertThat(out.readLine()).isEqualTo("a token: ./parley token alice");
        assertThat(out.readLine())
                .isEqualTo("     or: curl -s -d '{\"userId\":\"alice\"}' " + address + "/v1/dev/tokens");
        assertThat(out.readLine()).matches("for operators: http://127\\.0\\.0\\.1:\\d+/admin/");
        assertThat(node.info().commandLine().orElseThrow())
                .as("the process is the JVM")
                .contains("/bin/java ")
                .endsWith("chat.parley.node.Main serve --set http.port=0 --set ops.port=0");
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));

        Ended token = run("token", "alice", "--set", "http.port=" + port);
        assertThat(token.code()).as(token.err()).isZero();
        assertThat(token.err()).isEmpty();
        assertThat(new Caller(port, token.out().strip())
                        .get("/v1/conversations")
                        .status())
                .isEqualTo(200);

        Ended second = run("serve", "--set", "http.port=0", "--set", "ops.port=0");
        assertIsOneSentence(second, 1, "The store in ./data is in use by another process");

        node.toHandle().destroy(); // SIGTERM, and what it says can still be read
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).isZero();
        assertThat(out.readLine()).isNull();
        assertThat(parley.errors(node).lines())
                .as("on a terminal, between the lines of the first screen")
                .allMatch(line -> line.matches(".* INFO +Node: (draining|ended)"));
    }

    @Test
    void aNodeThatLogsErrorsOnlyEndsWithoutAWord() throws Exception {
        Process node = parley.start("serve", "--set", "http.port=0", "--set", "ops.port=0", "--set", "log.level=ERROR");
        assertThat(node.inputReader().readLine()).startsWith("parley ready");
        node.toHandle().destroy();
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(parley.errors(node)).isEmpty();
    }

    @Test
    void aNodeCanLogInLinesOfJson() throws Exception {
        Process node = parley.start(
                "serve",
                "--set",
                "http.port=0",
                "--set",
                "ops.port=0",
                "--set",
                "log.format=json",
                "--set",
                "log.level=DEBUG");
        assertThat(node.inputReader().readLine()).startsWith("parley ready");
        node.toHandle().destroy();
        assertThat(node.waitFor(40, TimeUnit.SECONDS)).isTrue();
        List<JsonObject> lines =
                parley.errors(node).lines().map(JsonObject::new).toList();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.getLong("timestamp"))
                    .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
            assertThat(line.getString("level")).isIn("DEBUG", "INFO", "WARN");
            assertThat(line.getString("loggerName")).isNotBlank();
        });
        assertThat(lines)
                .filteredOn(line -> List.of("draining", "ended").contains(line.getString("formattedMessage")))
                .hasSize(2)
                .allSatisfy(line -> {
                    assertThat(line.getString("level")).isEqualTo("INFO");
                    assertThat(line.getString("loggerName")).isEqualTo("chat.parley.node.Node");
                });
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
    void aClusterWhosePortsAreTakenSaysWhich() throws Exception {
        fetchServers();
        String host = "127." + ThreadLocalRandom.current().nextInt(1, 255) + ".1.1";
        try (ServerSocket taken = new ServerSocket(5701, 1, InetAddress.getByName(host))) {
            assertThat(taken.isBound()).isTrue();
            assertIsOneSentence(
                    run("cluster", "--host", host),
                    1,
                    host + ":5701, which n1 is to have, cannot be had (Address already in use");
        }
        assertIsOneSentence(run("cluster", "--host", "192.0.2.1"), 1, "--host has to be an address of loopback");
        assertIsOneSentence(
                run("cluster", "--set", "http.port=1"), 2, "the nodes of cluster have settings of their own");
        assertIsOneSentence(run("serve", "--host", host), 2, "there is no option --host for serve");
        assertIsOneSentence(run("serve", "--nodes", "2"), 2, "there is no option --nodes for serve");
        assertIsOneSentence(run("cluster", "--nodes", "0"), 2, "--nodes is 1 to 9");
    }

    @Test
    void aClusterWithoutARedisToStartSaysWhatToInstall() throws Exception {
        fetchServers();
        String host = "127." + ThreadLocalRandom.current().nextInt(1, 255) + ".1.2";
        String path = tools("sed", "dirname", "readlink", "find", "head").toString();
        assertIsOneSentence(
                runWith(Map.of("PATH", path), "cluster", "--host", host),
                1,
                "there is no redis-server on the PATH; install one (on Debian, apt-get install redis-server).");
    }

    private void fetchServers() throws IOException {
        for (String server : List.of("cassandra", "kafka")) parley.fetched(server, "none");
    }

    @Test
    void aNodeOfAClusterThatIsNotToldOfAnEventLogDoesNotStart() throws Exception {
        List<String> serve = new ArrayList<>(List.of("serve"));
        for (String setting : List.of(
                "node.name=n1",
                "store.type=cassandra",
                "store.cassandra.contactPoints=127.0.0.1",
                "cluster.enabled=true",
                "cluster.host=127.0.0.1",
                "cluster.members=127.0.0.1:5701",
                "cluster.tls.enabled=false")) serve.addAll(List.of("--set", setting));
        assertIsOneSentence(run(serve.toArray(String[]::new)), 1, "set eventLog.type to kafka");
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
        Path tools = tools("sed", "dirname", "readlink", "find", "head");
        assertIsOneSentence(
                runWith(Map.of("PATH", tools.toString()), "serve"),
                1,
                "Maven is needed to build it, and no mvn is on the PATH.");
    }

    @Test
    void anInstallationWithoutSourcesIsTakenAsItIs() throws Exception {
        Path tools = tools("sed", "dirname", "readlink", "find", "head");
        Files.setLastModifiedTime(
                home.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(3_600)));
        assertIsOneSentence(
                runWith(Map.of("PATH", tools.toString()), "build"),
                1,
                "Maven is needed to build it, and no mvn is on the PATH.");
        for (String module : List.of("shared", "verticles")) {
            Files.delete(home.resolve(module).resolve("src/main"));
            Files.delete(home.resolve(module).resolve("src"));
        }
        assertThat(runWith(Map.of("PATH", tools.toString()), "build")).isEqualTo(new Ended(0, "", ""));
        assertIsOneSentence(runWith(Map.of("PATH", tools.toString()), "token", "a b"), 1, "'a b' cannot be a user");
    }

    /** A folder with these and nothing else, to be the PATH. */
    private Path tools(String... names) throws IOException {
        Path tools = Files.createDirectory(home.resolve("tools"));
        for (String tool : names) {
            Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + onPath(tool) + " \"$@\"\n");
            Files.setPosixFilePermissions(tools.resolve(tool), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return tools;
    }

    @Test
    void helpListsEveryCommand() throws Exception {
        Ended help = run("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains(
                        "serve ",
                        "token USER",
                        "schema ",
                        "backup FOLDER",
                        "restore FOLDER",
                        "renew ",
                        "cluster ",
                        "bench ",
                        "build ",
                        "--help",
                        "--version",
                        "conf/README.md");
        Ended nothing = run();
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).isEqualTo(help.out());
        assertThat(run("--version").out()).matches("parley \\d+\\.\\d+\\.\\d+.*\n");
    }

    private static void assertIsOneSentence(Ended ended, int code, String part) {
        assertThat(ended.err()).startsWith("parley: ").contains(part);
        assertThat(ended.err().strip().lines()).as(ended.err()).hasSize(1);
        assertThat(ended.err().strip()).endsWith(".");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(code);
    }

    private Ended run(String... arguments) throws Exception {
        return parley.run(arguments);
    }

    private Ended runWith(Map<String, String> environment, String... arguments) throws Exception {
        return parley.runWith(environment, arguments);
    }

    private static Path onPath(String tool) {
        for (String folder : System.getenv("PATH").split(":"))
            if (Files.isExecutable(Path.of(folder, tool))) return Path.of(folder, tool);
        throw new IllegalStateException(tool);
    }
}
