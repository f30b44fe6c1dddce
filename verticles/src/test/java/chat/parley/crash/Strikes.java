package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Counter;
import chat.parley.checker.FaultStep;
import chat.parley.store.ShardHead;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What befalls the nodes of a cluster under load, one at a time, until they serve again: SIGKILL, SIGSTOP, SIGTERM; and how soon others do what the node
 * did.
 *
 * <p>Right after each of these something is said in every conversation, so that there is one of each shard to tell when it is served again.
 */
final class Strikes {
    private static final int HANG_UP_ONE_OF = 3;
    private static final int FROZEN_SECONDS = 15;

    private static final String CONFLICTS = "parley_store_conflicts_total";
    private static final String PULLS = "parley_gateway_pulls_total";
    private static final String DRIFT = "parley_registry_drift_total";

    private final NodesOfCluster nodes;
    private final Crowd crowd;
    private final Door door;
    private final Recorder recorder;
    private final SplittableRandom random;
    private final Recovery kills = new Recovery("kill -9");
    private final Recovery freezes = new Recovery("SIGSTOP for " + FROZEN_SECONDS + " s");
    private final Recovery drains = new Recovery("SIGTERM");
    private final Map<Counter, Long> counted = new TreeMap<>();
    private long unacknowledged;
    private long drift;

    /** What a fault does to a node. */
    private interface Blow {
        void strike(ServerProcess node) throws Exception;
    }

    Strikes(NodesOfCluster nodes, Crowd crowd, Door door, Recorder recorder, SplittableRandom random) {
        this.nodes = nodes;
        this.crowd = crowd;
        this.door = door;
        this.recorder = recorder;
        this.random = random;
    }

    // The faults.

    /** SIGKILL while a client waits for an answer of the node. */
    void kill(String fault) throws Exception {
        String name = visited();
        InetSocketAddress its = nodes.door(name);
        Crowd.await(
                "a send under way at " + name, () -> crowd.devices().stream().anyMatch(each -> each.waitsFor(its)));
        List<Device> visitors = crowd.devices().stream()
                .filter(device -> device.isConnectedTo(its))
                .toList();
        long at = strike(fault, name, kills, ServerProcess::kill);
        Crowd.await(
                "all sockets read to their end", () -> visitors.stream().noneMatch(each -> each.isConnectedTo(its)));
        unacknowledged +=
                visitors.stream().mapToLong(device -> device.leftBehind(at)).sum();
        startAgain(fault, name);
    }

    /** SIGSTOP: what the node was about to do, it does when others have its shards. */
    void freeze(String fault) throws Exception {
        String name = visited();
        recorder.excuse(List.of(nodes.door(name)));
        long at = strike(fault, name, freezes, ServerProcess::freeze);
        Crowd.pauseUntil(at + TimeUnit.SECONDS.toNanos(FROZEN_SECONDS));
        nodes.get(name).thaw();
        nodes.awaitAllServe();
        recorder.excuse(List.of());
        door.open(nodes.door(name));
        goOn(fault);
    }

    /** SIGTERM. */
    void end(String fault, String name) throws Exception {
        strike(fault, name, drains, ServerProcess::end);
        assertThat(nodes.get(name).awaitEnd()).as("exit code at %s", fault).isZero();
        startAgain(fault, name);
    }

    String visited() {
        List<String> visited = NodesOfCluster.NAMES.stream()
                .filter(each -> crowd.devices().stream().anyMatch(device -> device.isConnectedTo(nodes.door(each))))
                .toList();
        return visited.get(random.nextInt(visited.size()));
    }

    /** Returns when it struck, once all shards are in other hands and every conversation is acknowledged again. */
    private long strike(String fault, String name, Recovery recovery, Blow blow) throws Exception {
        List<ShardHead> before = nodes.heads();
        List<ShardHead> orphans =
                before.stream().filter(head -> NodesOfCluster.isOf(head, name)).toList();
        assertThat(orphans).as("shards of %s at %s", name, fault).isNotEmpty();
        count(name);
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

    private void startAgain(String fault, String name) {
        nodes.start(name);
        nodes.awaitAllServe();
        door.open(nodes.door(name));
        goOn(fault);
    }

    private void goOn(String fault) {
        recorder.fault(fault, FaultStep.HEALED);
        crowd.devices().stream()
                .filter(device -> random.nextInt(HANG_UP_ONE_OF) == 0)
                .forEach(Device::hangUp); // so that the node has sessions again
        crowd.load(0);
    }

    // What is counted.

    /** What all nodes have counted goes to the history: the end of the run. */
    void countAll() throws Exception {
        for (String name : NodesOfCluster.NAMES) count(name);
        counted.forEach(recorder::count);
    }

    /** What the node has counted, before it forgets it. */
    private void count(String name) throws Exception {
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

    /** Sends that were under way when their node was killed. */
    long unacknowledged() {
        return unacknowledged;
    }

    /** How often nodes knew wrongly where a user is. */
    long drift() {
        return drift;
    }

    /** How long after a fault, of whatever kind, it took until every shard acknowledged again. */
    long worstMillis() {
        return recoveries().mapToLong(Recovery::worstMillis).max().orElseThrow();
    }

    Stream<Recovery> recoveries() {
        return Stream.of(kills, freezes, drains).filter(each -> !each.isEmpty());
    }
}
