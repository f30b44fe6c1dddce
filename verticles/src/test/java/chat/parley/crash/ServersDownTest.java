package chat.parley.crash;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.crash.ServersOrdeal.Victims;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A cluster goes on while the servers that it stands on are down, one at a time: Redis, Kafka, one Cassandra of three. Sends are acknowledged, nothing
 * is lost, twice or out of order, and Kafka has all of it afterwards. {@code -Dservers.downSeconds=180} makes each outage three minutes.
 */
@Isolated
@Tag("real")
class ServersDownTest {
    private static final int DOWN_SECONDS = Integer.getInteger("servers.downSeconds", 8);

    @TempDir
    private Path folder;

    @Test
    @Timeout(1_800)
    void aClusterKeepsItsPromisesWithoutRedisAndWithoutKafka() throws Exception {
        keepsItsPromisesWithout(Victims.REDIS_AND_KAFKA);
    }

    @Test
    @Timeout(1_800)
    void aClusterKeepsItsPromisesWithTwoCassandrasOfThree() throws Exception {
        keepsItsPromisesWithout(Victims.ONE_CASSANDRA_OF_THREE);
    }

    private void keepsItsPromisesWithout(Victims victims) throws Exception {
        ServersOrdeal ordeal = new ServersOrdeal(folder, victims, 8);
        ordeal.run(DOWN_SECONDS).mustHold();
        assertThat(ordeal.odd()).isEmpty();
    }
}
