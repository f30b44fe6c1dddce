package chat.parley.model;

import org.jspecify.annotations.Nullable;

/**
 * What is set for a conversation as a whole.
 *
 * @param name shown to members; null for direct conversations and unnamed groups
 * @param slowModeMillis the least time between two messages of one member (admins and owners exempt); 0: none
 */
public record Settings(@Nullable String name, long slowModeMillis) {
    /** Nothing set. */
    public static final Settings NONE = new Settings(null, 0);
}
