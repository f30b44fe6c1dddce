package chat.parley.store;

import chat.parley.servers.KeptProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A foreign server in a process of its own, which ends with this JVM. */
public final class ForeignProcess {
    private static final int START_SECONDS = 180;
    private static final int END_SECONDS = 10;
    private static final long LOOK_MILLIS = 100;

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
    public void awaitStart(String address, int port) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!isListening(address, port)) {
            if (!process.isAlive() || System.nanoTime() > until)
                throw new IllegalStateException(name + " did not start:\n" + process.tail());
            process.ended()
                    .completeOnTimeout(null, LOOK_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    private static boolean isListening(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A signal to the process: STOP, CONT, KILL. */
    public void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Kills it; what it wrote stays. */
    public void kill() {
        try {
            process.close();
            process.ended()
                    .completeOnTimeout(null, END_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
