package chat.parley.node;

import chat.parley.store.OpenStore;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import chat.parley.telemetry.Figures;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** One store in memory for several nodes in this JVM. */
final class SharedStore implements OpenStore {
    private final MemoryStore store = new MemoryStore(true, 1);
    private final Stores stores = store.stores(new Weather() {
        @Override
        public <T> Future<T> read(Supplier<T> action) {
            synchronized (store) {
                return Weather.FINE.read(action);
            }
        }

        @Override
        public <T> Future<T> write(Supplier<T> action) {
            return read(action);
        }

        @Override
        public int rowsBeforeFailure() {
            return Integer.MAX_VALUE;
        }
    });

    @Override
    public Stores stores() {
        return stores;
    }

    @Override
    public Future<?> check() {
        return Future.succeededFuture();
    }

    @Override
    public Figures figures() {
        return new Figures();
    }

    /** Other nodes may still have it. */
    @Override
    public void close() {}
}
