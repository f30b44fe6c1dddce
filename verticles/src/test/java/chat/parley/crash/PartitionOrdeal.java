package chat.parley.crash;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.FaultStep;
import chat.parley.checker.Verdict;
import chat.parley.crash.Namespaces.Way;
import chat.parley.model.ConversationId;
import chat.parley.store.ShardHead;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraProcess;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run: the network between the nodes of a cluster of three is cut under load, in one way after the other, and heals again. The store and all
 * clients are reached from everywhere, so both sides go on with the same conversations, and the store alone decides. In the end all is
 * read, through each node and from the logs, and judged.
 *
 * <p>What a cut did is counted from outside: the packets that were lost of each way, and the appends that came too late.
 */
final class PartitionOrdeal {
    /** Fewer devices at a node before a cut would not be a side of it. */
    private static final int DEVICES_LEAST = 3;

    private static final long OUTAGE_SECONDS_MAX = 90; // on a machine that does much else

    private static final String CONFLICTS = "parley_store_conflicts_total";
    private static final String PULLS = "parley_gateway_pulls_total";

    private final Path folder;
    private final Scale scale;
    private final SplittableRandom random;
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private final List<Healed> healed = new ArrayList<>();

    /** @param isSplit whether every way between two sides is cut, so that both go on alone */
    record Cut(String name, List<Way> ways, int seconds, boolean isSplit) {
        /** This node from the others. */
        static Cut split(String node, int seconds) {
            return new Cut(
                    "split of " + node,
                    Stream.concat(to(node).stream(), from(node).stream()).toList(),
                    seconds,
                    true);
        }

        /** It hears nothing of the others, and they hear it. */
        static Cut deaf(String node, int seconds) {
            return new Cut("deaf " + node, to(node), seconds, false);
        }

        /** The others hear nothing of it, and it hears them. */
        static Cut mute(String node, int seconds) {
            return new Cut("mute " + node, from(node), seconds, false);
        }

        /** These two from each other; the third hears both. */
        static Cut between(String one, String other, int seconds) {
            return new Cut(
                    "cut between " + one + " and " + other,
                    List.of(new Way(one, other), new Way(other, one)),
                    seconds,
                    false);
        }

        private static List<Way> to(String node) {
            return others(node).map(other -> new Way(other, node)).toList();
        }

        private static List<Way> from(String node) {
            return others(node).map(other -> new Way(node, other)).toList();
        }

        private static Stream<String> others(String node) {
            return NodesOfCluster.NAMES.stream().filter(each -> !each.equals(node));
        }
    }

    /**
     * What a cut did, and how long after its end all was well again.
     *
     * @param sees how many nodes each saw at the end of the cut
     * @param acknowledged until something new was acknowledged in every conversation
     * @param delivered until every device had all that had been said by then
     * @param together until all nodes served as one cluster
     */
    record Healed(
            Cut cut,
            Map<Way, Long> dropped,
            Map<String, Long> sees,
            long conflicts,
            double acknowledged,
            double delivered,
            double together) {
        @Override
        public String toString() {
            return String.format(
                    "%s for %d s: packets lost %s, nodes seen %s, %d conflicts; then acknowledged everywhere after"
                            + " %.1f s, all delivered after %.1f s, one cluster after %.1f s",
                    cut.name, cut.seconds, dropped, sees, conflicts, acknowledged, delivered, together);
        }
    }

    PartitionOrdeal(Path folder, Scale scale, long seed) {
        this.folder = folder;
        this.scale = scale;
        this.random = new SplittableRandom(seed);
    }

    /** The verdict on these cuts, one after the other; prints the figures. */
    Verdict run(List<Cut> cuts) throws Exception {
        long began = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        int devices;
        try (Namespaces hosts = new Namespaces(NodesOfCluster.NAMES);
                CassandraProcess cassandra = CassandraProcess.startAlone(folder, hosts.own())) {
            CassandraOptions options = NodesOfCluster.options(cassandra.address());
            CassandraSchema.apply(vertx, options);
            try (CassandraStore store = CassandraStore.open(vertx, options);
                    NodesOfCluster nodes = new NodesOfCluster(
                            hosts, cassandra.address(), folder, store.stores().log(), "")) {
                nodes.encrypt();
                nodes.startAll();
                nodes.awaitAllServe();
                nodes.doors().values().forEach(door::open);
                Crowd crowd = new Crowd(door, recorder, scale, random);
                devices = crowd.devices().size();
                for (Cut cut : cuts) {
                    try {
                        spread(nodes, crowd);
                        healed.add(carryOut(cut, hosts, nodes, crowd));
                    } catch (AssertionError broken) {
                        throw new AssertionError(
                                cut.name + ": " + broken.getMessage() + "\nbefore: " + healed + "\n" + nodes.tails(),
                                broken);
                    }
                }
                crowd.quiet(nodes::tails);
                crowd.finalReads(nodes.doors());
                recorder.end();
                StoreReader.read(store.stores().log(), recorder);
            } finally {
                door.end();
            }
        } finally {
            vertx.close();
        }
        Verdict verdict = Checker.check(recorder.history(), expectations(cuts, devices));
        System.out.printf("partitions: %s; %.1f s%n", recorder, (System.nanoTime() - began) / 1e9);
        healed.forEach(each -> System.out.println("  " + each));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        return verdict;
    }

