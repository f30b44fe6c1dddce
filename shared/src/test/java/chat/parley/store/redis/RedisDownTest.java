package chat.parley.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import chat.parley.store.Presence.Seen;
import chat.parley.store.Scribe;
import chat.parley.store.Unavailable;
import chat.parley.telemetry.Metric;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A Redis that does not answer, is gone, comes back with nothing, lets nobody in. */
@Tag("real")
@Timeout(180)
class RedisDownTest {
    private static final UserId ANN = new UserId("ann");
    private static final Seen SEEN = new Seen(ANN, new DeviceId("phone"), "n1.0", 1_000);

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(false);

    @RegisterExtension
    static final RealRedis CLUSTER = new RealRedis(true);

    @Test
    void nobodyWaitsForOneThatDoesNotAnswerAndItIsFoundAgain() throws Exception {
        hangsAndGoesOn(REDIS);
        hangsAndGoesOn(CLUSTER);
    }

    private static void hangsAndGoesOn(RealRedis redis) throws Exception {
        RedisStore store = redis.open(with(redis.options(), null, null, 300, 20_000), 60_000);
        Presence presence = store.ephemeral().presence();
        redis.process().stop();
        try {
            List<UserId> users =
                    IntStream.range(0, 50).mapToObj(i -> new UserId("u" + i)).toList();
            Future<?> asked = presence.find(users); // of a cluster, some of any node
            RealRedis.await(asked::failed);
        } finally {
            redis.process().goOn();
        }
        RealRedis.await(() -> RealRedis.isThere(store));
        Scribe.await(presence.refresh(List.of(SEEN)));
        assertThat(Scribe.await(presence.find(List.of(ANN)))).containsOnlyKeys(ANN);
    }

    @Test
    void whileItIsGoneEverythingFailsAtOnceAndOneThatComesInItsPlaceIsFound() throws Exception {
        RedisStore store = REDIS.open(60_000);
        Presence presence = store.ephemeral().presence();
        Scribe.await(presence.refresh(List.of(SEEN)));
        REDIS.process().kill();
        try {
            RealRedis.await(() -> !RealRedis.isThere(store));
            for (int i = 0; i < 100; i++) {
                Future<?> asked = presence.find(List.of(ANN));
                assertThatThrownBy(() -> asked.await(10, TimeUnit.SECONDS)).isInstanceOf(Unavailable.class);
            }
        } finally {
            REDIS.process().startAgain();
        }
        RealRedis.await(() -> RealRedis.isThere(store));
        assertThat(Scribe.await(presence.find(List.of(ANN)))).isEmpty();
        assertThat(store.figures().total(Metric.REDIS_FAILURES)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void whatWaitsIsBounded() throws Exception {
        RedisStore store = REDIS.open(with(REDIS.options(), null, null, 60_000, 100), 60_000);
        Presence presence = store.ephemeral().presence();
        REDIS.process().stop();
        try {
            List<UserId> users =
                    IntStream.range(0, 60).mapToObj(i -> new UserId("u" + i)).toList();
            Future<?> first = presence.find(users);
            Future<?> second = presence.find(users);
            assertThatThrownBy(() -> second.await(10, TimeUnit.SECONDS))
                    .isInstanceOf(Unavailable.class)
                    .hasMessage("too many commands wait for Redis");
            REDIS.process().goOn();
            Scribe.await(first);
            Scribe.await(presence.find(users));
        } finally {
            REDIS.process().goOn();
        }
    }

    @Test
    void onlyWhoKnowsThePasswordIsLetIn() throws Exception {
        try (RedisProcess strict = RedisProcess.startAlone(Path.of("target"), "--requirepass", "open sesame")) {
            RedisOptions there = new RedisOptions(
                    List.of(strict.endpoint()), false, null, "open sesame", false, null, "test", 20_000, 1_000);
            RedisStore knows = REDIS.open(there, 60_000);
            Scribe.await(knows.ephemeral().presence().refresh(List.of(SEEN)));
            try (var forgot = new RedisStore(REDIS.vertx(), with(there, null, "close sesame", 500, 1_000))) {
                for (int i = 0; i < 20; i++)
                    assertThat(RealRedis.isThere(forgot)).isFalse();
            }
        }
    }

    @Test
    void aPasswordIsNotShown() {
        assertThat(with(REDIS.options(), "parley", "open sesame", 500, 100).toString())
                .isEqualTo("Redis [" + REDIS.process().endpoint() + "]");
    }

    private static RedisOptions with(
            RedisOptions options, String username, String password, long requestMillis, int waitingMax) {
        return new RedisOptions(
                options.endpoints(),
                options.isCluster(),
                username,
                password,
                options.tls(),
                options.caFile(),
                options.prefix(),
                requestMillis,
                waitingMax);
    }
}
