package chat.parley.clients;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
class JsTestsTest {
    @TempDir
    Path npm;

    @Test
    void aFileThatHangsIsEndedWithAllThatItHasStartedAndSaysSo() throws Exception {
        List<DynamicTest> tests = run("""
            import { spawn } from 'node:child_process';
            import { writeFileSync } from 'node:fs';
            import { test } from 'node:test';
            writeFileSync(new URL('../pid', import.meta.url), String(spawn('sleep', ['600']).pid));
            test('hangs', () => new Promise(resolve => setTimeout(resolve, 600_000)));
            """, Duration.ofSeconds(10));
        AssertionError failure = assertThrows(
                AssertionError.class, () -> tests.getLast().getExecutable().execute());
        assertTrue(failure.getMessage().contains("took too long"), failure.getMessage());
        var started = ProcessHandle.of(Long.parseLong(Files.readString(npm.resolve("pid"))));
        if (started.isPresent()) started.get().onExit().get(10, TimeUnit.SECONDS);
    }

    /** The tests of a package of one file, which needs no other. */
    private List<DynamicTest> run(String file, Duration fileMax) throws Exception {
        Files.writeString(npm.resolve("package.json"), "{\"type\": \"module\"}");
        Files.writeString(npm.resolve("package-lock.json"), "{}");
        Files.createDirectories(npm.resolve("node_modules"));
        Files.writeString(npm.resolve("node_modules/.package-lock.json"), "{}"); // it is installed
        Files.createDirectories(npm.resolve("test"));
        Files.writeString(npm.resolve("test/one.test.js"), file);
        try (Stream<DynamicNode> files = JsTests.of(npm, "test", fileMax)) {
            return files.flatMap(each -> ((DynamicContainer) each).getChildren())
                    .map(DynamicTest.class::cast)
                    .toList();
        }
    }
}
