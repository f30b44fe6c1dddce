package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Crossings;
import chat.parley.checker.Expectations;
import chat.parley.checker.Verdict;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One run: in groups of every size people talk while others come and go, across the thresholds between the ways of fan-out too, and meanwhile a node is
 * ended in order, one is frozen and one is killed; then all is read, through each node and from the logs, and judged.
 */
final class GroupsOrdeal {
    private static final long SENDS = 4_000;
    private static final long CHANGES = 10_000;
    private static final int SMALL_TURNS = 5;
    private static final int LARGE_TURNS = 2;
    private static final int FAULTS = 3;
    private static final long CHANGED_NANOS = TimeUnit.MINUTES.toNanos(5); // a machine may be slow
    private static final long OUTAGE_SECONDS_MAX = 60; // on a machine that does much else

    private final String cassandra;
    private final Path folder;
    private final SplittableRandom random;
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private final Crossings small = new Crossings(100, 100);
    private final Crossings large = new Crossings(10_000, 9_000); // a channel stays one for a while

    /** @param cassandra the address of one without data */
    GroupsOrdeal(String cassandra, Path folder, long seed) {
        this.cassandra = cassandra;
        this.folder = folder;
        this.random = new SplittableRandom(seed);
    }

    /** The verdict on such a run; prints the figures. */
    Verdict run() throws Exception {
        long began = System.nanoTime();
        Vertx vertx = Vertx.vertx();
        CassandraOptions options = NodesOfCluster.options(cassandra);
        CassandraSchema.apply(vertx, options);
        long gathered;
        long finishing;
        Crowd crowd;
        Strikes strikes;
        try (CassandraStore store = CassandraStore.open(vertx, options);
                NodesOfCluster nodes =
                        new NodesOfCluster(cassandra, folder, store.stores().log())) {
            try {
                nodes.startAll();
                nodes.awaitAllServe();
                nodes.doors().values().forEach(door::open);
                crowd = new Crowd(door, recorder, Scale.EVERY_SIZE, random);
                strikes = new Strikes(nodes, crowd, door, recorder, random);
                gathered = System.nanoTime();
                crowd.burst();
                crowd.load(crowd.conversations().size());
                strikes.end("end", strikes.visited());
                strikes.freeze("freeze");
                strikes.kill("kill");
                awaitAll(crowd);
                finishing = System.nanoTime();
                crowd.quiet(nodes::tails);
                crowd.finalReads(nodes.doors());
                strikes.countAll();
                recorder.count(Counter.MEMBERS_CHANGED, crowd.changes());
                recorder.end();
                StoreReader.read(store.stores().log(), recorder, this::count);
            } catch (AssertionError broken) {
                throw new AssertionError(broken.getMessage() + "\n" + nodes.tails(), broken);
            } finally {
                door.end();
            }
        } finally {
            vertx.close();
        }
        recorder.count(Counter.THRESHOLDS_CROSSED, small.up() + small.down() + large.up() + large.down());
        Verdict verdict =
                Checker.check(recorder.history(), expectations(crowd.devices().size()));
        System.out.printf(
                Locale.ROOT,
                "groups of every size: %s; %,d members came or went, %s, %s; %d guests had to come back to hear of it;"
                        + " %.1f s, of which %.1f s until all were in their groups, the final reads %.1f s%n",
                recorder,
                crowd.changes(),
                small,
                large,
                crowd.reminded(),
                (System.nanoTime() - began) / 1e9,
                (gathered - began) / 1e9,
                (System.nanoTime() - finishing) / 1e9);
        crowd.tides().forEach(each -> System.out.println("  " + each));
        strikes.recoveries().forEach(each -> System.out.println("  " + each));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        assertThat(List.of(small.up(), small.down())).as("%s", small).allMatch(times -> times >= SMALL_TURNS);
        assertThat(List.of(large.up(), large.down())).as("%s", large).allMatch(times -> times >= LARGE_TURNS);
        return verdict;
    }

    private void count(Entry entry) {
        small.see(entry.conversationId().value(), entry.memberCount());
        large.see(entry.conversationId().value(), entry.memberCount());
    }

    private void awaitAll(Crowd crowd) {
        Crowd.await(SENDS + " sends", CHANGED_NANOS, () -> recorder.sends() >= SENDS);
        Crowd.await(CHANGES + " members who came or went", CHANGED_NANOS, () -> crowd.changes() >= CHANGES);
        Crowd.await(
                "thresholds crossed both ways",
                CHANGED_NANOS,
                () -> crowd.tides().stream()
                        .allMatch(tide -> tide.turns() >= (tide.isLarge() ? LARGE_TURNS : SMALL_TURNS)));
    }

    private static Expectations expectations(int devices) {
        return Expectations.cluster()
                .atLeast(Counter.SENDS, SENDS)
                .atLeast(Counter.MEMBERS_CHANGED, CHANGES)
                .atLeast(Counter.THRESHOLDS_CROSSED, 2 * (SMALL_TURNS + LARGE_TURNS))
                .atLeast(Counter.CONFLICTS, 0)
                .atLeast(Counter.PULLS, FAULTS)
                .atLeast(Counter.UNKNOWN_OUTCOMES, FAULTS)
                .atLeast(Counter.RESUMES, (long) devices + FAULTS)
                .atLeast(Counter.SHARDS_MOVED, (long) FAULTS * ConversationId.SHARDS / NodesOfCluster.NAMES.size() / 2)
                .atLeast(Counter.POINTERS, 1)
                .atLeast(Counter.STREAMS, devices)
                .atLeast(Counter.FAULTS_EFFECTIVE, FAULTS)
                .faultsEffective(1)
                .outageAtMost(TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS_MAX));
    }

    /** What a client never sees of a cluster that works. */
    List<String> odd() {
        return recorder.odd();
    }
}
