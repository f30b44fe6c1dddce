package chat.parley.node.local;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.node.Refusal;
import chat.parley.servers.CannotStart;
import chat.parley.servers.KeptProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** Starts all processes of a small cluster, tells where they are, and ends them when this process is to end; none is left then. */
public final class LocalCluster {
    /** How many nodes it has unless another number is said. */
    public static final int NODES = 3;

    private static final int START_SECONDS_MAX = 180;
    private static final int NODE_END_SECONDS_MAX = 35;
    private static final int SERVER_END_SECONDS_MAX = 20;

    /** A few megabytes of messages, and what a JVM needs. */
    private static final List<String> SMALL = List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC");

    private final Plan plan;
    private final PrintStream out;
    private final Schema schema;
    private final Map<String, KeptProcess> nodes = new LinkedHashMap<>();
    private final Map<String, KeptProcess> servers = new LinkedHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private boolean isEnding; // guarded by this

    /** Makes the tables that are missing, as a node with these settings needs them. */
    public interface Schema {
        void make(Path settings) throws Refusal;
    }

    private LocalCluster(Plan plan, PrintStream out, Schema schema) {
        this.plan = plan;
        this.out = out;
        this.schema = schema;
    }

    /**
     * Runs one until this process is told to end, which it then does with exit code 0.
     *
     * @param folder of all that it keeps; what is there is gone on with
     * @param host the address of loopback where all of it is
     * @param nodes how many
     * @param fetched the folder of the foreign servers that the build has fetched
     */
    public static void run(Path folder, String host, int nodes, Path fetched, PrintStream out, Schema schema)
            throws Refusal {
        Path whole = folder.toAbsolutePath().normalize();
        // Another server is one more in this list.
        List<Server> servers = List.of(
                new Server.Redis(),
                new Server.Cassandra(classPath(fetched, "cassandra")),
                new Server.Kafka(classPath(fetched, "kafka")));
        try {
            Files.createDirectories(whole);
            try (FileChannel lock = lock(whole)) {
                Objects.requireNonNull(lock);
                new LocalCluster(new Plan(whole, host, nodes, servers), out, schema).run();
            }
        } catch (IOException broken) {
            throw new Refusal("the cluster cannot be kept in " + folder + ": " + broken + ".");
        }
    }

    private static String classPath(Path fetched, String server) throws Refusal {
        Path file = fetched.resolve(server).resolve("target/run/classpath");
        try {
            return Files.readString(file).strip();
        } catch (IOException unread) {
            throw new Refusal("there is no " + server + " to start (" + file + "); ./parley cluster fetches one.");
        }
    }

