package chat.parley.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A foreign server in a process of its own. It ends with this JVM, however that ends: a shell holds the other end of a pipe, and kills it when
 * the pipe breaks.
 */
public final class ForeignProcess {
    private static final int START_SECONDS = 180;
    private static final int LOG_LINES = 50;
    private static final String KEEPER = "\"$@\" </dev/null & echo $! >\"$0\"; cat >/dev/null; kill -9 $!";

    private final String name;
    private final Path folder;
    private final Process keeper;

    /** Begins to start it. @param folder that is there; its output goes to the file {@code log} in it */
    public ForeignProcess(String name, Path folder, List<String> command) throws IOException {
        this.name = name;
        this.folder = folder;
        Files.deleteIfExists(pidFile());
        List<String> kept =
                new ArrayList<>(List.of("/bin/sh", "-c", KEEPER, pidFile().toString()));
        kept.addAll(command);
        keeper = new ProcessBuilder(kept)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
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
            boolean isGone = Files.exists(pidFile())
                    && !Files.readString(pidFile()).isBlank()
                    && ProcessHandle.of(pid()).isEmpty();
            if (isGone || System.nanoTime() > until)
                throw new IllegalStateException(name + " did not start:\n" + tail());
            keeper.waitFor(100, TimeUnit.MILLISECONDS);
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
        new ProcessBuilder("kill", "-" + signal, String.valueOf(pid())).start().waitFor();
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile()).strip());
    }

    private Path pidFile() {
        return folder.resolve("pid");
    }

    private Path log() {
        return folder.resolve("log");
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** Kills it; what it wrote stays. */
    public void kill() {
        try {
            keeper.getOutputStream().close(); // the keeper kills what it keeps
            if (!keeper.waitFor(10, TimeUnit.SECONDS)) keeper.destroyForcibly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
