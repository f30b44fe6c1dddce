package chat.parley.gateway.sockjs;

import chat.parley.gateway.Entrance;
import chat.parley.gateway.Fallback;
import chat.parley.gateway.Sources;
import chat.parley.wire.Limits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** SockJS of one node: its sessions over HTTP, by the ids that clients gave them. For all loops. */
public final class SockJs {
    final SockJsConfig config;
    final Limits limits;
    final Entrance entrance;
    final Sources sources;

    private final ConcurrentHashMap<String, HttpTransport> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    public SockJs(SockJsConfig config, Limits limits, Entrance entrance, Sources sources) {
        this.config = config;
        this.limits = limits;
        this.entrance = entrance;
        this.sources = sources;
    }

    /** For one more edge. */
    public Fallback fallback() {
        return config.enabled() ? new SockJsRoutes(this) : Fallback.NONE;
    }

    /** Sessions over HTTP, the closed ones counted that are remembered. */
    public int sessions() {
        return count.get();
    }

    @Nullable
    HttpTransport find(String id) {
        return sessions.get(id);
    }

    /** The session with this id: the fresh one if there is none yet; null: there are too many. */
    @Nullable
    HttpTransport add(String id, HttpTransport fresh) {
        if (count.incrementAndGet() > config.sessionsMax()) {
            count.decrementAndGet();
            return sessions.get(id);
        }
        HttpTransport other = sessions.putIfAbsent(id, fresh);
        if (other == null) return fresh;
        count.decrementAndGet();
        return other;
    }

    void remove(String id, HttpTransport gone) {
        if (sessions.remove(id, gone)) count.decrementAndGet();
    }
}
