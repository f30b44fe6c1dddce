package chat.parley.store.redis;

import chat.parley.store.Presence;
import chat.parley.store.PresenceContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("real")
class RedisPresenceTest extends PresenceContract {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(false);

    @Override
    protected Presence presence(long lifetimeMillis) {
        return REDIS.open(lifetimeMillis).ephemeral().presence();
    }
}
