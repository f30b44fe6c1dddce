package chat.parley.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that ends with this JVM, however that ends: a shell holds the other end of a pipe, and kills it when the pipe breaks. The Ctrl-C of a
 * terminal, which goes to all that was started there, reaches neither: this JVM is to end it.
 */
public final class KeptProcess implements AutoCloseable {
    /** A shell without job control starts what is in the background with Ctrl-C ignored. */
    private static final String KEEPER =
            "\"$@\" </dev/null >>\"$0\" 2>&1 & trap '' INT; echo $!; cat >/dev/null; kill -9 $! 2>/dev/null";

    private static final int LOG_LINES = 50;
    private static final long LOOK_MILLIS = 100;
    private static final int CONNECT_MILLIS = 1_000;

    private final Path log;
    private final Process keeper;
    private final long pid;
    private final @Nullable ProcessHandle process; // null: it has ended already

    /**
     * Starts it.
     *
     * @param folder in which it works
     * @param environment what it has besides that of this JVM, or instead
     * @param log to which all that it prints is added
     */
    public KeptProcess(List<String> command, Path folder, Map<String, String> environment, Path log)
            throws IOException {
        this.log = log;
        Files.createDirectories(folder);
        List<String> kept = new ArrayList<>(List.of("/bin/sh", "-c", KEEPER, log.toString()));
        kept.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(kept).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        keeper = builder.start();
        BufferedReader out = keeper.inputReader();
        String said = out.readLine();
        if (said == null) throw new IOException("the shell that was to start " + command.getFirst() + " has ended");
        pid = Long.parseLong(said);
        process = ProcessHandle.of(pid).orElse(null);
    }

    public long pid() {
        return pid;
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Completes when it has ended. */
    public CompletableFuture<?> ended() {
        return process == null ? CompletableFuture.completedFuture(null) : process.onExit();
    }

    /** Waits until that holds; false: it has ended, or so much time is over. */
    public boolean await(BooleanSupplier holds, int secondsMax) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!holds.getAsBoolean()) {
            if (!isAlive() || System.nanoTime() > until) return false;
            ended().completeOnTimeout(null, LOOK_MILLIS, TimeUnit.MILLISECONDS).join();
        }
        return isAlive();
    }

    /** Whether somebody takes connections there. */
    public static boolean isListening(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The last that it printed. */
    public String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** SIGTERM, and SIGKILL if it has not ended then. Nothing of it is left when this returns. */
    public void end(int secondsMax) throws InterruptedException {
        if (process != null) process.destroy();
        try {
            ended().get(secondsMax, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException late) {
            // closed below
        }
        close();
    }

    /** Kills it. */
    @Override
    public void close() throws InterruptedException {
        if (process != null) process.destroyForcibly();
        keeper.destroyForcibly().waitFor(); // its cat ends with the pipe
    }
}