    private static FileChannel lock(Path folder) throws IOException, Refusal {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) return channel;
        } catch (OverlappingFileLockException another) {
            // said below
        }
        channel.close();
        throw new Refusal("another ./parley cluster uses " + folder + "; end that, or name another folder.");
    }

    private void run() throws Refusal, IOException {
        requireFreePorts();
        plan.certificates().make(plan.nodes());
        DevTokens.open(plan.folder()); // one secret, before nodes make one each
        for (String node : plan.nodes())
            Files.writeString(plan.settingsFile(node), plan.settings(node).encodePrettily() + "\n");
        Thread hook = new Thread(
                () -> {
                    end();
                    Runtime.getRuntime().halt(0); // else it would be that of the signal
                },
                "parley-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            start();
            ended.await();
        } catch (CannotStart | Refusal | IOException refused) {
            if (isEnding()) return; // told to while it began: then nothing is as it should be
            end();
            Runtime.getRuntime().removeShutdownHook(hook);
            throw new Refusal(String.valueOf(refused.getMessage()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isEnding() {
        return isEnding;
    }

    /** The servers together, then the first node, then the others together: two that find nobody would begin two clusters. */
    private void start() throws Refusal, IOException, CannotStart, InterruptedException {
        Map<Server, List<List<String>>> commands = new LinkedHashMap<>(); // all, before the first is started
        for (Server server : plan.servers())
            commands.put(server, server.commands(plan.folder().resolve(server.name()), plan.host()));
        for (Map.Entry<Server, List<List<String>>> each : commands.entrySet())
            startServer(each.getKey().name(), each.getValue());
        for (Server server : plan.servers()) {
            int port = server.ports().getFirst();
            await(server.name(), servers, () -> KeptProcess.isListening(plan.host(), port));
            out.println(server.name() + " " + plan.host() + ":" + port);
        }
        schema.make(plan.settingsFile(plan.nodes().getFirst()));
        String first = plan.nodes().getFirst();
        startNode(first);
        awaitNode(first);
        List<String> others = plan.nodes().subList(1, plan.nodes().size());
        for (String node : others) startNode(node);
        for (String node : others) awaitNode(node);
        out.println("cluster ready");
        out.println("a token for every node: ./parley token alice --set store.path=" + plan.folder());
        out.println("data, logs and settings: " + plan.folder());
        out.flush();
    }

    private void startServer(String name, List<List<String>> commands) throws IOException, InterruptedException {
        Path folder = plan.folder().resolve(name);
        for (List<String> command : commands.subList(0, commands.size() - 1))
            keep(servers, name, command, folder).ended().join();
        noticeEnd(name, keep(servers, name, commands.getLast(), folder));
    }

    private void startNode(String node) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(SMALL);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "chat.parley.node.Main"));
        command.addAll(List.of("serve", "--conf", plan.settingsFile(node).toString()));
        noticeEnd(node, keep(nodes, node, command, plan.folder()));
    }

    private void awaitNode(String node) throws CannotStart, IOException {
        await(node, nodes, () -> isReady(node));
        out.println("node " + node + " " + plan.address(node));
    }

    private KeptProcess keep(Map<String, KeptProcess> kept, String name, List<String> command, Path folder)
            throws IOException, InterruptedException {
        Map<String, String> environment = new LinkedHashMap<>(System.getenv());
        environment.keySet().removeIf(variable -> variable.startsWith("PARLEY_")); // would count for every node alike
        synchronized (this) {
            if (isEnding) throw new InterruptedException();
            KeptProcess process = new KeptProcess(command, folder, environment, plan.log(name));
            kept.put(name, process);
            return process;
        }
    }

    private void noticeEnd(String name, KeptProcess process) {
        process.ended().thenRun(() -> {
            synchronized (this) {
                if (isEnding || ended.getCount() == 0) return;
                out.println(name + " has ended; what it said is in " + plan.log(name));
                out.flush();
            }
        });
    }

    private void await(String name, Map<String, KeptProcess> kept, BooleanSupplier serves)
            throws CannotStart, IOException {
        KeptProcess process = Objects.requireNonNull(kept.get(name));
        if (process.await(serves, START_SECONDS_MAX)) return;
        String last = process.tail().lines().reduce("", (before, line) -> line);
        throw new CannotStart(name + " did not start; the last it said in " + plan.log(name) + " is: " + last);
    }

    private boolean isReady(String node) {
        URI health = URI.create("http://" + plan.host() + ":" + plan.ports(node).ops() + "/health/ready");
        try {
            HttpRequest request = HttpRequest.newBuilder(health)
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void requireFreePorts() throws Refusal {
        for (Server server : plan.servers()) for (int port : server.ports()) requireFree(server.name(), port);
        for (String node : plan.nodes()) for (int port : plan.ports(node).all()) requireFree(node, port);
    }

    private void requireFree(String name, int port) throws Refusal {
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName(plan.host()))) {
            free.getLocalPort();
        } catch (IOException taken) {
            throw new Refusal(plan.host() + ":" + port + ", which " + name + " is to have, cannot be had ("
                    + taken.getMessage() + "); end what is there, or give the cluster an address of loopback of its"
                    + " own with --host, like 127.0.0.2.");
        }
    }

    /** Nodes drain, together; the servers stay until they have. */
    private void end() {
        List<KeptProcess> endedFirst;
        List<KeptProcess> endedLast;
        synchronized (this) {
            isEnding = true;
            endedFirst = List.copyOf(nodes.values());
            endedLast = List.copyOf(servers.values()).reversed();
        }
        endAll(endedFirst, NODE_END_SECONDS_MAX);
        endAll(endedLast, SERVER_END_SECONDS_MAX);
        ended.countDown();
    }

    private static void endAll(List<KeptProcess> processes, int secondsMax) {
        List<Thread> ends = processes.stream()
                .map(process -> Thread.ofVirtual().start(() -> end(process, secondsMax)))
                .toList();
        for (Thread end : ends) join(end);
    }

    private static void end(KeptProcess process, int secondsMax) {
        try {
            process.end(secondsMax);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
