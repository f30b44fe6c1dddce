package chat.parley.node;

import chat.parley.store.redis.RedisOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of Redis, which a node need not have. */
final class RedisSettings {
    private RedisSettings() {}

    /** @param prefix of all keys, which nodes of other clusters do not have @return null: without */
    static @Nullable RedisOptions read(Settings settings, String prefix) {
        RedisOptions unset = RedisOptions.defaults();
        List<String> endpoints = settings.list(
                "redis.endpoints",
                "host:port",
                RedisSettings::endpoint,
                "Where Redis is; of a Redis Cluster the nodes that are asked first.");
        boolean isCluster = settings.flag("redis.cluster", false, "Whether that is a Redis Cluster.");
        Login login = Login.read(settings, "redis", "Redis");
        boolean tls = settings.flag(
                "redis.tls", false, "Whether connections are encrypted, and certificates checked with their names.");
        Path caFile = NodeConfig.path(settings.optionalText(
                "redis.caFile", "Certificates in PEM that sign those of Redis, if Java does not know them."));
        long requestMillis = settings.number(
                "redis.requestMillis",
                10,
                10_000,
                unset.requestMillis(),
                "After which a request counts as lost, and Redis as gone.");
        int waitingMax = settings.number(
                "redis.waitingMax",
                1_000,
                1_000_000,
                unset.waitingMax(),
                "Commands without an answer; what would be one more is not sent.");
        settings.require(
                tls || caFile == null, "redis.caFile is for connections that are encrypted: set redis.tls too.");
        settings.require(
                caFile == null || Files.isReadable(caFile),
                "the file of redis.caFile, " + caFile + ", cannot be read.");
        settings.require(
                isCluster || endpoints.size() < 2,
                "redis.endpoints names several servers; of one Redis there is one, and of a Redis Cluster"
                        + " redis.cluster has to be set.");
        if (endpoints.isEmpty()) return null;
        return new RedisOptions(
                endpoints,
                isCluster,
                login == null ? null : login.username(),
                login == null ? null : login.password(),
                tls,
                caFile,
                prefix,
                requestMillis,
                waitingMax);
    }

    private static @Nullable String endpoint(String text) {
        if (!text.matches("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}")) return null;
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        return port > 0 && port <= NodeConfig.PORT_MAX ? text : null;
    }
}
