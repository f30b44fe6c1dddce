package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Expectations;
import chat.parley.checker.Verdict;
import chat.parley.node.UnsureStore;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraProcess;
import chat.parley.store.cassandra.CassandraSchema;
import chat.parley.store.cassandra.CassandraStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Three nodes that often do not learn whether the store did what they asked for: it did, does it seconds later, or never will. Clients lose nothing by
 * it, and see nothing twice or out of order. Prints how many answers were lost, and the checker's counters.
 */
@Isolated
@Tag("real")
class UnknownOutcomesTest {
    private static final long SENDS = 6_000;
    private static final long EACH_KIND_LEAST = 30;

    @TempDir
    private Path folder;

    private final Recorder recorder = new Recorder(true);
    private final Door door = new Door();
    private int devices;

    @Test
    @Timeout(600)
    void nothingIsLostOrTwiceThoughAnswersOfTheStoreAre() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (CassandraProcess cassandra = CassandraProcess.startAlone(folder)) {
            CassandraOptions options = NodesOfCluster.options(cassandra.address());
            CassandraSchema.apply(vertx, options);
            try (CassandraStore store = CassandraStore.open(vertx, options);
                    NodesOfCluster nodes = new NodesOfCluster(
                            cassandra.address(), folder, store.stores().log(), "unsure")) {
                nodes.startAll();
                nodes.awaitAllServe();
                talk(nodes);
                StoreReader.read(store.stores().log(), recorder);
            }
        } finally {
            door.end();
            vertx.close();
        }
        Verdict verdict = Checker.check(
                recorder.history(),
                Expectations.oneNode()
                        .atLeast(Counter.SENDS, SENDS)
                        .atLeast(Counter.RECEPTIONS, SENDS)
                        .atLeast(Counter.STREAMS, devices));
        System.out.printf(
                "unknown outcomes: %s%n  %s%n", recorder, verdict.holds() ? verdict : "found: " + verdict.counts());
        verdict.mustHold();
        assertThat(recorder.odd()).isEmpty();
    }

    private void talk(NodesOfCluster nodes) throws Exception {
        nodes.doors().values().forEach(door::open);
        Crowd crowd = new Crowd(door, recorder, Scale.CITY, new SplittableRandom(9));
        devices = crowd.devices().size();
        crowd.burst();
        crowd.load(crowd.conversations().size());
        Crowd.await(SENDS + " sends", () -> recorder.sends() >= SENDS);
        crowd.quiet(nodes::tails);
        crowd.finalReads(nodes.doors());
        recorder.end();
        for (String kind : new String[] {UnsureStore.APPLIED, UnsureStore.LATE, UnsureStore.NEVER}) {
            long lost = nodes.counted(kind);
            System.out.println("  " + kind + ": " + lost);
            assertThat(lost).as(kind).isGreaterThanOrEqualTo(EACH_KIND_LEAST);
        }
    }
}
