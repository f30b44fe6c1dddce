package chat.parley.store.embedded;

import chat.parley.store.Stores;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Opens stores for a test and closes them after it. */
final class OpenStores implements AfterEachCallback, AfterAllCallback {
    private final Vertx vertx = Vertx.vertx();
    private final List<EmbeddedStore> open = new ArrayList<>();

    Vertx vertx() {
        return vertx;
    }

    EmbeddedStore open(Path path, EmbeddedOptions options) throws Exception {
        return open(path, options, Writer.Committing.ROCKS);
    }

    EmbeddedStore open(Path path, EmbeddedOptions options, Writer.Committing committing) throws Exception {
        EmbeddedStore store = EmbeddedStore.open(vertx, path, options, committing);
        open.add(store);
        return store;
    }

    Stores stores(Path path, boolean deferred) throws Exception {
        EmbeddedOptions options = EmbeddedOptions.defaults().withMemoryBytes(32 << 20);
        return open(path, deferred ? options.withDeferredProjections(() -> {}) : options)
                .stores();
    }

    void close(EmbeddedStore store) {
        open.remove(store);
        store.close();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        for (EmbeddedStore store : open) store.close();
        open.clear();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        vertx.close();
    }
}
