package chat.parley.gateway;

import chat.parley.model.UserId;
import chat.parley.store.Presence;
import chat.parley.store.embedded.EmbeddedPresence;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Presence in memory that can be gone, and come back with nothing. */
final class Recollection implements Presence {
    private final LongSupplier monotonicMillis;
    private Presence memory;
    boolean isGone;

    Recollection(LongSupplier monotonicMillis) {
        this.monotonicMillis = monotonicMillis;
        this.memory = new EmbeddedPresence(LIFETIME_MILLIS, monotonicMillis);
    }

    void forgetAll() {
        memory = new EmbeddedPresence(LIFETIME_MILLIS, monotonicMillis);
    }

    @Override
    public Future<Void> refresh(Collection<Seen> seen) {
        return isGone ? gone() : memory.refresh(seen);
    }

    @Override
    public Future<Void> remove(Collection<Seen> seen) {
        return isGone ? gone() : memory.remove(seen);
    }

    @Override
    public Future<Map<UserId, List<Seen>>> find(Collection<UserId> users) {
        return isGone ? gone() : memory.find(users);
    }

    private static <T> Future<T> gone() {
        return Future.failedFuture("presence is gone");
    }
}
