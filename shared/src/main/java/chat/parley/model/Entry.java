package chat.parley.model;

/**
 * One sequenced item of a conversation's log. It never changes.
 *
 * @param sequence its place in the conversation: 1, 2, 3, … without gap or repeat
 * @param position its place in the log of the conversation's shard
 * @param sentAt Unix milliseconds of the server, never less than the entry's before it
 * @param clientMessageId as in the draft; empty for the second entry of a draft, so that the id names one entry
 * @param digest of the draft
 * @param origin the session that sent the draft; empty: none
 * @param countable how many messages the conversation has up to and with this entry (what unread counts count)
 * @param lastMessage the sequence of the last message up to and with this entry; 0: none
 */
public record Entry(
        ConversationId conversationId,
        long sequence,
        long position,
        long sentAt,
        UserId senderId,
        String clientMessageId,
        Digest digest,
        String origin,
        long countable,
        long lastMessage,
        Content content) {
    /** The public name of an entry: {@code <conversationId>.<sequence>}. */
    public String messageId() {
        return conversationId.value() + "." + sequence;
    }

    public Kind kind() {
        return content.kind();
    }
}
