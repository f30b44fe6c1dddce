package chat.parley.store.embedded;

import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.EventLogContract;
import chat.parley.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The embedded EventLog: the logs themselves. */
class EmbeddedEventLogTest extends EventLogContract {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    @TempDir
    Path folder;

    private EmbeddedStore store;

    @Override
    protected Stores empty() throws Exception {
        store = OPEN.open(Files.createTempDirectory(folder, "store"), OpenStores.OPTIONS);
        return store.stores();
    }

    @Override
    protected EventLog events(Stores stores) {
        return store.events();
    }

    @Override
    protected @Nullable EventExport export() {
        return null;
    }
}
