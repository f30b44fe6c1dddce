package chat.parley.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Commands of this machine that end by themselves. */
final class Shell {
    /** How one ended. */
    record Ended(int code, String out, String err) {}

    private Shell() {}

    static Ended run(List<String> command) {
        return run(command, Map.of());
    }

    static Ended run(List<String> command, Map<String, String> environment) {
        try {
            Path err = Files.createTempFile("err", "");
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                process.getOutputStream().close();
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Ended(process.waitFor(), out, Files.readString(err));
            } finally {
                Files.delete(err);
            }
        } catch (IOException missing) {
            throw new IllegalStateException(
                    "the test wants a program that .ci/run installs: " + missing.getMessage(), missing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** What it printed. */
    static String out(String... command) {
        Ended ended = run(List.of(command));
        if (ended.code() != 0)
            throw new IllegalStateException(String.join(" ", command) + " said: " + ended.out() + ended.err());
        return ended.out();
    }
}
