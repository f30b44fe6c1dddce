package chat.parley.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets so many tasks be under way, and so many more wait for their turn. */
public final class Turns {
    private final int underWayMax;
    private final int waitingMax;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean isBeginning;

    public Turns(int underWayMax, int waitingMax) {
        this.underWayMax = underWayMax;
        this.waitingMax = waitingMax;
    }

    /** Null: too many wait, and the task is never begun. */
    public <T> @Nullable Future<T> take(Supplier<Future<T>> task) {
        if (waiting.size() >= waitingMax) return null;
        Promise<T> done = Promise.promise();
        waiting.add(() -> Future.succeededFuture()
                .compose(now -> task.get())
                .onComplete(done)
                .onComplete(any -> {
                    underWay--;
                    next();
                }));
        next();
        return done.future();
    }

    private void next() {
        if (isBeginning) return; // a task was done at once: the loop below goes on
        isBeginning = true;
        try {
            while (underWay < underWayMax && !waiting.isEmpty()) {
                underWay++;
                waiting.remove().run();
            }
        } finally {
            isBeginning = false;
        }
    }
}
