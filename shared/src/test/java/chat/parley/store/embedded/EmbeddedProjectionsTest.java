package chat.parley.store.embedded;

import chat.parley.store.ProjectionsContract;
import chat.parley.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The embedded Projections, with projections in the append. */
class EmbeddedProjectionsTest extends ProjectionsContract {
    @RegisterExtension
    static final OpenStores OPEN = new OpenStores();

    @TempDir
    Path folder;

    @Override
    protected Stores empty() throws Exception {
        return OPEN.stores(Files.createTempDirectory(folder, "store"), false);
    }
}
