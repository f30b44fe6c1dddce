package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a conversation stands behind one of its entries: a function of its log up to there. Never changes; {@link #after} gives the next.
 *
 * @param head the sequence of that entry; 0: the conversation does not exist
 * @param sentAt of that entry
 * @param countable as in {@link Entry}
 * @param lastMessage as in {@link Entry}
 * @param type null as long as the conversation does not exist
 * @param lastSpoke in slow mode, when each member's last message was sent; null: not loaded, or no slow mode
 */
record Standing(
        long head,
        long sentAt,
        long countable,
        long lastMessage,
        @Nullable ConversationType type,
        Settings settings,
        Members members,
        @Nullable Map<UserId, Long> lastSpoke) {
    /** Of a conversation that does not exist. */
    static final Standing NONE = new Standing(0, 0, 0, 0, null, Settings.NONE, Members.NONE, null);

    /** As projected. The members must have been read after the conversation: later is right, since entries are applied again. */
    static Standing of(Directory.Conversation row, List<Membership> members) {
        Directory.Head head = row.head();
        return new Standing(
                head.sequence(),
                head.sentAt(),
                head.countable(),
                head.lastMessage(),
                row.type(),
                row.settings(),
                Members.of(members),
                null);
    }

    boolean exists() {
        return head > 0;
    }

    boolean isDirect() {
        return type == ConversationType.DIRECT;
    }

    /** Whether messages of members wait for what their senders said before. */
    boolean isSlow() {
        return settings.slowModeMillis() > 0;
    }

    /** With this entry, which is the one behind the head. */
    Standing after(Entry entry) {
        ConversationType typeAfter = type;
        Settings settingsAfter = settings;
        Members membersAfter = members;
        switch (entry.content()) {
            case Content.Message message -> {}
            case Content.Edit edit -> {}
            case Content.Delete delete -> {}
            case Content.ConversationCreated created -> {
                typeAfter = created.type();
                settingsAfter = created.settings();
                Role role = created.type() == ConversationType.DIRECT ? Role.MEMBER : Role.OWNER;
                membersAfter = members.added(
                        entry.conversationId(), List.of(entry.senderId()), role, entry.sequence(), entry.countable());
            }
            case Content.ConversationUpdated updated -> settingsAfter = updated.settings();
            case Content.MembersAdded added ->
                membersAfter = members.added(
                        entry.conversationId(), added.userIds(), added.role(), entry.sequence(), entry.countable());
            case Content.MembersRemoved removed -> membersAfter = members.left(removed.departures(), entry.sequence());
            case Content.MemberLeft left -> membersAfter = members.left(List.of(left.departure()), entry.sequence());
            case Content.RoleChanged changed -> membersAfter = members.changed(changed.userId(), changed.role());
        }
        return new Standing(
                entry.sequence(),
                entry.sentAt(),
                entry.countable(),
                entry.lastMessage(),
                typeAfter,
                settingsAfter,
                membersAfter,
                settingsAfter.slowModeMillis() > 0 ? spokeAfter(entry) : null);
    }

    Standing withLastSpoke(Map<UserId, Long> times) {
        return new Standing(head, sentAt, countable, lastMessage, type, settings, members, times);
    }

    private @Nullable Map<UserId, Long> spokeAfter(Entry entry) {
        if (lastSpoke == null || !(entry.content() instanceof Content.Message)) return lastSpoke;
        Map<UserId, Long> times = new HashMap<>(lastSpoke);
        times.put(entry.senderId(), entry.sentAt());
        return times;
    }
}
