package chat.parley.model;

import java.util.List;

/**
 * What somebody wants to be said; it has no place yet. (conversation, sender, clientMessageId) names it for ever.
 *
 * @param clientMessageId 1 to 64 characters; made by the server if the caller gave none
 * @param origin the session that sent it, which gets an ack in place of the event; empty: none (HTTP)
 * @param contents one, or two for the creation of a conversation: placed side by side or not at all
 */
public record Draft(
        ConversationId conversationId,
        UserId senderId,
        String clientMessageId,
        String origin,
        List<Content> contents) {}
