package chat.parley.crash;

import chat.parley.model.ConversationId;
import chat.parley.node.Refusal;
import chat.parley.node.cluster.Certificates;
import chat.parley.node.cluster.ClusterConfig;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.cassandra.CassandraOptions;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Three nodes over one Cassandra or more, each a process with an address of its own; and what the store says of them. */
final class NodesOfCluster implements AutoCloseable {
    static final List<String> NAMES = List.of("n1", "n2", "n3");
    /** How long this test waits for Cassandra; nodes wait less. */
    private static final int PATIENCE_MILLIS = 60_000;

    /** How many nodes one sees, itself among them. */
    static final String SEEN = "parley_cluster_nodes";

    private static final int OPS_PORT = 8081;
    private static final int LOG_LINES = 40;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Of its third of the shards: more would be a promise that hashing does not make. */
    private static final int SHARDS_LEAST = ConversationId.SHARDS / NAMES.size() / 2;

    private final String cassandra;
    private final Path folder;
    private final ShardLog log;
    private final String store;
    private final Hosts hosts;
    private final List<String> more = new ArrayList<>();
    private final Map<String, ServerProcess> nodes = new ConcurrentSkipListMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Certificates certificates; // null: they do without

    /** @param cassandra the address of one that has the tables, or several with commas @param log in it */
    NodesOfCluster(String cassandra, Path folder, ShardLog log) throws IOException {
        this(cassandra, folder, log, "");
    }

    /** @param store of each node, see {@link chat.parley.node.FaultyNode} */
    NodesOfCluster(String cassandra, Path folder, ShardLog log, String store) throws IOException {
        this(new Loopback(NAMES), cassandra, folder, log, store);
    }

    /** @param hosts where they are to be */
    NodesOfCluster(Hosts hosts, String cassandra, Path folder, ShardLog log, String store) {
        this.hosts = hosts;
        this.store = store;
        this.cassandra = cassandra;
        this.folder = folder;
        this.log = log;
    }

    /** As the nodes have them. @param cassandra its address; of several, all with commas between them: each has a copy of each row */
    static CassandraOptions options(String cassandra) {
        CassandraOptions any = CassandraOptions.defaults();
        List<String> addresses = List.of(cassandra.split(","));
        return new CassandraOptions(
                addresses,
                any.localDatacenter(),
                any.keyspace(),
                null,
                false,
                null,
                addresses.size(),
                false,
                PATIENCE_MILLIS,
                any.requestsMax(),
                any.waitingMax(),
                any.partitionRows(),
                any.logKept(),
                any.exported(),
                any.trimEvery(),
                any.clock());
    }

    /** One after the other while there are none: they have secrets in common, which the first makes. */
    void startAll() {
        start(NAMES.getFirst());
        CompletableFuture.allOf(NAMES.stream()
                        .skip(1)
                        .map(name -> CompletableFuture.runAsync(() -> start(name), Thread::startVirtualThread))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    void start(String name) {
        List<String> settings = new ArrayList<>(List.of(
                "node.name=" + name,
                "http.port=" + door(name).getPort(),
                "ops.host=" + hosts.address(name),
                "ops.port=" + OPS_PORT,
                "store.path=" + folder.resolve("secrets"),
                "store.type=cassandra",
                "store.cassandra.contactPoints=" + cassandra,
                "eventLog.type=none",
                "cluster.enabled=true",
                "cluster.host=" + hosts.address(name),
                "cluster.members="
                        + NAMES.stream()
                                .map(each -> hosts.address(each) + ":5701")
                                .collect(Collectors.joining(","))));
        settings.addAll(encryption(name));
        settings.addAll(more);
        try {
            nodes.put(name, ServerProcess.start(hosts.command(name), store, settings, log(name)));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** From their next start on they are told this too. */
    void tell(List<String> settings) {
        more.addAll(settings);
    }

    /** From their next start on they identify themselves to each other. */
    void encrypt() throws Refusal {
        Certificates made = new Certificates(folder.resolve("certificates"));
        made.make(NAMES);
        certificates = made;
    }

    private List<String> encryption(String name) {
        if (certificates == null) return List.of("cluster.tls.enabled=false");
        ClusterConfig.Tls tls = certificates.of(name);
        return List.of(
                "cluster.tls.keys=" + tls.keys(),
                "cluster.tls.trust=" + tls.trust(),
                "cluster.tls.password=" + tls.password());
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    ServerProcess get(String name) {
        return Objects.requireNonNull(nodes.get(name));
    }

    /** Where clients find it, in each life. */
    InetSocketAddress door(String name) {
        return hosts.door(name);
    }

    Map<String, InetSocketAddress> doors() {
        Map<String, InetSocketAddress> doors = new TreeMap<>();
        for (String name : NAMES) doors.put(name, door(name));
        return doors;
    }

    /** Of every shard, as the store has it. */
    List<ShardHead> heads() {
        List<Future<ShardHead>> heads =
                IntStream.range(0, ConversationId.SHARDS).mapToObj(log::head).toList();
        Future.all(heads).toCompletionStage().toCompletableFuture().join();
        return heads.stream().map(Future::result).toList();
    }

    static boolean isOf(ShardHead head, String name) {
        return head.owner().startsWith(name + "-");
    }

    /** Until each is ready, sees all, and has its part of the shards. */
    void awaitAllServe() {
        await("every node among all", () -> NAMES.stream().allMatch(this::isReadyAmongAll));
        awaitHeads(
                "shards at every node",
                heads -> NAMES.stream()
                        .allMatch(name ->
                                heads.stream().filter(head -> isOf(head, name)).count() >= SHARDS_LEAST));
    }

    /** Asks the store now and then, which has other things to do. */
    void awaitHeads(String what, Predicate<List<ShardHead>> holds) {
        await(what, () -> holds.test(heads()));
    }

    private static void await(String what, BooleanSupplier holds) {
        long until = System.nanoTime() + WAIT_NANOS;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) throw new AssertionError("waited in vain for " + what);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private boolean isReadyAmongAll(String name) {
        try {
            return ask(name, "/health/ready").statusCode() == 200 && counted(name, SEEN) == NAMES.size();
        } catch (IOException itBegins) {
            return false;
        }
    }

    private HttpResponse<String> ask(String name, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + hosts.address(name) + ":" + OPS_PORT + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** What a node has counted in its present life. */
    long counted(String name, String counter) throws IOException {
        String text = ask(name, "/metrics").body();
        return text.lines()
                .filter(line -> line.startsWith(counter + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(counter.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + counter + " in " + text));
    }

    /** What all of them have counted in their present lives. */
    long counted(String counter) {
        long sum = 0;
        try {
            for (String name : NAMES) sum += counted(name, counter);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return sum;
    }

    /** The last that each said. */
    String tails() {
        StringBuilder text = new StringBuilder();
        for (String name : NAMES) {
            try {
                List<String> lines = Files.readAllLines(log(name));
                lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())
                        .forEach(line ->
                                text.append(name).append(": ").append(line).append('\n'));
            } catch (IOException unread) {
                text.append(name).append(": ").append(unread).append('\n');
            }
        }
        return text.toString();
    }

    /** Kills those that are left. */
    @Override
    public void close() throws InterruptedException {
        for (ServerProcess node : nodes.values()) node.kill();
    }
}
