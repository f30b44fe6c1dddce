package chat.parley.crash;

import chat.parley.consumers.EventHandler;
import chat.parley.consumers.Rebuilding;
import chat.parley.store.EventCursor;
import chat.parley.store.EventRecord;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a consumer of the event log gets, written down for the checker. */
final class Exported implements EventHandler {
    private final Rebuilding rebuilding = new Rebuilding();
    private final Recorder recorder;

    Exported(Recorder recorder) {
        this.recorder = recorder;
    }

    @Override
    public Future<Map<Integer, EventCursor>> done(Set<Integer> shards) {
        return rebuilding.done(shards);
    }

    @Override
    public Future<Void> handle(List<EventRecord> records) {
        for (EventRecord each : records) record("consumer", each);
        return rebuilding.handle(records);
    }

    void record(String consumer, EventRecord record) {
        if (record instanceof EventRecord.Placed placed)
            recorder.exported(consumer, new JsonObject(placed.event().toString()));
    }

    /** How many entries came. */
    long entries() {
        return rebuilding.entries();
    }

    Set<String> conversations() {
        return rebuilding.sequences().keySet();
    }

    List<EventRecord.Missing> missing() {
        return rebuilding.missing();
    }
}
