package chat.parley.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What {@code ./parley} was told to start, on the server's core, with a folder of its own, which goes when it does. */
public final class Started implements AutoCloseable {
    private static final int STOPPED_SECONDS = 60;

    private final Process process;
    private final Path folder;
    private final List<String> said = new ArrayList<>();

    private Started(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    static Path folder() throws IOException {
        return Files.createTempDirectory("parley-load");
    }

    /**
     * Starts it and waits until it has said a line that begins so.
     *
     * @param folder from {@link #folder}
     */
    static Started start(Path home, Cores cores, Path folder, String ready, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(cores.forServer());
        command.add(home.resolve("parley").toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("errors.log").toFile())
                .start();
        Started started = new Started(process, folder);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line == null || !line.startsWith(ready); line = out.readLine()) {
            if (line == null) {
                started.close();
                throw new IllegalStateException("./parley " + arguments.getFirst() + " did not start.");
            }
            started.said.add(line);
        }
        Thread.ofPlatform().daemon().start(() -> out.lines().forEach(line -> {})); // or it would wait for a reader
        return started;
    }

    /** The lines before it was ready. */
    List<String> said() {
        return said;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOPPED_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("It did not stop in " + STOPPED_SECONDS + " s and was killed.");
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.print(Files.readString(folder.resolve("errors.log")));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
