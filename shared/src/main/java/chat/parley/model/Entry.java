package chat.parley.model;

import java.util.List;

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
 * @param memberCount how many members the conversation has behind this entry; {@link #NOT_COUNTED} in entries that were written before there
 *     was a count
 * @param ownerCount how many of them are owners, likewise
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
        int memberCount,
        int ownerCount,
        Content content) {
    public static final int NOT_COUNTED = -1;

    /** An entry that does not say how many members there are. */
    public Entry(
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
        this(
                conversationId,
                sequence,
                position,
                sentAt,
                senderId,
                clientMessageId,
                digest,
                origin,
                countable,
                lastMessage,
                NOT_COUNTED,
                NOT_COUNTED,
                content);
    }

    /** The public name of an entry: {@code <conversationId>.<sequence>}. */
    public String messageId() {
        return conversationId.value() + "." + sequence;
    }

    public Kind kind() {
        return content.kind();
    }

    /** Who is a member from this entry on, and who is none any more. */
    public List<UserId> comingAndGoing() {
        return switch (content) {
            case Content.ConversationCreated created -> List.of(senderId);
            case Content.MembersAdded added -> added.userIds();
            case Content.MembersRemoved removed ->
                removed.departures().stream().map(Content.Departure::userId).toList();
            case Content.MemberLeft left -> List.of(left.departure().userId());
            default -> List.of();
        };
    }

    /** The same entry with other content. */
    public Entry with(Content other) {
        return new Entry(
                conversationId,
                sequence,
                position,
                sentAt,
                senderId,
                clientMessageId,
                digest,
                origin,
                countable,
                lastMessage,
                memberCount,
                ownerCount,
                other);
    }

    /** The entry without anything its sender said; what it answered stays. */
    public Entry erased() {
        return switch (content) {
            case Content.Message message ->
                with(new Content.Message("", null, List.of(), List.of(), message.replyTo(), null));
            case Content.Edit edit -> with(new Content.Edit(edit.target(), "", edit.edits()));
            default -> this;
        };
    }
}
