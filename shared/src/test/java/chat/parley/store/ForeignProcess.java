package chat.parley.store;

import chat.parley.servers.KeptProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** A foreign server in a process of its own, which ends with this JVM. */
public final class ForeignProcess {
    private static final int START_SECONDS = 180;
    private static final int END_SECONDS = 10;

    private final String name;
    private final Path folder;
    private final KeptProcess process;

    /** Begins to start it. @param folder that is there; its output goes to the file {@code log} in it */
    public ForeignProcess(String name, Path folder, List<String> command) throws IOException {
        this.name = name;
        this.folder = folder;
        process = new KeptProcess(command, folder, System.getenv(), folder.resolve("log"));
    }

    /** An address of loopback that no other build uses, most likely: so a server may have its usual ports there. */
    public static String anyAddress() {
        var random = ThreadLocalRandom.current();
        return "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + "." + random.nextInt(2, 255);
    }

    /** The class path that the build wrote down, by the name of the property that says where. */
    public static String classPath(String property) throws IOException {
        String file = System.getProperty(property);
        if (file == null || !Files.isReadable(Path.of(file))) {
            throw new IllegalStateException("There is nothing to start: the build writes down where it is with"
                    + " mvn -Preal -pl shared -am.");
        }
        return Files.readString(Path.of(file)).strip();
    }

    /** Waits until it takes connections there. */
    public void awaitStart(String address, int port) throws IOException {
        if (!process.await(() -> KeptProcess.isListening(address, port), START_SECONDS))
            throw new IllegalStateException(name + " did not start:\n" + process.tail());
    }

    /** It does nothing any more when this returns; its connections stay open. */
    public void stop() throws IOException, InterruptedException {
        signal("STOP");
        if (!process.await(() -> !isRunning(), END_SECONDS)) throw new IllegalStateException(name + " did not stop");
    }

    /** It goes on where it stopped. */
    public void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Kills it; what it wrote stays. */
    public void kill() {
        try {
            process.close();
            process.await(() -> !isRunning(), END_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (isRunning()) throw new IllegalStateException(name + " was not killed");
    }

    /** Whether it has neither ended nor been stopped, as the kernel says. */
    public boolean isRunning() {
        return process.isAlive() && "RSDI".indexOf(state()) >= 0;
    }

    private char state() {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException ended) {
            return 'X';
        }
    }

    /** Kills it, and removes what it wrote. */
    public void remove() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
