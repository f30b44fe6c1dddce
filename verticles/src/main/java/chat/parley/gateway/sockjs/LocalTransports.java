package chat.parley.gateway.sockjs;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions over HTTP of one loop. */
final class LocalTransports {
    private final Set<HttpTransport> all = new LinkedHashSet<>();
    private @Nullable Promise<Void> drained;

    void add(HttpTransport transport) {
        all.add(transport);
    }

    /** Once a second. */
    void tick() {
        for (HttpTransport each : new ArrayList<>(all)) each.tick();
        all.removeIf(HttpTransport::isGone);
        if (drained != null && isDrained()) drained.tryComplete();
    }

    /** Completes when no client waits to hear that its session was closed. */
    Future<Void> drained() {
        if (isDrained()) return Future.succeededFuture();
        if (drained == null) drained = Promise.promise();
        return drained.future();
    }

    private boolean isDrained() {
        return all.stream().noneMatch(HttpTransport::isUntold);
    }
}
