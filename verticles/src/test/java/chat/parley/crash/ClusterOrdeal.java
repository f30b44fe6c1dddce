package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.Verdict;
import chat.parley.model.ConversationId;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One run: nodes of a cluster of three are killed, frozen and ended in order under load, one at a time, and start again; then all is read, through
 * each node and from the logs, and judged.
 */
final class ClusterOrdeal {
    private static final long OUTAGE_SECONDS_MAX = 60; // on a machine that does much else

    private final String cassandra;
    private final Path folder;
    private final SplittableRandom random;
    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private long worstMillis;

    /** How often each is done. @param rounds of nodes that end in order, one after the other @param sends at least so many in all */
    record Faults(int kills, int freezes, int rounds, long sends) {
        int all() {
            return kills + freezes + rounds * NodesOfCluster.NAMES.size();
        }
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
        Strikes strikes;
        try (CassandraStore store = CassandraStore.open(vertx, options);
                NodesOfCluster nodes =
                        new NodesOfCluster(cassandra, folder, store.stores().log())) {
            try {
                nodes.startAll();
                nodes.doors().values().forEach(door::open);
                Crowd crowd = new Crowd(door, recorder, Scale.CITY, random);
                strikes = new Strikes(nodes, crowd, door, recorder, random);
                devices = crowd.devices().size();
                crowd.burst();
                crowd.load(crowd.conversations().size());
                for (int round = 1; round <= faults.rounds; round++)
                    for (String name : NodesOfCluster.NAMES) strikes.end("round " + round + ", end of " + name, name);
                for (int freeze = 1; freeze <= faults.freezes; freeze++) strikes.freeze("freeze " + freeze);
                for (int kill = 1; kill <= faults.kills; kill++) strikes.kill("kill " + kill);
                Crowd.await(faults.sends + " sends", () -> recorder.sends() >= faults.sends);
                finishing = System.nanoTime();
                crowd.quiet(nodes::tails);
                crowd.finalReads(nodes.doors());
                strikes.countAll();
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
        worstMillis = strikes.worstMillis();
        Verdict verdict = Checker.check(recorder.history(), expectations(faults, devices));
        System.out.printf(
                "cluster: %s; %d sends unacknowledged at kills; registry drift %d; %.1f s, of which the final reads"
                        + " %.1f s%n",
                recorder,
                strikes.unacknowledged(),
                strikes.drift(),
                (System.nanoTime() - began) / 1e9,
                (System.nanoTime() - finishing) / 1e9);
        strikes.recoveries().forEach(each -> System.out.println("  " + each));
        System.out.println("  " + (verdict.holds() ? verdict : "found: " + verdict.counts()));
        assertThat(strikes.unacknowledged())
                .as("sends under way when their node was killed")
                .isGreaterThanOrEqualTo(faults.kills);
        return verdict;
    }

    /** How long after a fault, of whatever kind, it took until every shard acknowledged again. */
    long worstMillis() {
        return worstMillis;
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
