package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.cassandra.CassandraProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of which one node at a time is killed under load loses nothing that it acknowledged, has nothing twice, and keeps all in order. */
@Tag("real")
@Tag("long")
@Timeout(600)
class ClusterCrashTest {
    private static final int KILLS = 4;

    @TempDir
    private Path folder;

    @Test
    void aClusterKeepsItsPromisesWhileItsNodesAreKilled() throws Exception {
        try (CassandraProcess cassandra = CassandraProcess.startAlone(folder)) {
            ClusterOrdeal ordeal = new ClusterOrdeal(cassandra.address(), folder, 5);
            ordeal.run(KILLS).mustHold();
            assertThat(ordeal.odd()).isEmpty();
        }
    }
}
