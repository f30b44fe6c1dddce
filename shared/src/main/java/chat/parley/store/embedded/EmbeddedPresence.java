package chat.parley.store.embedded;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Presence in the memory of the node: of its own devices, and as long as it lives. From any thread. */
public final class EmbeddedPresence implements Presence {
    private final long lifetimeMillis;
    private final LongSupplier monotonicMillis;

    /** By user and device; those said the longest ago come first. */
    private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>();

    private final Map<UserId, List<DeviceId>> devices = new HashMap<>();

    public EmbeddedPresence() {
        this(LIFETIME_MILLIS, () -> System.nanoTime() / 1_000_000);
    }

    public EmbeddedPresence(long lifetimeMillis, LongSupplier monotonicMillis) {
        this.lifetimeMillis = lifetimeMillis;
        this.monotonicMillis = monotonicMillis;
    }

    @Override
    public synchronized Future<Void> refresh(Collection<Seen> seen) {
        long until = monotonicMillis.getAsLong() + lifetimeMillis;
        for (Seen each : seen) {
            if (entries.putLast(Key.of(each), new Entry(each, until)) == null)
                devices.computeIfAbsent(each.userId(), none -> new ArrayList<>(1))
                        .add(each.deviceId());
        }
        forgetOld();
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<Void> remove(Collection<Seen> gone) {
        for (Seen each : gone) {
            Entry entry = entries.get(Key.of(each));
            if (entry != null && entry.seen.gateway().equals(each.gateway())) forget(Key.of(each));
        }
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<Map<UserId, List<Seen>>> find(Collection<UserId> users) {
        forgetOld();
        Map<UserId, List<Seen>> found = new HashMap<>();
        for (UserId user : users) {
            for (DeviceId device : devices.getOrDefault(user, List.of())) {
                Entry entry = entries.get(new Key(user, device));
                if (entry != null)
                    found.computeIfAbsent(user, none -> new ArrayList<>(1)).add(entry.seen);
            }
        }
        return Future.succeededFuture(found);
    }

    private void forgetOld() {
        long now = monotonicMillis.getAsLong();
        while (!entries.isEmpty() && entries.firstEntry().getValue().until <= now)
            forget(entries.firstEntry().getKey());
    }

    private void forget(Key key) {
        entries.remove(key);
        List<DeviceId> left = devices.get(key.user);
        if (left == null) return;
        left.remove(key.device);
        if (left.isEmpty()) devices.remove(key.user);
    }

    private record Key(UserId user, DeviceId device) {
        static Key of(Seen seen) {
            return new Key(seen.userId(), seen.deviceId());
        }
    }

    private record Entry(Seen seen, long until) {}
}
