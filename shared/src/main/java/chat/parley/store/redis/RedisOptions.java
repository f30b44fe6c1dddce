package chat.parley.store.redis;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Redis.
 *
 * @param endpoints {@code host:port}; of a Redis Cluster the nodes that are asked first
 * @param isCluster whether it is a Redis Cluster
 * @param username null: Redis's default user
 * @param password null: none is asked for
 * @param tls whether connections are encrypted, and the servers' names checked
 * @param caFile certificates, in PEM, that the servers' have to be signed with; null: those that Java knows
 * @param prefix of all keys
 * @param requestMillis after which a request has no answer
 * @param waitingMax commands without an answer; what would be one more fails at once
 */
public record RedisOptions(
        List<String> endpoints,
        boolean isCluster,
        @Nullable String username,
        @Nullable String password,
        boolean tls,
        @Nullable Path caFile,
        String prefix,
        long requestMillis,
        int waitingMax) {
    public static RedisOptions defaults() {
        return new RedisOptions(List.of("127.0.0.1:6379"), false, null, null, false, null, "parley", 500, 20_000);
    }

    /** The password is nobody's business. */
    @Override
    public String toString() {
        return (isCluster ? "Redis Cluster " : "Redis ") + endpoints;
    }
}
