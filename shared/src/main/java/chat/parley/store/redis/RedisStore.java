package chat.parley.store.redis;

import chat.parley.store.Ephemeral;
import chat.parley.store.Presence;
import chat.parley.store.SharedCounts;
import chat.parley.telemetry.Figures;
import io.vertx.core.Vertx;

/** What nodes tell one another through Redis. It need not be there, now or ever: what is asked of it fails then, at once. */
public final class RedisStore implements AutoCloseable {
    private final Pipe pipe;
    private final Ephemeral ephemeral;

    public RedisStore(Vertx vertx, RedisOptions options) {
        this(vertx, options, Presence.LIFETIME_MILLIS, SharedCounts.LIFETIME_MILLIS);
    }

    RedisStore(Vertx vertx, RedisOptions options, long presenceMillis, long countsMillis) {
        pipe = new Pipe(vertx, options);
        ephemeral = new Ephemeral(
                new RedisPresence(pipe, options.prefix(), presenceMillis),
                new RedisBuckets(pipe, options.prefix()),
                new RedisCounts(pipe, options.prefix(), countsMillis));
    }

    public Ephemeral ephemeral() {
        return ephemeral;
    }

    /** What it counts. */
    public Figures figures() {
        return pipe.figures();
    }

    @Override
    public void close() {
        pipe.close();
    }
}
