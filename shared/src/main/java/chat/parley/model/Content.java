package chat.parley.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an entry says. What the sequencer adds when it places a draft ({@code edits}, {@code joined}, an invitation's {@code slot}, {@code uses} and {@code expiresAt}) is empty or 0 in a draft, so
 * that every projection depends on its entry alone.
 */
public sealed interface Content {
    Kind kind();

    /**
     * A message. The server never interprets the body.
     *
     * @param replyTo the sequence it answers; 0: none
     * @param ext the application's JSON object as it came, at most 2 KiB
     */
    record Message(
            String body,
            @Nullable String contentType,
            List<Attachment> attachments,
            List<Mention> mentions,
            long replyTo,
            @Nullable String ext)
            implements Content {
        public static Message of(String body) {
            return new Message(body, null, List.of(), List.of(), 0, null);
        }

        /** The same message with another body. */
        public Message with(String other) {
            return new Message(other, contentType, attachments, mentions, replyTo, ext);
        }

        @Override
        public Kind kind() {
            return Kind.MESSAGE;
        }
    }

    /**
     * A new body for an earlier message.
     *
     * @param edits the sequences of all edits of the target before this one, oldest first
     */
    record Edit(long target, String body, List<Long> edits) implements Content {
        @Override
        public Kind kind() {
            return Kind.EDIT;
        }
    }

    /**
     * Turns an earlier message into a tombstone; its body and those of its edits are erased.
     *
     * @param edits the sequences of all edits of the target, oldest first
     */
    record Delete(long target, List<Long> edits) implements Content {
        @Override
        public Kind kind() {
            return Kind.DELETE;
        }
    }

    /** The first entry of a conversation: its sender is its first member, from here on (owner in a group). */
    record ConversationCreated(ConversationType type, Settings settings) implements Content {
        @Override
        public Kind kind() {
            return Kind.CONVERSATION_CREATED;
        }
    }

    /**
     * New settings. A draft may set only some of them; the sequencer adds the others as they are by {@link #over}, so that two who set
     * different ones at once both get what they want.
     *
     * @param settings all of them; in a draft what it does not set is as in {@link Settings#NONE}
     * @param setsName whether the draft set the name, and so on
     */
    record ConversationUpdated(
            Settings settings, boolean setsName, boolean setsSlowMode, boolean setsRate, boolean setsWriters)
            implements Content {
        /** All settings. */
        public ConversationUpdated(Settings settings) {
            this(settings, true, true, true, true);
        }

        @Override
        public Kind kind() {
            return Kind.CONVERSATION_UPDATED;
        }

        /** With all settings that hold from here on. */
        public ConversationUpdated over(Settings present) {
            return new ConversationUpdated(
                    new Settings(
                            (setsName ? settings : present).name(),
                            (setsSlowMode ? settings : present).slowModeMillis(),
                            (setsRate ? settings : present).messagesPerMinute(),
                            (setsWriters ? settings : present).writers()),
                    setsName,
                    setsSlowMode,
                    setsRate,
                    setsWriters);
        }
    }

    /**
     * These users are members from this entry on.
     *
     * @param invitation by which the sender, who alone is added then, has joined; null: they were added
     */
    record MembersAdded(
            List<UserId> userIds, Role role, @Nullable InvitationUse invitation) implements Content {
        public MembersAdded(List<UserId> userIds, Role role) {
            this(userIds, role, null);
        }

        @Override
        public Kind kind() {
            return Kind.MEMBER_ADDED;
        }
    }

    /** These users are members up to this entry; of it they may read kind, actor and target. */
    record MembersRemoved(List<Departure> departures) implements Content {
        @Override
        public Kind kind() {
            return Kind.MEMBER_REMOVED;
        }
    }

    /** The sender is a member up to this entry. */
    record MemberLeft(Departure departure) implements Content {
        @Override
        public Kind kind() {
            return Kind.MEMBER_LEFT;
        }
    }

    /** @param joined the sequence at which the user's present membership began; 0 in a draft */
    record RoleChanged(UserId userId, long joined, Role role) implements Content {
        @Override
        public Kind kind() {
            return Kind.ROLE_CHANGED;
        }
    }

    /** From this entry on the user is no member, and becomes none. Whoever is a member is removed by the entry before. */
    record UserBanned(UserId userId) implements Content {
        @Override
        public Kind kind() {
            return Kind.USER_BANNED;
        }
    }

    /** The user may become a member again. */
    record UserUnbanned(UserId userId) implements Content {
        @Override
        public Kind kind() {
            return Kind.USER_UNBANNED;
        }
    }

    /**
     * Whoever has the token of it may join.
     *
     * @param invitationId a digest of the token
     * @param lifeMillis how long it holds; 0: until it is revoked
     * @param usesMax how many may join by it; 0: any number
     * @param slot among those of the conversation; 0 in a draft
     * @param expiresAt Unix milliseconds; 0: never, and in a draft
     */
    record InvitationCreated(String invitationId, long lifeMillis, long usesMax, int slot, long expiresAt)
            implements Content {
        @Override
        public Kind kind() {
            return Kind.INVITATION_CREATED;
        }
    }

    /** @param slot of the invitation; 0 in a draft */
    record InvitationRevoked(String invitationId, int slot) implements Content {
        @Override
        public Kind kind() {
            return Kind.INVITATION_REVOKED;
        }
    }

    /**
     * @param slot of the invitation; 0 in a draft
     * @param uses how often it was used, this time among them; 0 in a draft
     */
    record InvitationUse(String invitationId, int slot, long uses) {}

    /** @param joined the sequence at which the membership that ends began; 0 in a draft */
    record Departure(UserId userId, long joined) {}
}
