package chat.parley.model;

import org.jspecify.annotations.Nullable;

/**
 * What is set for a conversation as a whole.
 *
 * @param name shown to members; null for direct conversations and unnamed groups
 * @param slowModeMillis the least time between two messages of one member (admins and owners exempt); 0: none
 * @param messagesPerMinute how many messages of all together come in a minute before members wait (admins and owners exempt, though what
 *     they say counts); 0: any number
 * @param writers who may send messages
 */
public record Settings(@Nullable String name, long slowModeMillis, int messagesPerMinute, Writers writers) {
    /** Nothing set. */
    public static final Settings NONE = new Settings(null, 0);

    /** All may write, at any pace but that of the slow mode. */
    public Settings(@Nullable String name, long slowModeMillis) {
        this(name, slowModeMillis, 0, Writers.ALL);
    }

    /** Whether it depends on what was said before whether a member may send now. */
    public boolean isPaced() {
        return slowModeMillis > 0 || messagesPerMinute > 0;
    }
}
