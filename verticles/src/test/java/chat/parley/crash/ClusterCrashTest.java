package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.crash.ClusterOrdeal.Faults;
import chat.parley.store.cassandra.CassandraProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A cluster of which one node after the other is killed, frozen or ended in order under load loses nothing that it acknowledged, has nothing
 * twice, and keeps all in order; and what the node did, others soon do. Prints how soon, after each kind of fault, how soon after their hello sessions
 * had all that they had missed, and the checker's counters: faults planned and in effect, shards moved, conflicts of appends.
 */
@Isolated
@Tag("real")
class ClusterCrashTest {
    private static final long SERVED_MILLIS_MAX = 20_000;
    private static final long SEED = Long.getLong("crash.seed", 5);
    private static final int KILLS = Integer.getInteger("crash.kills", 6);
    private static final int FREEZES = Integer.getInteger("crash.freezes", 2);
    private static final int SENDS_OF_A_FAULT = 2_500;

    @TempDir
    private Path folder;

    @Test
    @Timeout(1_800)
    void aClusterKeepsItsPromisesWhileItsNodesAreKilled() throws Exception {
        try (CassandraProcess cassandra = CassandraProcess.startAlone(folder)) {
            ClusterOrdeal ordeal = new ClusterOrdeal(cassandra.address(), folder, SEED);
            int faults = KILLS + FREEZES + NodesOfCluster.NAMES.size();
            ordeal.run(new Faults(KILLS, FREEZES, 1, SENDS_OF_A_FAULT * faults)).mustHold();
            assertThat(ordeal.odd()).isEmpty();
            assertThat(ordeal.worstMillis())
                    .as("until every shard is served again")
                    .isLessThan(SERVED_MILLIS_MAX);
        }
    }
}