    List<Healed> healed() {
        return healed;
    }

    /** What a client never sees of a cluster that works. */
    List<String> odd() {
        return recorder.odd();
    }

    /** All devices come back to any node and talk, until every node has some. */
    private void spread(NodesOfCluster nodes, Crowd crowd) {
        do {
            crowd.devices().forEach(Device::hangUp);
            recorder.awaitFirstAcks(System.nanoTime());
            crowd.burst();
            crowd.load(crowd.conversations().size());
        } while (nodes.doors().values().stream().anyMatch(its -> devicesAt(its, crowd) < DEVICES_LEAST));
    }

    private static long devicesAt(InetSocketAddress node, Crowd crowd) {
        return crowd.devices().stream()
                .filter(device -> device.isConnectedTo(node))
                .count();
    }

    private Healed carryOut(Cut cut, Namespaces hosts, NodesOfCluster nodes, Crowd crowd) throws Exception {
        long epochs = sumOfEpochs(nodes);
        Map<String, Long> conflictsBefore = counted(nodes, CONFLICTS);
        Map<String, Long> pullsBefore = counted(nodes, PULLS);
        recorder.fault(cut.name, FaultStep.PLANNED);
        recorder.excuse(nodes.doors().values());
        cut.ways.forEach(hosts::cut);
        Crowd.pauseUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(cut.seconds));
        Map<String, Long> sees = counted(nodes, NodesOfCluster.SEEN);
        long conflicts = sumOfMore(conflictsBefore, counted(nodes, CONFLICTS));
        recorder.count(Counter.CONFLICTS, conflicts);
        recorder.count(Counter.PULLS, sumOfMore(pullsBefore, counted(nodes, PULLS)));
        Map<Way, Long> dropped = hosts.dropped();
        if (cut.ways.stream().allMatch(way -> dropped.getOrDefault(way, 0L) > 0))
            recorder.fault(cut.name, FaultStep.EFFECTIVE);
        hosts.heal();
        long at = System.nanoTime();
        recorder.awaitFirstAcks(at);
        crowd.burst();
        crowd.awaitServed(crowd.conversations().size());
        double acknowledged = (Collections.max(recorder.firstAckNanos().values()) - at) / 1e9;
        crowd.awaitDelivered();
        double delivered = (System.nanoTime() - at) / 1e9;
        nodes.awaitAllServe();
        double together = (System.nanoTime() - at) / 1e9;
        recorder.fault(cut.name, FaultStep.HEALED);
        recorder.excuse(List.of());
        recorder.count(Counter.SHARDS_MOVED, sumOfEpochs(nodes) - epochs);
        return new Healed(cut, dropped, sees, conflicts, acknowledged, delivered, together);
    }

    // What is counted.

    private static Map<String, Long> counted(NodesOfCluster nodes, String counter) throws IOException {
        Map<String, Long> counted = new TreeMap<>();
        for (String name : NodesOfCluster.NAMES) counted.put(name, nodes.counted(name, counter));
        return counted;
    }

    /** A node that has started again meanwhile has forgotten what it counted. */
    private static long sumOfMore(Map<String, Long> before, Map<String, Long> now) {
        return now.entrySet().stream()
                .mapToLong(each -> Math.max(0, each.getValue() - before.getOrDefault(each.getKey(), 0L)))
                .sum();
    }

    private static long sumOfEpochs(NodesOfCluster nodes) {
        return nodes.heads().stream().mapToLong(ShardHead::epoch).sum();
    }

    private static Expectations expectations(List<Cut> cuts, int devices) {
        long splits = cuts.stream().filter(Cut::isSplit).count();
        return Expectations.cluster()
                .atLeast(Counter.CONFLICTS, splits)
                .atLeast(Counter.PULLS, cuts.size())
                .atLeast(Counter.UNKNOWN_OUTCOMES, cuts.size())
                .atLeast(Counter.RESUMES, devices + (long) cuts.size())
                .atLeast(Counter.SHARDS_MOVED, splits * ConversationId.SHARDS / NodesOfCluster.NAMES.size())
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.UNREADS, 1)
                .atLeast(Counter.STREAMS, devices)
                .atLeast(Counter.FAULTS_EFFECTIVE, cuts.size())
                .faultsEffective(1)
                .outageAtMost(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS_MAX));
    }
}
