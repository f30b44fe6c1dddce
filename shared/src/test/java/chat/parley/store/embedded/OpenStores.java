package chat.parley.store.embedded;

import chat.parley.store.CannotOpen;
import chat.parley.store.Stores;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Opens stores for a test and closes them after it. */
final class OpenStores implements AfterEachCallback, AfterAllCallback {
    static final EmbeddedOptions OPTIONS = EmbeddedOptions.defaults().withMemoryBytes(32 << 20);

    private final Vertx vertx = Vertx.vertx();
    private final List<EmbeddedStore> open = new ArrayList<>();

    /** Opens the store in the folder given, says why it cannot be, and ends. */
    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx();
        try {
            EmbeddedStore.open(vertx, Path.of(arguments[0]), OPTIONS).close();
            System.out.println("opened");
        } catch (CannotOpen e) {
            System.out.println(e.getMessage());
        }
        vertx.close();
    }

    Vertx vertx() {
        return vertx;
    }

    EmbeddedStore open(Path path, EmbeddedOptions options) throws CannotOpen {
        return open(path, options, Writer.Committing.ROCKS);
    }

    EmbeddedStore open(Path path, EmbeddedOptions options, Writer.Committing committing) throws CannotOpen {
        EmbeddedStore store = EmbeddedStore.open(vertx, path, options, committing);
        open.add(store);
        return store;
    }

    Stores stores(Path path, boolean deferred) throws CannotOpen {
        return open(path, deferred ? OPTIONS.withDeferredProjections(() -> {}) : OPTIONS)
                .stores();
    }

    void close(EmbeddedStore store) {
        open.remove(store);
        store.close();
    }

    /** What a process that was killed leaves behind. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) Files.copy(each, to.resolve(from.relativize(each)));
        }
    }

    static List<Path> filesWith(Path folder, String text) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1).contains(text)) found.add(each);
            }
        }
        return found;
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
