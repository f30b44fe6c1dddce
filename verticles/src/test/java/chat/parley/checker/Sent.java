package chat.parley.checker;

/**
 * One attempt to add an entry. Attempts count from 1; a retry is the same (conversation, user, clientMessageId) with the
 * next number. A member change or other write without such an id gets one from the recorder; one that found nothing to
 * change wrote no entry, and is recorded as a fail.
 *
 * @param body digest of all content, see {@link History#digest}; 0 for none
 * @param target the sequence edited or deleted, else 0
 */
public record Sent(String conversation, String clientMessageId, int attempt, EntryKind kind, long body, long target) {
    public static Sent message(String conversation, String clientMessageId, long body) {
        return new Sent(conversation, clientMessageId, 1, EntryKind.MESSAGE, body, 0);
    }

    public static Sent edit(String conversation, String clientMessageId, long target, long body) {
        return new Sent(conversation, clientMessageId, 1, EntryKind.EDIT, body, target);
    }

    public static Sent delete(String conversation, String clientMessageId, long target) {
        return new Sent(conversation, clientMessageId, 1, EntryKind.DELETE, 0, target);
    }

    public static Sent other(String conversation, String clientMessageId, EntryKind kind) {
        return new Sent(conversation, clientMessageId, 1, kind, 0, 0);
    }

    public Sent attempt(int number) {
        return new Sent(conversation, clientMessageId, number, kind, body, target);
    }
}
