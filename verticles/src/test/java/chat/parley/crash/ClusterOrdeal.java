package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import chat.parley.model.ConversationId;
import chat.parley.store.ShardHead;
import chat.parley.store.ShardLog;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * One run: of three nodes over one Cassandra, under load, one at a time is killed and started again; then all is read, through each node and
 * from the logs, and judged.
 */
final class ClusterOrdeal {
    private static final List<String> NAMES = List.of("n1", "n2", "n3");
    private static final int HANG_UP_ONE_OF = 3;
    private static final long OUTAGE_SECONDS_MAX = 20;
    private static final int LOG_LINES = 40;

    private final String cassandra;
    private final Path folder;
    private final SplittableRandom random;
    private final String network; // of loopback, and nobody else's
    private final Map<String, ServerProcess> nodes = new ConcurrentSkipListMap<>();
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private final List<Long> unacknowledged = new ArrayList<>();
    private final List<Long> recoveryMillis = new ArrayList<>(); // of each conversation, at each kill
    private final List<Long> outageMillis = new ArrayList<>(); // until all were back, at each kill
    private long takeOvers;

    /** @param cassandra the address of one without data */
    ClusterOrdeal(String cassandra, Path folder, long seed) {
        this.cassandra = cassandra;
        this.folder = folder;
        this.random = new SplittableRandom(seed);
        var any = ThreadLocalRandom.current();
        this.network = "127." + any.nextInt(1, 255) + "." + any.nextInt(1, 255) + ".";
    }

    /** The verdict on so many kills; prints the figures. */
    Verdict run(int kills) throws Exception {
        long began = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        CassandraOptions options = options();
        CassandraSchema.apply(vertx, options);
        try (CassandraStore store = CassandraStore.open(vertx, options)) {
            ShardLog log = store.stores().log();
            start(NAMES.getFirst());
            CompletableFuture.allOf(NAMES.stream()
                            .skip(1)
                            .map(name -> CompletableFuture.runAsync(() -> start(name)))
                            .toArray(CompletableFuture[]::new))
                    .join();
            Crowd crowd = new Crowd(door, recorder, random);
            for (int kill = 1; kill <= kills; kill++) {
                crowd.load(crowd.conversations().size());
                kill("kill " + kill, crowd, log);
            }
            crowd.load(crowd.conversations().size());
            crowd.quiet(this::tails);
            Map<String, Integer> ports = new TreeMap<>();
            nodes.forEach((name, node) -> ports.put(name, node.port()));
            crowd.finalReads(ports);
            recorder.end();
            StoreReader.read(log, recorder);
        } catch (AssertionError broken) {
            throw new AssertionError(broken.getMessage() + "\n" + tails(), broken);
        } finally {
            door.end();
            for (ServerProcess node : nodes.values()) node.kill();
            vertx.close();
        }
        Verdict verdict = Checker.check(recorder.history(), expectations(kills));
        System.out.println(figures(kills, (System.nanoTime() - began) / 1e9));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        return verdict;
    }

    private CassandraOptions options() {
        CassandraOptions any = CassandraOptions.defaults();
        return new CassandraOptions(
                List.of(cassandra),
                any.localDatacenter(),
                any.keyspace(),
                null,
                false,
                null,
                1,
                false,
                any.requestMillis(),
                any.requestsMax(),
                any.waitingMax(),
                any.partitionRows(),
                any.logKept(),
                any.exported(),
                any.trimEvery(),
                any.clock());
    }

