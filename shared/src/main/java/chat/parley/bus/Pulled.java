package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import java.util.List;

/**
 * Entries as they were placed, ascending, without a hole, from {@code after} + 1; fewer than there are if they do not fit.
 *
 * @param epoch of the owner that answers: a reader that knows a later one does not take less
 * @param head of the conversation, durable; 0: it does not exist
 * @param memberships of those of the asked users who are or were in it, as of {@code head}
 */
public record Pulled(
        ConversationId conversationId, long epoch, long head, List<Entry> entries, List<Membership> memberships) {}
