package chat.parley.store.kafka;

import chat.parley.store.EventExport;
import chat.parley.store.EventLog;
import chat.parley.store.EventLogContract;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The EventLog on a real Kafka. */
@Tag("real")
class KafkaEventLogTest extends EventLogContract {
    @RegisterExtension
    static final RealKafka KAFKA = new RealKafka();

    private KafkaEventLog events;

    @Override
    protected Stores empty() {
        return new MemoryStore(false, 7).stores(Weather.FINE);
    }

    @Override
    protected EventLog events(Stores stores) throws Exception {
        events = KAFKA.open(KAFKA.options(RealKafka.topic(), 4), stores.log());
        return events;
    }

    @Override
    protected @Nullable EventExport export() {
        return events;
    }
}
