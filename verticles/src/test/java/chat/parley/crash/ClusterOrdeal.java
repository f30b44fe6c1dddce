package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import chat.parley.model.ConversationId;
import chat.parley.store.ShardHead;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run: nodes of a cluster of three are killed, frozen and ended in order under load, one at a time, and start again; then all is read, through
 * each node and from the logs, and judged.
 *
 * <p>Right after each of these something is said in every conversation, so that there is one of each shard to tell when it is served again.
 */
final class ClusterOrdeal {
    private static final int HANG_UP_ONE_OF = 3;
    private static final long OUTAGE_SECONDS_MAX = 60; // on a machine that does much else
    private static final int FROZEN_SECONDS = 15;

    private static final String CONFLICTS = "parley_store_conflicts_total";
    private static final String PULLS = "parley_gateway_pulls_total";
    private static final String DRIFT = "parley_registry_drift_total";

    private final String cassandra;
    private final Path folder;
    private final SplittableRandom random;
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private final Recovery kills = new Recovery("kill -9");
    private final Recovery freezes = new Recovery("SIGSTOP for " + FROZEN_SECONDS + " s");
    private final Recovery drains = new Recovery("SIGTERM");
    private final Map<Counter, Long> counted = new TreeMap<>();
    private long unacknowledged;
    private long drift;

    /** How often each is done. @param rounds of nodes that end in order, one after the other @param sends at least so many in all */
    record Faults(int kills, int freezes, int rounds, long sends) {
        int all() {
            return kills + freezes + rounds * NodesOfCluster.NAMES.size();
        }
    }

    /** What a fault does to a node. */
    private interface Blow {
        void strike(ServerProcess node) throws Exception;
    }

    /** @param cassandra the address of one without data */
    ClusterOrdeal(String cassandra, Path folder, long seed) {
        this.cassandra = cassandra;
        this.folder = folder;
        this.random = new SplittableRandom(seed);
    }

    /** The verdict on such a run; prints the figures. */
    Verdict run(Faults faults) throws Exception {
        long began = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        CassandraOptions options = NodesOfCluster.options(cassandra);
        CassandraSchema.apply(vertx, options);
        int devices;
        long finishing;
        try (CassandraStore store = CassandraStore.open(vertx, options);
                NodesOfCluster nodes =
                        new NodesOfCluster(cassandra, folder, store.stores().log())) {
            try {
                nodes.startAll();
                nodes.doors().values().forEach(door::open);
                Crowd crowd = new Crowd(door, recorder, Scale.CITY, random);
                devices = crowd.devices().size();
                crowd.burst();
                crowd.load(crowd.conversations().size());
                for (int round = 1; round <= faults.rounds; round++) roll(round, nodes, crowd);
                for (int freeze = 1; freeze <= faults.freezes; freeze++) freeze("freeze " + freeze, nodes, crowd);
                for (int kill = 1; kill <= faults.kills; kill++) kill("kill " + kill, nodes, crowd);
                Crowd.await(faults.sends + " sends", () -> recorder.sends() >= faults.sends);
                finishing = System.nanoTime();
                crowd.quiet(nodes::tails);
                crowd.finalReads(nodes.doors());
                for (String name : NodesOfCluster.NAMES) count(name, nodes);
                counted.forEach(recorder::count);
                recorder.end();
                StoreReader.read(store.stores().log(), recorder);
            } catch (AssertionError broken) {
                throw new AssertionError(broken.getMessage() + "\n" + nodes.tails(), broken);
            } finally {
                door.end();
            }
        } finally {
            vertx.close();
        }
        Verdict verdict = Checker.check(recorder.history(), expectations(faults, devices));
        System.out.printf(
                "cluster: %s; %d sends unacknowledged at kills; registry drift %d; %.1f s, of which the final reads"
                        + " %.1f s%n",
                recorder,
                unacknowledged,
                drift,
                (System.nanoTime() - began) / 1e9,
                (System.nanoTime() - finishing) / 1e9);
        recoveries().forEach(each -> System.out.println("  " + each));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        assertThat(unacknowledged)
                .as("sends under way when their node was killed")
                .isGreaterThanOrEqualTo(faults.kills);
        return verdict;
    }

    /** How long after a fault, of whatever kind, it took until every shard acknowledged again. */
    long worstMillis() {
        return recoveries().mapToLong(Recovery::worstMillis).max().orElseThrow();
    }

    private Stream<Recovery> recoveries() {
        return Stream.of(kills, freezes, drains).filter(each -> !each.isEmpty());
    }

    // The faults.

    /** SIGKILL while a client waits for an answer of the node. */
    private void kill(String fault, NodesOfCluster nodes, Crowd crowd) throws Exception {
        String name = visited(nodes, crowd);
        InetSocketAddress its = nodes.door(name);
        Crowd.await(
                "a send under way at " + name, () -> crowd.devices().stream().anyMatch(each -> each.waitsFor(its)));
        List<Device> visitors = crowd.devices().stream()
                .filter(device -> device.isConnectedTo(its))
                .toList();
        long at = strike(fault, name, nodes, crowd, kills, ServerProcess::kill);
        Crowd.await(
                "all sockets read to their end", () -> visitors.stream().noneMatch(each -> each.isConnectedTo(its)));
        unacknowledged +=
                visitors.stream().mapToLong(device -> device.leftBehind(at)).sum();
        startAgain(fault, name, nodes, crowd);
    }

