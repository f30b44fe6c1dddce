package chat.parley.store;

import chat.parley.model.ConversationId;
import org.jspecify.annotations.Nullable;

/** Stored data of a conversation (or of a whole shard: null) does not match its checksum. It is refused, never served as a shorter history. */
public final class Damaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable ConversationId conversation;

    public Damaged(@Nullable ConversationId conversation, String where) {
        super("damaged data" + (conversation == null ? "" : " of conversation " + conversation) + ": " + where);
        this.conversation = conversation;
    }

    public @Nullable ConversationId conversation() {
        return conversation;
    }
}
