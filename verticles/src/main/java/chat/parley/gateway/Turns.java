package chat.parley.gateway;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets so many tasks be under way, and so many more wait for their turn. */
final class Turns {
    private final int underWayMax;
    private final int waitingMax;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int underWay;

    Turns(int underWayMax, int waitingMax) {
        this.underWayMax = underWayMax;
        this.waitingMax = waitingMax;
    }

    /** Null: too many wait, and the task is never begun. */
    <T> @Nullable Future<T> take(Supplier<Future<T>> task) {
        if (waiting.size() >= waitingMax) return null;
        Promise<T> done = Promise.promise();
        waiting.add(() -> task.get().onComplete(done).onComplete(any -> {
            underWay--;
            next();
        }));
        next();
        return done.future();
    }

    private void next() {
        while (underWay < underWayMax && !waiting.isEmpty()) {
            underWay++;
            waiting.remove().run();
        }
    }
}
