package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.cassandra.CassandraProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Groups of 2, 50, 500 and 5,000 members and a channel of 50,000, on three nodes, with 10,000 members who come and go while people talk there, thresholds
 * that are crossed both ways, and a node that is ended, one that is frozen and one that is killed: nobody sees an entry from a time at which they were
 * no member, and nothing is lost, twice or out of order.
 */
@Isolated
@Tag("real")
class GroupsOfEverySizeTest {
    private static final long SEED = Long.getLong("crash.seed", 11);

    @TempDir
    private Path folder;

    @Test
    @Timeout(900)
    void groupsOfEverySizeKeepTheirPromisesWhileMembersComeAndGo() throws Exception {
        try (CassandraProcess cassandra = CassandraProcess.startAlone(folder)) {
            GroupsOrdeal ordeal = new GroupsOrdeal(cassandra.address(), folder, SEED);
            ordeal.run().mustHold();
            assertThat(ordeal.odd()).isEmpty();
        }
    }
}
