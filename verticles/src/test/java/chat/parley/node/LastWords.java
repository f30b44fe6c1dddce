package chat.parley.node;

import chat.parley.model.Content;
import chat.parley.simulator.PassingLog;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.OpenStore;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store of a node that dies, as if killed, once so many messages are durable whose body begins with {@link #WORDS}; it never learns
 * that any of them is. So nobody was told of them: not who sent them, not for whom they are.
 */
public final class LastWords implements OpenStore {
    public static final String WORDS = "last words";
    public static final int OF_A_LIFE = 5;

    private final OpenStore store;
    private final Stores stores;

    LastWords(OpenStore store) {
        this.store = store;
        Stores its = store.stores();
        this.stores = new Stores(new Log(its.log()), its.projections(), its.history(), its.directory());
    }

    @Override
    public Stores stores() {
        return stores;
    }

    @Override
    public Future<?> check() {
        return store.check();
    }

    @Override
    public Figures figures() {
        return store.figures();
    }

    @Override
    public void close() {
        store.close();
    }

    private static final class Log extends PassingLog {
        private final AtomicInteger said = new AtomicInteger();

        Log(ShardLog log) {
            super(log);
        }

        @Override
        public Future<Appended> append(Batch batch) {
            int last = (int) batch.entries().stream()
                    .filter(entry -> entry.content() instanceof Content.Message message
                            && message.body().startsWith(WORDS))
                    .count();
            if (last == 0) return log.append(batch);
            Promise<Appended> neverTold = Promise.promise();
            log.append(batch).onComplete(done -> {
                boolean isThere = done.succeeded() && done.result() instanceof Appended.Done;
                if (!isThere) neverTold.handle(done);
                else if (said.addAndGet(last) >= OF_A_LIFE) Runtime.getRuntime().halt(137); // as of SIGKILL
            });
            return neverTold.future();
        }
    }
}
