package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of a conversation's entries, as a user may see them. Needs the store, never the owner. */
public final class Pages {
    Pages() {}

    /** Entries with sequence &gt; {@code after}, ascending. Null: there is no such conversation, or it is none of the user's. */
    public Future<@Nullable Page> after(UserId user, ConversationId conversation, long after, int entriesMax) {
        throw new UnsupportedOperationException();
    }

    /** Entries with sequence &lt; {@code before} ({@link Long#MAX_VALUE}: from the end), newest first. Null likewise. */
    public Future<@Nullable Page> before(UserId user, ConversationId conversation, long before, int entriesMax) {
        throw new UnsupportedOperationException();
    }

    /**
     * @param entries as {@code message_event} in UTF-8, the reader's own with their {@code clientMessageId}
     * @param gaps within what the page covers
     * @param first the first sequence the user may read
     * @param head the last sequence the user may read
     */
    public record Page(List<byte[]> entries, List<ServerFrame.Gap> gaps, long first, long head) {}
}