    /** SIGSTOP: what the node was about to do, it does when others have its shards. */
    private void freeze(String fault, NodesOfCluster nodes, Crowd crowd) throws Exception {
        String name = visited(nodes, crowd);
        recorder.excuse(List.of(nodes.door(name)));
        long at = strike(fault, name, nodes, crowd, freezes, ServerProcess::freeze);
        Crowd.pauseUntil(at + TimeUnit.SECONDS.toNanos(FROZEN_SECONDS));
        nodes.get(name).thaw();
        nodes.awaitAllServe();
        recorder.excuse(List.of());
        door.open(nodes.door(name));
        goOn(fault, crowd);
    }

    /** SIGTERM to each node, one after the other. */
    private void roll(int round, NodesOfCluster nodes, Crowd crowd) throws Exception {
        for (String name : NodesOfCluster.NAMES) {
            String fault = "round " + round + ", end of " + name;
            strike(fault, name, nodes, crowd, drains, ServerProcess::end);
            assertThat(nodes.get(name).awaitEnd()).as("exit code at %s", fault).isZero();
            startAgain(fault, name, nodes, crowd);
        }
    }

    private String visited(NodesOfCluster nodes, Crowd crowd) {
        List<String> visited = NodesOfCluster.NAMES.stream()
                .filter(each -> crowd.devices().stream().anyMatch(device -> device.isConnectedTo(nodes.door(each))))
                .toList();
        return visited.get(random.nextInt(visited.size()));
    }

    /** Returns when it struck, once all shards are in other hands and every conversation is acknowledged again. */
    private long strike(String fault, String name, NodesOfCluster nodes, Crowd crowd, Recovery recovery, Blow blow)
            throws Exception {
        List<ShardHead> before = nodes.heads();
        List<ShardHead> orphans =
                before.stream().filter(head -> NodesOfCluster.isOf(head, name)).toList();
        assertThat(orphans).as("shards of %s at %s", name, fault).isNotEmpty();
        count(name, nodes);
        recorder.fault(fault, FaultStep.PLANNED);
        InetSocketAddress its = nodes.door(name);
        Set<String> uprooted = crowd.devices().stream()
                .filter(device -> device.isConnectedTo(its))
                .flatMap(device -> device.own().stream())
                .collect(Collectors.toSet());
        door.shut(its);
        long at = System.nanoTime();
        blow.strike(nodes.get(name));
        recorder.awaitFirstAcks(System.nanoTime());
        crowd.burst();
        crowd.awaitServed(crowd.conversations().size());
        recovery.add(at, orphans, recorder.firstAckNanos(), uprooted);
        nodes.awaitHeads(
                "other owners of the shards of " + name,
                now -> orphans.stream()
                        .noneMatch(head -> now.get(head.shard()).owner().equals(head.owner())));
        add(Counter.SHARDS_MOVED, sumOfEpochs(nodes.heads()) - sumOfEpochs(before));
        recorder.fault(fault, FaultStep.EFFECTIVE);
        return at;
    }

    private void startAgain(String fault, String name, NodesOfCluster nodes, Crowd crowd) {
        nodes.start(name);
        nodes.awaitAllServe();
        door.open(nodes.door(name));
        goOn(fault, crowd);
    }

    private void goOn(String fault, Crowd crowd) {
        recorder.fault(fault, FaultStep.HEALED);
        crowd.devices().stream()
                .filter(device -> random.nextInt(HANG_UP_ONE_OF) == 0)
                .forEach(Device::hangUp); // so that the node has sessions again
        crowd.load(0);
    }

    // What is counted.

    /** What the node has counted, before it forgets it. */
    private void count(String name, NodesOfCluster nodes) throws Exception {
        add(Counter.CONFLICTS, nodes.counted(name, CONFLICTS));
        add(Counter.PULLS, nodes.counted(name, PULLS));
        drift += nodes.counted(name, DRIFT);
    }

    private void add(Counter counter, long amount) {
        counted.merge(counter, amount, Long::sum);
    }

    private static long sumOfEpochs(List<ShardHead> heads) {
        return heads.stream().mapToLong(ShardHead::epoch).sum();
    }

    /** Conflicts may happen and need not: a node that stood still mostly gives its shards up before it appends anything. */
    private static Expectations expectations(Faults faults, int devices) {
        return Expectations.cluster()
                .atLeast(Counter.SENDS, faults.sends)
                .atLeast(Counter.CONFLICTS, 0)
                .atLeast(Counter.PULLS, faults.all())
                .atLeast(Counter.UNKNOWN_OUTCOMES, faults.kills)
                .atLeast(Counter.RESUMES, devices + (long) faults.all())
                .atLeast(
                        Counter.SHARDS_MOVED,
                        (long) faults.all() * ConversationId.SHARDS / NodesOfCluster.NAMES.size() / 2)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, devices)
                .atLeast(Counter.FAULTS_EFFECTIVE, faults.all())
                .faultsEffective(1)
                .outageAtMost(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS_MAX));
    }

    /** What a client never sees of a cluster that works; receipts are refused while shards move. */
    List<String> odd() {
        return new ArrayList<>(recorder.odd());
    }
}
