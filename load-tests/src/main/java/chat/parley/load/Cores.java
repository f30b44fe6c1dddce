package chat.parley.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One core for the server and another for the driver, so that neither takes from the other. */
public final class Cores {
    private final List<Integer> allowed;
    private final boolean pins;

    Cores() {
        this(true);
    }

    private Cores(boolean wantsToPin) {
        allowed = allowed();
        pins = wantsToPin && allowed.size() > 1 && run("taskset", "--version");
    }

    /** None that is kept for one of them. */
    public static Cores shared() {
        return new Cores(false);
    }

    /** The words before a command that is to run on the server's core. */
    List<String> forServer() {
        return pins ? List.of("taskset", "-c", allowed.get(0).toString()) : List.of();
    }

    /** Moves this process, with all its threads, to the driver's core. */
    void pinDriver() {
        moveToDriver(ProcessHandle.current().pid());
    }

    /** Moves a process, with all its threads, to the driver's core. */
    void moveToDriver(long pid) {
        if (!pins) return;
        String core = allowed.get(allowed.size() - 1).toString();
        run("taskset", "-a", "-c", "-p", core, Long.toString(pid));
    }

    @Override
    public String toString() {
        return pins
                ? "server on core " + allowed.get(0) + ", driver on core " + allowed.get(allowed.size() - 1)
                : "server and driver not pinned to cores";
    }

    private static List<Integer> allowed() {
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            return status.filter(line -> line.startsWith("Cpus_allowed_list:"))
                    .flatMap(line -> Stream.of(
                            line.substring(line.indexOf(':') + 1).trim().split(",")))
                    .flatMapToInt(Cores::range)
                    .boxed()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static IntStream range(String text) {
        String[] ends = text.split("-");
        return IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
