package chat.parley.simulator;

import chat.parley.model.ConversationId;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A history that passes everything on: for one that changes one thing. */
abstract class PassingHistory implements History {
    final History history;

    PassingHistory(History history) {
        this.history = history;
    }

    @Override
    public Future<List<StoredEntry>> after(ConversationId conversation, long after, int entriesMax, int bytesMax) {
        return history.after(conversation, after, entriesMax, bytesMax);
    }

    @Override
    public Future<List<StoredEntry>> before(ConversationId conversation, long before, int entriesMax, int bytesMax) {
        return history.before(conversation, before, entriesMax, bytesMax);
    }

    @Override
    public Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys) {
        return history.ids(keys);
    }

    @Override
    public Future<Map<EntryKey, StoredEntry>> entries(Collection<EntryKey> keys) {
        return history.entries(keys);
    }
}
