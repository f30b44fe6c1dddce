package chat.parley.store.redis;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import chat.parley.store.Presence.Seen;
import chat.parley.store.SharedBuckets;
import chat.parley.store.SharedBuckets.Rate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What one real Redis, and a cluster of three, carry of presence and buckets: users a second in batches, and what a thousand cost. */
public final class RedisBenchmark {
    private static final int USERS = 50_000;
    private static final int BATCH = 1_000;
    private static final int ROUNDS = 6;

    private RedisBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            try (RedisProcess alone = RedisProcess.startAlone(Path.of("target"))) {
                measure(vertx, "one Redis", List.of(alone));
            }
            List<RedisProcess> cluster = RedisProcess.startCluster(Path.of("target"));
            try {
                measure(vertx, "Redis Cluster of 3", cluster);
            } finally {
                cluster.forEach(RedisProcess::close);
            }
        } finally {
            vertx.close();
        }
    }

    private static void measure(Vertx vertx, String name, List<RedisProcess> servers) throws Exception {
        RedisOptions options = new RedisOptions(
                servers.stream().map(RedisProcess::endpoint).toList(),
                servers.size() > 1,
                null,
                null,
                false,
                null,
                "bench",
                20_000,
                20_000);
        try (RedisStore store = new RedisStore(vertx, options)) {
            RealRedis.await(() -> RealRedis.isThere(store));
            Presence presence = store.ephemeral().presence();
            SharedBuckets buckets = store.ephemeral().buckets();
            time(name + ", refresh", batch -> presence.refresh(seen(batch)));
            long bytes = usedBytes(servers);
            System.out.printf("%s: %d users take %d bytes each%n", name, USERS, bytes / USERS);
            time(name + ", find", batch -> presence.find(users(batch)));
            Rate rate = new Rate(500, 2_500);
            time(name + ", spend", batch -> buckets.spend(rate, costs(batch)));
        }
    }

    /** All users in batches, one after the other. */
    private static void time(String what, Function<Integer, Future<?>> batch) throws Exception {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            for (int each = 0; each < USERS / BATCH; each++) batch.apply(each).await(60, TimeUnit.SECONDS);
            best = Math.min(best, (System.nanoTime() - begun) / 1e9);
        }
        System.out.printf("%s: %,.0f users/s, %.1f ms for 1,000%n", what, USERS / best, best * 1e6 / USERS);
    }

    private static List<Seen> seen(int batch) {
        List<Seen> seen = new ArrayList<>(BATCH);
        for (UserId user : users(batch))
            seen.add(new Seen(user, new DeviceId("phone"), "n1.0", System.currentTimeMillis()));
        return seen;
    }

    private static Map<UserId, Integer> costs(int batch) {
        Map<UserId, Integer> costs = new HashMap<>();
        for (UserId user : users(batch)) costs.put(user, 1);
        return costs;
    }

    private static List<UserId> users(int batch) {
        List<UserId> users = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) users.add(new UserId("user-" + (batch * BATCH + i)));
        return users;
    }

    private static long usedBytes(List<RedisProcess> servers) throws Exception {
        long bytes = 0;
        for (RedisProcess each : servers) {
            for (String line : each.cli("info", "memory").split("\r?\n"))
                if (line.startsWith("used_memory_dataset:"))
                    bytes += Long.parseLong(line.substring(20).strip());
        }
        return bytes;
    }
}
