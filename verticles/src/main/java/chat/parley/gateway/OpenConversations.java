package chat.parley.gateway;

import chat.parley.model.ConversationId;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conversations that a device has on screen: at most {@value #OPEN_MAX}. Past that the one opened longest ago counts as closed: a client that
 * forgets to close is not to be refused what its user looks at.
 */
final class OpenConversations {
    static final int OPEN_MAX = 50;

    private final Set<ConversationId> open = new LinkedHashSet<>();

    /** Returns the one that counts as closed for it; null: there is room for all. */
    @Nullable
    ConversationId open(ConversationId conversation) {
        open.remove(conversation);
        open.add(conversation);
        if (open.size() <= OPEN_MAX) return null;
        ConversationId oldest = open.iterator().next();
        open.remove(oldest);
        return oldest;
    }

    void close(ConversationId conversation) {
        open.remove(conversation);
    }

    Set<ConversationId> all() {
        return open;
    }

    boolean has(ConversationId conversation) {
        return open.contains(conversation);
    }
}
