package chat.parley.store.embedded;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes futures on the contexts of their callers: all that come together, for one event loop, in one task. Handlers of the bus
 * run on a context of their own each, which share their verticle's loop: they are told apart within the task.
 */
final class Answers {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private final Map<ContextInternal, List<Runnable>> byLoop = new IdentityHashMap<>();

    /** A question: where its answer goes. */
    static class Call<T> {
        private final ContextInternal context;
        private final Promise<T> promise = Promise.promise();

        Call(Vertx vertx) {
            context = (ContextInternal) vertx.getOrCreateContext();
        }

        Future<T> future() {
            return promise.future();
        }

        Context context() {
            return context;
        }
    }

    <T> void answer(Call<T> call, T answer) {
        add(call, () -> call.promise.complete(answer));
    }

    void fail(Call<?> call, Throwable cause) {
        add(call, () -> call.promise.fail(cause));
    }

    /** Sends off what was gathered. */
    void send() {
        byLoop.forEach((loop, answers) -> loop.runOnContext(nothing -> answers.forEach(Runnable::run)));
        byLoop.clear();
    }

    private void add(Call<?> call, Runnable completion) {
        ContextInternal loop = call.context.unwrap();
        List<Runnable> answers = byLoop.computeIfAbsent(loop, first -> new ArrayList<>());
        answers.add(call.context == loop ? () -> run(completion) : () -> call.context.dispatch(() -> run(completion)));
    }

    /** What a handler throws is its own affair, and must not keep the others from their answers. */
    private static void run(Runnable completion) {
        try {
            completion.run();
        } catch (RuntimeException e) {
            log.error("a handler of the store's answer failed", e);
        }
    }
}
