package chat.parley.node;

import chat.parley.store.CannotOpen;
import chat.parley.store.ShardLogContract;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Where no answer is lost its log keeps what a log promises. */
class UnsureStoreTest extends ShardLogContract {
    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private UnsureStore store;

    @Override
    protected Stores empty() throws CannotOpen {
        store = new UnsureStore(vertx, EmbeddedStore.open(vertx, folder, EmbeddedOptions.defaults()), 0);
        return store.stores();
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        vertx.close().await(20, TimeUnit.SECONDS);
    }
}