    private void start(String name) {
        List<String> settings = List.of(
                "node.name=" + name,
                "store.path=" + folder.resolve("secrets"),
                "store.type=cassandra",
                "store.cassandra.contactPoints=" + cassandra,
                "cluster.enabled=true",
                "cluster.host=" + host(name),
                "cluster.members="
                        + String.join(
                                ",",
                                NAMES.stream().map(each -> host(each) + ":5701").toList()),
                "cluster.tls.enabled=false");
        try {
            ServerProcess node = ServerProcess.start("", settings, log(name));
            nodes.put(name, node);
            door.open(node.port());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private String host(String name) {
        return network + (1 + NAMES.indexOf(name));
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Kills a node that somebody is connected to, and waits until all that is said is acknowledged again and the node is back. */
    private void kill(String fault, Crowd crowd, ShardLog log) throws Exception {
        List<String> visited = nodes.keySet().stream()
                .filter(each -> crowd.devices().stream().anyMatch(device -> device.isConnectedTo(port(each))))
                .toList();
        String name = visited.get(random.nextInt(visited.size()));
        int port = port(name);
        List<Device> its = crowd.devices().stream()
                .filter(device -> device.isConnectedTo(port))
                .toList();
        List<ShardHead> before = heads(log);
        recorder.fault(fault, FaultStep.PLANNED);
        door.shut(port);
        long at = System.nanoTime();
        nodes.get(name).kill();
        recorder.awaitFirstAcks(System.nanoTime());
        Crowd.await(
                "all sockets read to their end",
                () -> crowd.devices().stream().noneMatch(device -> device.isConnectedTo(port)));
        long without = its.stream().mapToLong(device -> device.leftBehind(at)).sum();
        unacknowledged.add(without);

        crowd.awaitServed(crowd.conversations().size());
        recorder.firstAckNanos().values().forEach(nanos -> recoveryMillis.add(millis(nanos - at)));
        outageMillis.add(millis(Collections.max(recorder.firstAckNanos().values()) - at));
        assertThat(without).as("sends unacknowledged at %s", fault).isPositive();
        List<ShardHead> orphans = before.stream()
                .filter(head -> head.owner().startsWith(name + "-"))
                .toList();
        assertThat(orphans).as("shards of %s at %s", name, fault).isNotEmpty();
        Crowd.await("other owners of the shards of " + name, () -> {
            List<ShardHead> now = heads(log);
            return orphans.stream()
                    .noneMatch(head -> now.get(head.shard()).owner().equals(head.owner()));
        });
        List<ShardHead> after = heads(log);
        long moved = sumOfEpochs(after) - sumOfEpochs(before);
        takeOvers += moved;
        recorder.count(Counter.SHARDS_MOVED, moved);
        recorder.fault(fault, FaultStep.EFFECTIVE);

        start(name);
        recorder.fault(fault, FaultStep.HEALED);
        recorder.awaitFirstAcks(System.nanoTime());
        crowd.devices().stream()
                .filter(device -> random.nextInt(HANG_UP_ONE_OF) == 0)
                .forEach(Device::hangUp); // so that the new one has sessions too
    }

    private int port(String name) {
        return nodes.get(name).port();
    }

    private static List<ShardHead> heads(ShardLog log) {
        List<Future<ShardHead>> heads =
                IntStream.range(0, ConversationId.SHARDS).mapToObj(log::head).toList();
        Future.all(heads).toCompletionStage().toCompletableFuture().join();
        return heads.stream().map(Future::result).toList();
    }

    private static long sumOfEpochs(List<ShardHead> heads) {
        return heads.stream().mapToLong(ShardHead::epoch).sum();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** Conflicts and pulls are what may happen here, and need not: nobody but the dead one held the shards. */
    private static Expectations expectations(int kills) {
        return Expectations.cluster()
                .atLeast(Counter.CONFLICTS, 0)
                .atLeast(Counter.PULLS, 0)
                .atLeast(Counter.UNKNOWN_OUTCOMES, kills)
                .atLeast(Counter.RESUMES, Town.DEVICES.size() + (long) kills)
                .atLeast(Counter.SHARDS_MOVED, (long) kills * ConversationId.SHARDS / NAMES.size() / 2)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, Town.DEVICES.size())
                .atLeast(Counter.FAULTS_EFFECTIVE, kills)
                .faultsEffective(1)
                .outageAtMost(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS_MAX));
    }

    private String tails() {
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

    /** What a client never sees of a cluster that works; receipts are refused while shards move. */
    List<String> odd() {
        return recorder.odd();
    }

    private String figures(int kills, double seconds) {
        List<Long> recovery = recoveryMillis.stream().sorted().toList();
        return String.format(
                "cluster: %d kills, unacknowledged at each %s; %s; from a kill until a conversation is acknowledged"
                        + " again %d ms median, %d ms p95, until all are %s ms; %d shards taken over; %.1f s",
                kills,
                unacknowledged,
                recorder,
                recovery.get(recovery.size() / 2),
                recovery.get(recovery.size() * 95 / 100),
                outageMillis,
                takeOvers,
                seconds);
    }
}
