package chat.parley.store.memory;

import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.EventLogContract;
import chat.parley.store.Stores;

/** The EventLog that tests have in memory is one. */
class MemoryEventLogTest extends EventLogContract {
    private final MemoryEventLog events = new MemoryEventLog(4);

    @Override
    protected Stores empty() {
        return new MemoryStore(false, 7).stores(Weather.FINE);
    }

    @Override
    protected EventLog events(Stores stores) {
        return events.log();
    }

    @Override
    protected EventExport export() {
        return events.export(Weather.FINE);
    }
}
