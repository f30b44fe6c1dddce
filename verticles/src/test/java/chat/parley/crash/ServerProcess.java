package chat.parley.crash;

import chat.parley.node.FaultyNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, on the classes of this build. */
final class ServerProcess {
    private static final String READY = "parley ready http://127.0.0.1:";

    /** Quick to start rather than quick: there are many lives, and all are short. */
    private static final List<String> JVM = List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Dparley.log=INFO",
            "--enable-native-access=ALL-UNNAMED",
            "-Dsun.misc.unsafe.memory.access=allow");

    /** Settings that are raised, so that the clients' windows are the only limit. */
    private static final List<String> LIMITS = List.of(
            "gateway.sendsPerSecond", "gateway.sendsBurst", "gateway.userSendsPerSecond", "gateway.userSendsBurst");

    /** A node gives itself 30 s. */
    private static final int END_SECONDS_MAX = 45;

    private final Process process;
    private final InetSocketAddress door;
    private final long startedNanos;

    private ServerProcess(Process process, int port, long startedNanos) {
        this.process = process;
        this.door = Loopback.door(port);
        this.startedNanos = startedNanos;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param store see {@link chat.parley.node.FaultyNode}; empty: the node as it is
     * @param settings each NAME=VALUE
     * @param log is appended to by each life
     */
    static ServerProcess start(String store, List<String> settings, Path log) throws IOException {
        return start(List.of(), store, settings, log);
    }

    /** @param where it is to be: what stands before its command, and becomes it */
    static ServerProcess start(List<String> where, String store, List<String> settings, Path log) throws IOException {
        List<String> command = new ArrayList<>(where);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(
                List.of("-Dparley.home=" + Path.of("..").toAbsolutePath().normalize(), "-cp", FaultyNode.classPath()));
        if (store.isEmpty()) command.add("chat.parley.node.Main");
        else command.addAll(List.of("-Dcrash.store=" + store, "chat.parley.node.FaultyNode"));
        command.add("serve");
        command.addAll(List.of("--set", "http.port=0", "--set", "ops.port=0"));
        for (String setting : settings) command.addAll(List.of("--set", setting));
        for (String limit : LIMITS) command.addAll(List.of("--set", limit + "=100000"));
        long started = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new ServerProcess(process, awaitPort(process, log), started);
    }

    private static int awaitPort(Process process, Path log) throws IOException {
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (!line.startsWith(READY)) continue;
            Thread.ofPlatform().daemon().name("output of the node").start(() -> drain(out));
            return Integer.parseInt(line.substring(READY.length()).trim());
        }
        process.destroyForcibly();
        List<String> said = Files.readAllLines(log);
        throw new IllegalStateException("the node did not start:\n"
                + String.join("\n", said.subList(Math.max(0, said.size() - 40), said.size())));
    }

    private static void drain(BufferedReader out) {
        try {
            while (out.readLine() != null) {}
        } catch (IOException e) {
            // it ended
        }
    }

    /** Where clients find it, of those that are on its host. */
    InetSocketAddress door() {
        return door;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** SIGKILL; nothing of it runs any more when this returns. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM: it is to end in order. */
    void end() {
        process.destroy();
    }

    /** Its exit code, once it has ended. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS))
            throw new AssertionError("a node has not ended " + END_SECONDS_MAX + " s after it was to");
        return process.exitValue();
    }

    /** SIGSTOP; nothing of it goes on when this returns, and all its connections stay. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
        for (int wait = 0; state() != 'T'; wait++) {
            if (wait > 1_000) throw new AssertionError("a node goes on after SIGSTOP");
            Thread.sleep(5);
        }
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
        if (code != 0) throw new IOException("kill -" + name + " ended with " + code);
    }

    /** As the kernel says it: T is stopped. */
    private char state() throws IOException {
        String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }
}
