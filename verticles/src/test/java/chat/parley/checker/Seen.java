package chat.parley.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry as somebody saw it.
 *
 * @param messageId null if it was not shown
 * @param clientMessageId null where it is not shown (to others than the sender's devices)
 * @param body digest of what was shown, see {@link History#digest}; 0 for none (a tombstone)
 * @param target the sequence edited or deleted, else 0
 * @param users whom a member change concerns; empty if not shown
 */
public record Seen(
        String conversation,
        long sequence,
        @Nullable String messageId,
        EntryKind kind,
        String sender,
        @Nullable String clientMessageId,
        long sentAt,
        long body,
        long target,
        List<String> users) {

    public static Seen message(
            String conversation,
            long sequence,
            String sender,
            @Nullable String clientMessageId,
            long sentAt,
            long body) {
        return new Seen(
                conversation,
                sequence,
                conversation + "." + sequence,
                EntryKind.MESSAGE,
                sender,
                clientMessageId,
                sentAt,
                body,
                0,
                List.of());
    }

    public static Seen members(
            String conversation, long sequence, EntryKind kind, String sender, long sentAt, String... users) {
        return new Seen(
                conversation,
                sequence,
                conversation + "." + sequence,
                kind,
                sender,
                null,
                sentAt,
                0,
                0,
                List.of(users));
    }

    public Seen withClientMessageId(@Nullable String id) {
        return new Seen(conversation, sequence, messageId, kind, sender, id, sentAt, body, target, users);
    }

    /** The same entry as an edit or a delete of another. */
    public Seen amending(EntryKind edit, long ofSequence) {
        return new Seen(
                conversation, sequence, messageId, edit, sender, clientMessageId, sentAt, body, ofSequence, users);
    }

    /** The same entry shown with another body: edited, or 0 for deleted. */
    public Seen withBody(long shown) {
        return new Seen(conversation, sequence, messageId, kind, sender, clientMessageId, sentAt, shown, target, users);
    }
}
