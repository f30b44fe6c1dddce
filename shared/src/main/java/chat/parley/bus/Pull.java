package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.List;

/**
 * Asks the owner for the entries behind {@code after}, to {@code sequencer.<shard>}. Answered by {@link Pulled} or {@link NotMine}.
 *
 * @param entriesMax at most 500
 * @param users whose memberships the asker wants to know with them
 */
public record Pull(ConversationId conversationId, long after, int entriesMax, List<UserId> users) {}
