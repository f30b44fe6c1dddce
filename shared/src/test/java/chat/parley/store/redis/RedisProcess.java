package chat.parley.store.redis;

import chat.parley.servers.CannotStart;
import chat.parley.servers.RedisServer;
import chat.parley.store.ForeignProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Redis, in a process and on an address of its own. It keeps nothing when it ends. */
public final class RedisProcess implements AutoCloseable {
    private static final int PORT = RedisServer.PORT;
    private static final int START_SECONDS = 60;

    private final Path folder;
    private final String address;
    private final List<String> settings;
    private ForeignProcess process;

    private RedisProcess(Path parent, String address, List<String> settings) throws IOException {
        this.address = address;
        this.folder = parent.resolve("redis" + address).toAbsolutePath();
        this.settings = settings;
        start();
    }

    /** @param parent of its folder @param settings as on its command line */
    public static RedisProcess startAlone(Path parent, String... settings) throws IOException {
        return startAt(ForeignProcess.anyAddress(), parent, settings);
    }

    static RedisProcess startAt(String address, Path parent, String... settings) throws IOException {
        return new RedisProcess(parent, address, List.of(settings));
    }

    /** The three nodes of a Redis Cluster, which serves. */
    static List<RedisProcess> startCluster(Path parent) throws IOException, InterruptedException {
        List<RedisProcess> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++)
                nodes.add(startAlone(
                        parent,
                        "--cluster-enabled",
                        "yes",
                        "--cluster-node-timeout",
                        "5000",
                        "--cluster-config-file",
                        "nodes.conf"));
            List<String> create = new ArrayList<>(List.of("--cluster", "create"));
            for (RedisProcess node : nodes) create.add(node.endpoint());
            create.addAll(List.of("--cluster-replicas", "0", "--cluster-yes"));
            command(nodes.getFirst().folder, create);
            for (RedisProcess node : nodes) node.awaitCluster();
        } catch (IOException | RuntimeException | InterruptedException failed) {
            nodes.forEach(RedisProcess::close);
            throw failed;
        }
        return nodes;
    }

    private void start() throws IOException {
        Files.createDirectories(folder);
        try {
            process = new ForeignProcess("Redis", folder, RedisServer.command(folder, address, PORT, settings));
        } catch (CannotStart cannot) {
            throw new IllegalStateException(cannot);
        }
        try {
            process.awaitStart(address, PORT);
        } catch (IOException | RuntimeException failed) {
            process.remove();
            throw failed;
        }
    }

    private void awaitCluster() throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!cli("cluster", "info").contains("cluster_state:ok"))
            if (System.nanoTime() > until) throw new IllegalStateException("the cluster of Redis does not serve");
    }

    /** What redis-cli says of the command. */
    public String cli(String... words) throws IOException, InterruptedException {
        return command(
                folder,
                Stream.concat(Stream.of("-h", address), Stream.of(words)).toList());
    }

    private static String command(Path folder, List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-cli"));
        command.addAll(words);
        Path said = Files.createTempFile(folder, "said", "");
        Process cli = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean isDone = cli.waitFor(START_SECONDS, TimeUnit.SECONDS);
        cli.destroyForcibly();
        String text = Files.readString(said);
        if (!isDone || cli.exitValue() != 0) throw new IllegalStateException(String.join(" ", words) + ": " + text);
        return text;
    }

    public String endpoint() {
        return address + ":" + PORT;
    }

    /** From now on it does not answer; connections stay open. */
    public void stop() throws IOException, InterruptedException {
        process.stop();
    }

    /** It answers again. */
    public void goOn() throws IOException, InterruptedException {
        process.goOn();
    }

    /** Ends it; what it had is lost. */
    public void kill() {
        process.kill();
    }

    /** Starts another in its place, with nothing in it. */
    public void startAgain() throws IOException {
        start();
    }

    public boolean isRunning() {
        return process.isRunning();
    }

    @Override
    public void close() {
        process.remove();
    }
}
