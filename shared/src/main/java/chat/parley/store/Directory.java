package chat.parley.store;

import chat.parley.model.Ban;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Device;
import chat.parley.model.DeviceId;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who is where: conversations, members, bans, invitations, heads, inboxes, read pointers, devices, what users have set for themselves, when they were last seen. */
public interface Directory {
    /** These conversations with their heads; those that do not exist are not in the answer. */
    Future<Map<ConversationId, Conversation>> conversations(Collection<ConversationId> conversations);

    /** The present and past members of a conversation, by user id, behind {@code afterUser} (empty: from the start). */
    default Future<List<Membership>> members(ConversationId conversation, String afterUser, int membersMax) {
        return members(conversation, "", afterUser, membersMax);
    }

    /** Those of them whose user ids begin so (empty: all), read from their place in the order of ids and no others. */
    Future<List<Membership>> members(ConversationId conversation, String prefix, String afterUser, int membersMax);

    /** The memberships of one user in these conversations; conversations they never were in are not in the answer. */
    Future<Map<ConversationId, Membership>> memberships(UserId user, Collection<ConversationId> conversations);

    /** The memberships of these users in one conversation; users who never were in it are not in the answer. */
    Future<Map<UserId, Membership>> memberships(ConversationId conversation, Collection<UserId> users);

    /** All conversations that the user is or was in. */
    Future<List<Membership>> inbox(UserId user);

    /** Who is or was banned there, by user id, behind {@code afterUser} (empty: from the start). */
    Future<List<Ban>> bans(ConversationId conversation, String afterUser, int bansMax);

    /** What was said last of the user's ban there. */
    Future<Optional<Ban>> ban(ConversationId conversation, UserId user);

    /** The invitations of a conversation, by slot; those by which nobody can join any more until another takes their place. */
    Future<List<Invitation>> invitations(ConversationId conversation);

    /** The heads of these conversations; those that do not exist are not in the answer. */
    Future<Map<ConversationId, Head>> heads(Collection<ConversationId> conversations);

    /** The user's read pointers in these conversations; where there is none there is none in the answer. */
    Future<Map<ConversationId, ReadPointer>> readPointers(UserId user, Collection<ConversationId> conversations);

    /** The read pointers of these users in one conversation; where there is none there is none in the answer. */
    Future<Map<UserId, ReadPointer>> readPointers(ConversationId conversation, Collection<UserId> users);

    /**
     * Moves read pointers forward; what stands further stays, read and delivered each for itself. Not fsynced: they outlive the process,
     * but up to a second of them may be lost with the power.
     */
    Future<Void> moveReadPointers(Collection<ReadPointer> pointers);

    /** When these users were there last, in Unix milliseconds; of whom that is not known is not in the answer. */
    Future<Map<UserId, Long>> lastSeen(Collection<UserId> users);

    /** Notes when users were there last; what is later stays. Not fsynced: up to a second may be lost in a crash. */
    Future<Void> saveLastSeen(Map<UserId, Long> lastSeen);

    Future<List<Device>> devices(UserId user);

    /** Writes the device's row. Not fsynced. */
    Future<Void> saveDevice(Device device);

    /** Removes the device; false if it was not there. */
    Future<Boolean> removeDevice(UserId user, DeviceId device);

    /** What these users have set; each of them is in the answer, whoever has set nothing with {@link UserSettings#DEFAULT}. */
    Future<Map<UserId, UserSettings>> userSettings(Collection<UserId> users);

    /** Sets what the change names, all or nothing, and answers with how it stands then. Durable once it completes. */
    Future<UserSettings> changeUserSettings(UserId user, UserSettings.Change change);

    /** The user's mutes of these conversations; where there is none there is none in the answer. */
    Future<Map<ConversationId, Mute>> mutes(UserId user, Collection<ConversationId> conversations);

    /** Mutes the conversation for the user; null: no longer. Durable once it completes. */
    Future<Void> saveMute(UserId user, ConversationId conversation, @Nullable Mute mute);

    /** @param head as projected */
    record Conversation(ConversationId conversationId, ConversationType type, Settings settings, Head head) {}

    /**
     * The last projected entry of a conversation.
     *
     * @param position of that entry in the log of its shard
     * @param memberCount as in {@link Entry}: also {@link Entry#NOT_COUNTED}
     * @param ownerCount likewise
     */
    record Head(
            long sequence,
            long position,
            long sentAt,
            long countable,
            long lastMessage,
            int memberCount,
            int ownerCount) {
        public static Head at(Entry entry) {
            return new Head(
                    entry.sequence(),
                    entry.position(),
                    entry.sentAt(),
                    entry.countable(),
                    entry.lastMessage(),
                    entry.memberCount(),
                    entry.ownerCount());
        }
    }

    /**
     * How far a user has come in a conversation.
     *
     * @param sequence read up to it; 0: nothing yet
     * @param countable the running count of messages at that sequence
     * @param delivered up to it a device of the user has the entries; never less than {@code sequence}
     */
    record ReadPointer(ConversationId conversationId, UserId userId, long sequence, long countable, long delivered) {
        public ReadPointer {
            delivered = Math.max(delivered, sequence);
        }

        /** The furthest of both. */
        public ReadPointer with(ReadPointer other) {
            ReadPointer read = other.sequence > sequence ? other : this;
            return new ReadPointer(
                    conversationId, userId, read.sequence, read.countable, Math.max(delivered, other.delivered));
        }
    }
}
