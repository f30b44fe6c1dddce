package chat.parley.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one verticle on Vert.x. One for each verticle instance: it belongs to the context on which it is first given something to
 * run, which is the verticle's own if that happens in its {@code start}. Afterwards {@link #soon} may be called from any thread.
 */
public final class VertxLoop implements Loop {
    private final Vertx vertx;
    private volatile @Nullable Context context;

    public VertxLoop(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    @Override
    public long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public Timer after(long delayMillis, Runnable action) {
        context();
        long timer = vertx.setTimer(Math.max(1, delayMillis), id -> action.run());
        return () -> vertx.cancelTimer(timer);
    }

    @Override
    public void soon(Runnable action) {
        context().runOnContext(ignored -> action.run());
    }

    private Context context() {
        Context bound = context;
        if (bound == null) {
            bound = vertx.getOrCreateContext();
            context = bound;
        }
        return bound;
    }
}
