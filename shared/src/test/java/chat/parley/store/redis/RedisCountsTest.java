package chat.parley.store.redis;

import static chat.parley.store.Scribe.await;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.SharedCounts;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nodes hold together, in a Redis Cluster. */
@Tag("real")
class RedisCountsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(true);

    private SharedCounts counts;

    @BeforeEach
    void begin() {
        counts = REDIS.open(60_000).ephemeral().counts();
    }

    @Test
    void eachNodeIsToldWhatTheOthersHoldUntilTheySayOtherwise() {
        assertThat(await(counts.hold("n1", Map.of(1L, 30, -2L, 7)))).isEmpty();
        assertThat(await(counts.hold("n2", Map.of(1L, 20, 3L, 1)))).isEqualTo(Map.of(1L, 30));
        assertThat(await(counts.hold("n3", Map.of(1L, 1, -2L, 1)))).isEqualTo(Map.of(1L, 50, -2L, 7));
        assertThat(await(counts.hold("n1", Map.of(1L, 0)))).isEqualTo(Map.of(1L, 21));
        assertThat(await(counts.hold("n2", Map.of(1L, 5)))).isEqualTo(Map.of(1L, 1));
    }

    @Test
    void whatANodeDoesNotSayAgainIsForgottenThoughOthersDo() {
        SharedCounts forgetful = REDIS.open(500).ephemeral().counts();
        await(forgetful.hold("n1", Map.of(9L, 30)));
        RealRedis.await(() -> await(counts.hold("n2", Map.of(9L, 20))).isEmpty());
        assertThat(await(counts.hold("n1", Map.of(9L, 1)))).isEqualTo(Map.of(9L, 20));
    }

    @Test
    void manyAreHeldAtOnce() {
        Map<Long, Integer> many = new HashMap<>();
        for (long each = 1_000; each < 3_000; each++) many.put(each, (int) each);
        await(counts.hold("n1", many));
        assertThat(await(counts.hold("n2", many))).isEqualTo(many);
    }
}
