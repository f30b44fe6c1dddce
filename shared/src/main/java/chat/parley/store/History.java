package chat.parley.store;

import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The projected entries of each conversation. Knows nothing of who may read them: callers cut by {@link Directory#memberships}. */
public interface History {
    /**
     * Entries with sequence &gt; {@code after}, ascending and without a hole, at most {@code entriesMax} and about {@code bytesMax} (at least one). A
     * conversation whose rows are damaged fails with {@link Damaged}, never a shorter page.
     */
    Future<List<StoredEntry>> after(ConversationId conversation, long after, int entriesMax, int bytesMax);

    /** Entries with sequence &lt; {@code before}, newest first, likewise. */
    Future<List<StoredEntry>> before(ConversationId conversation, long before, int entriesMax, int bytesMax);

    /** What was placed under these ids; those that were not are not in the answer. */
    Future<Map<IdKey, KnownId>> ids(Collection<IdKey> keys);

    /** These entries with their amendments; those that are not there are not in the answer. */
    Future<Map<EntryKey, StoredEntry>> entries(Collection<EntryKey> keys);

    /** The name of a draft. */
    record IdKey(ConversationId conversationId, UserId senderId, String clientMessageId) {}

    /** What became of a draft. */
    record KnownId(long sequence, long sentAt, Digest digest) {}

    record EntryKey(ConversationId conversationId, long sequence) {}
}
