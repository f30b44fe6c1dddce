package chat.parley.store.memory;

import chat.parley.store.DirectoryContract;
import chat.parley.store.Stores;

/** The double that simulator and stages use promises what the store does. */
class MemoryDirectoryTest extends DirectoryContract {
    @Override
    protected Stores empty() {
        return new MemoryStore(false, 7).stores(Weather.FINE);
    }
}
