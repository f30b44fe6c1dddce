package chat.parley.store.redis;

import static chat.parley.store.Scribe.await;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.UserId;
import chat.parley.store.SharedBuckets;
import chat.parley.store.SharedBuckets.Rate;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nodes spend together, in a Redis Cluster. */
@Tag("real")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisBucketsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(true);

    /** So slow that no test sees it refill. */
    private static final Rate SLOW = new Rate(1, 100_000);

    private SharedBuckets one;
    private SharedBuckets other;

    @BeforeEach
    void begin() {
        if (one != null) return;
        one = REDIS.open(1_000).ephemeral().buckets();
        other = REDIS.open(1_000).ephemeral().buckets();
    }

    @Test
    void nobodyOwesWhoKeepsToTheBurst() {
        UserId user = new UserId("keeps");
        assertThat(await(one.spend(SLOW, Map.of(user, 50_000)))).isEmpty();
        assertThat(await(other.spend(SLOW, Map.of(user, 49_000)))).isEmpty();
    }

    @Test
    void whatIsSpentAtTwoNodesIsOwedTogether() {
        UserId user = new UserId("spends");
        assertThat(await(one.spend(SLOW, Map.of(user, 100_000)))).isEmpty();
        assertThat(await(other.spend(SLOW, Map.of(user, 1_000)))).containsOnlyKeys(user);
        assertThat(await(one.spend(SLOW, Map.of(user, 500))).get(user)).isBetween(1_000_000L, 1_500_000L);
    }

    @Test
    void noMoreThanABurstIsOwed() {
        UserId user = new UserId("owes");
        assertThat(await(one.spend(SLOW, Map.of(user, Integer.MAX_VALUE))).get(user))
                .isEqualTo(100_000_000L);
        assertThat(await(other.spend(SLOW, Map.of(user, Integer.MAX_VALUE))).get(user))
                .isLessThanOrEqualTo(100_000_000L);
    }

    @Test
    void aBucketRefills() {
        Rate fast = new Rate(1_000_000, 1_000);
        UserId user = new UserId("comes-back");
        assertThat(await(one.spend(fast, Map.of(user, 2_000)))).isEqualTo(Map.of(user, 1L));
        RealRedis.await(() -> await(other.spend(fast, Map.of(user, 0))).isEmpty());
    }

    @Test
    void oneWhoOwesCostsTheOthersNothing() {
        Map<UserId, Integer> costs = new HashMap<>();
        for (int i = 0; i < 2_000; i++) costs.put(new UserId("user" + i), i == 7 ? 200_000 : 1);
        assertThat(await(one.spend(SLOW, costs))).containsOnlyKeys(new UserId("user7"));
        assertThat(await(other.spend(SLOW, Map.of()))).isEmpty();
    }

    @Test
    void aFullBucketIsForgotten() throws Exception {
        UserId user = new UserId("full");
        await(one.spend(new Rate(1_000_000, 10), Map.of(user, 1)));
        RealRedis.await(() -> !exists("test:spent:" + user.value()));
    }

    private static boolean exists(String key) {
        try {
            return REDIS.process().cli("-c", "exists", key).contains("1");
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }
}
