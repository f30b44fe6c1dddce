package chat.parley.clients;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AssertionFailureBuilder;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs files of Node's test runner, one process each; every test of theirs is a JUnit test, which is there as soon as it has ended. The
 * files start servers themselves, as they also kill them: the environment tells them how ({@code testing/server.js}).
 */
final class JsTests {
    /** What all tests share. */
    private static final Path SHARED = Path.of("testing");

    /** What names its tests for JUnit, a line each. */
    private static final Path REPORTER = SHARED.resolve("reporter.js").toAbsolutePath();

    private static final int NODE_MIN = 20;

    private JsTests() {}

    /**
     * The tests of a package of npm, installed first if need be.
     *
     * @param npm the folder of its {@code package.json}
     * @param tests the folder in it whose files {@code *.test.js} are run
     * @param fileMax after which a file has failed
     */
    static Stream<DynamicNode> of(Path npm, String tests, Duration fileMax) throws IOException, InterruptedException {
        checkNode();
        install(SHARED);
        install(npm);
        List<Path> files;
        try (Stream<Path> found = Files.list(npm.resolve(tests))) {
            files = found.filter(file -> file.toString().endsWith(".test.js"))
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) throw new IllegalStateException("no tests in " + npm.resolve(tests));
        return files.stream()
                .map(file -> DynamicContainer.dynamicContainer(
                        npm.resolve(tests).relativize(file).toString(), file.toUri(), run(file, fileMax)));
    }

    private static void checkNode() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("node", "--version").start();
        String version = new String(process.getInputStream().readAllBytes()).strip();
        process.waitFor();
        int major = version.matches("v\\d+\\..*") ? Integer.parseInt(version.substring(1, version.indexOf('.'))) : 0;
        if (major < NODE_MIN)
            throw new IllegalStateException("Node " + NODE_MIN + " or newer is needed, and node is " + version);
    }

    /** As the lock file says, if there is one; what is there of an earlier install of the same is left alone. */
    private static void install(Path npm) throws IOException, InterruptedException {
        Path installed = npm.resolve("node_modules/.package-lock.json");
        Path lock = npm.resolve("package-lock.json");
        if (!Files.exists(lock)) return;
        if (Files.exists(installed)
                && Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) >= 0) return;
        Process process = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
                .directory(npm.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) throw new IllegalStateException("npm ci failed in " + npm + ":\n" + said);
    }

    /** Starts when the first of its tests is asked for. */
    private static Stream<DynamicNode> run(Path file, Duration fileMax) {
        return Stream.of(file).flatMap(each -> {
            Run run = new Run(each, fileMax);
            return StreamSupport.stream(run, false).onClose(run::end);
        });
    }

    /** One process, as the tests that it has run so far. */
    private static final class Run extends AbstractSpliterator<DynamicNode> {
        private final Path file;
        private final Process process;
        private final BufferedReader lines;
        private final long deadline;
        private final Thread watch;
        private String last = "none";
        private int tests;
        private boolean hasFailed;
        private boolean hasEnded;

        Run(Path file, Duration fileMax) {
            super(Long.MAX_VALUE, Spliterator.ORDERED);
            this.file = file;
            this.deadline = System.nanoTime() + fileMax.toNanos();
            ProcessBuilder builder =
                    new ProcessBuilder("node", "--test", "--test-reporter=" + REPORTER, file.toString());
            builder.environment().put("SERVE_COMMAND", Server.command().encode());
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            try {
                this.process = builder.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            this.lines = process.inputReader();
            this.watch =
                    Thread.ofPlatform().daemon().name("deadline of " + file).start(this::endAtDeadline);
        }

        private void endAtDeadline() {
            try {
                if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) end();
            } catch (InterruptedException e) {
                // it has ended
            }
        }

        @Override
        public boolean tryAdvance(Consumer<? super DynamicNode> action) {
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.startsWith("{")) {
                        System.out.println(line);
                        continue;
                    }
                    action.accept(test(new JsonObject(line)));
                    return true;
                }
            } catch (IOException e) {
                // it was ended
            }
            if (hasEnded) return false;
            hasEnded = true;
            action.accept(DynamicTest.dynamicTest("the file ran to its end", this::checkEnd));
            return true;
        }

        private DynamicTest test(JsonObject told) {
            tests++;
            last = told.getString("name");
            String failure = told.getString("failure");
            hasFailed |= failure != null;
            return DynamicTest.dynamicTest(told.getString("name"), () -> {
                System.out.printf("  %s (%d ms)%n", told.getString("name"), told.getLong("millis"));
                if (failure != null)
                    AssertionFailureBuilder.assertionFailure().message(failure).buildAndThrow();
            });
        }

        /** A file that broke off, or that had nothing to run, has shown nothing. */
        private void checkEnd() throws InterruptedException {
            boolean isOver = process.waitFor(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            boolean inTime = System.nanoTime() < deadline;
            end();
            if (!isOver || !inTime)
                throw new AssertionError(
                        file + " took too long and was ended; the last of its tests that ended: " + last);
            if (tests == 0) throw new AssertionError(file + " has no tests");
            if (process.exitValue() != 0 && !hasFailed) {
                throw new AssertionError(file + " ended with " + process.exitValue());
            }
        }

        /** Ends it and all that it has started. */
        void end() {
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            all.add(process.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            watch.interrupt();
        }
    }

    /** How the node of this build is started. */
    private static final class Server {
        private static final List<String> JVM = List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Dsun.misc.unsafe.memory.access=allow");

        static JsonArray command() {
            // Maven starts tests with a class path of one jar that names the others.
            String ofMaven = System.getProperty("surefire.test.class.path");
            String classPath = ofMaven == null ? System.getProperty("java.class.path") : ofMaven;
            JsonArray command = new JsonArray()
                    .add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            JVM.forEach(command::add);
            return command.add("-Dparley.home=" + Path.of("..").toAbsolutePath().normalize())
                    .add("-cp")
                    .add(classPath)
                    .add("chat.parley.node.Main")
                    .add("serve");
        }
    }
}
