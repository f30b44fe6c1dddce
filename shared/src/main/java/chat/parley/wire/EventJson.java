package chat.parley.wire;

import chat.parley.model.Attachment;
import chat.parley.model.Content;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Mention;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a {@code message_event}: encoded once, for all who get it. What only the sender's devices are told ({@code clientMessageId}) is
 * spliced in after that. Who was added to a large group or removed from it is told to some; the others get another form, which says how many.
 */
public final class EventJson {
    private static final int FIELDS_BYTES = 320;

    /** Of a group with more, not everybody is told who comes and goes. */
    private static final int NAMED_MEMBERS_MAX = 100;

    private EventJson() {}

    /** The entry as it was placed, as everybody gets it. */
    public static byte[] encode(Entry entry) {
        return encode(entry, null, null);
    }

    /**
     * The entry as a page shows it.
     *
     * @param editedAt of a message whose body is an amended one
     * @param deletedAt of a tombstone, which shows nothing but that
     */
    public static byte[] encode(Entry entry, @Nullable Long editedAt, @Nullable Long deletedAt) {
        JsonWriter out = begin(entry, FIELDS_BYTES + EntryCodec.sizeOf(entry.content()));
        content(entry.content(), deletedAt != null, out);
        out.optional("editedAt", editedAt).optional("deletedAt", deletedAt);
        return out.endObject().toBytes();
    }

    /** Whether the entry adds, removes or bans users of a group that is so large that not everybody is told who they are. */
    public static boolean isForSome(Entry entry) {
        return entry.memberCount() > NAMED_MEMBERS_MAX
                && switch (entry.kind()) {
                    case MEMBER_ADDED, MEMBER_REMOVED, USER_BANNED, USER_UNBANNED -> true;
                    default -> false;
                };
    }

    /** Such an entry as those get it who are not told: with {@code userCount} in place of {@code userIds}. */
    public static byte[] encodeCounted(Entry entry) {
        JsonWriter out = begin(entry, FIELDS_BYTES);
        switch (entry.content()) {
            case Content.MembersAdded added -> {
                out.field("userCount", added.userIds().size())
                        .safeField("role", added.role().wireName());
                Content.InvitationUse invitation = added.invitation();
                if (invitation != null) out.safeField("invitationId", invitation.invitationId());
            }
            case Content.MembersRemoved removed ->
                out.field("userCount", removed.departures().size());
            case Content.UserBanned banned -> out.field("userCount", 1);
            case Content.UserUnbanned unbanned -> out.field("userCount", 1);
            default -> throw new IllegalArgumentException(entry.kind() + " counts nobody");
        }
        return out.endObject().toBytes();
    }

    /** The same event for the sender's own devices. */
    public static byte[] withClientMessageId(byte[] event, String clientMessageId) {
        byte[] field = new JsonWriter(96)
                .beginObject()
                .field("clientMessageId", clientMessageId)
                .endObject()
                .toBytes();
        byte[] joined = Arrays.copyOf(event, event.length + field.length - 1);
        joined[event.length - 1] = ',';
        System.arraycopy(field, 1, joined, event.length, field.length - 1);
        return joined;
    }

    private static JsonWriter begin(Entry entry, int bytes) {
        return new JsonWriter(bytes)
                .beginObject()
                .safeField("type", "message_event")
                .messageId(entry.conversationId(), entry.sequence())
                .safeField("conversationId", entry.conversationId().value())
                .field("sequence", entry.sequence())
                .safeField("kind", entry.kind().wireName())
                .safeField("senderId", entry.senderId().value())
                .field("sentAt", entry.sentAt());
    }

    private static void content(Content content, boolean isDeleted, JsonWriter out) {
        switch (content) {
            case Content.Message message -> {
                if (isDeleted) out.field("deleted", true);
                else message(message, out);
            }
            case Content.Edit edit -> {
                out.field("targetSequence", edit.target());
                if (isDeleted) out.field("deleted", true);
                else out.field("body", edit.body());
            }
            case Content.Delete delete -> out.field("targetSequence", delete.target());
            case Content.ConversationCreated created -> {
                out.safeField("conversationType", created.type().wireName());
                settings(created.settings(), out);
            }
            case Content.ConversationUpdated updated -> settings(updated.settings(), out);
            case Content.MembersAdded added -> {
                userIds(added.userIds(), out);
                out.safeField("role", added.role().wireName());
                Content.InvitationUse invitation = added.invitation();
                if (invitation != null) out.safeField("invitationId", invitation.invitationId());
            }
            case Content.MembersRemoved removed ->
                userIds(
                        removed.departures().stream()
                                .map(Content.Departure::userId)
                                .toList(),
                        out);
            case Content.MemberLeft left -> userIds(List.of(left.departure().userId()), out);
            case Content.RoleChanged changed -> {
                userIds(List.of(changed.userId()), out);
                out.safeField("role", changed.role().wireName());
            }
            case Content.UserBanned banned -> userIds(List.of(banned.userId()), out);
            case Content.UserUnbanned unbanned -> userIds(List.of(unbanned.userId()), out);
            case Content.InvitationCreated created ->
                out.safeField("invitationId", created.invitationId())
                        .optional("expiresAt", created.expiresAt() == 0 ? null : (Long) created.expiresAt())
                        .optional("usesMax", created.usesMax() == 0 ? null : (Long) created.usesMax());
            case Content.InvitationRevoked revoked -> out.safeField("invitationId", revoked.invitationId());
        }
    }

    private static void message(Content.Message message, JsonWriter out) {
        out.field("body", message.body()).optional("contentType", message.contentType());
        if (!message.attachments().isEmpty()) {
            out.name("attachments").beginArray();
            for (Attachment attachment : message.attachments()) attachment(attachment, out);
            out.endArray();
        }
        if (!message.mentions().isEmpty()) {
            out.name("mentions").beginArray();
            for (Mention mention : message.mentions()) mention(mention, out);
            out.endArray();
        }
        if (message.replyTo() > 0) out.field("replyTo", message.replyTo());
        String ext = message.ext();
        if (ext != null) out.name("ext").raw(ext);
    }

    private static void attachment(Attachment attachment, JsonWriter out) {
        out.beginObject()
                .optional("url", attachment.url())
                .optional("blobId", attachment.blobId())
                .field("name", attachment.name())
                .field("contentType", attachment.contentType())
                .field("size", attachment.size())
                .optional("width", attachment.width())
                .optional("height", attachment.height())
                .optional("durationMillis", attachment.durationMillis())
                .optional("digest", attachment.digest())
                .endObject();
    }

    private static void mention(Mention mention, JsonWriter out) {
        out.beginObject();
        UserId user = mention.userId();
        if (user == null) out.field("all", true);
        else out.safeField("userId", user.value());
        out.optional("from", mention.from())
                .optional("length", mention.length())
                .endObject();
    }

    private static void settings(Settings settings, JsonWriter out) {
        out.optional("name", settings.name())
                .field("slowModeMillis", settings.slowModeMillis())
                .field("messagesPerMinute", settings.messagesPerMinute())
                .safeField("writers", settings.writers().wireName());
    }

    private static void userIds(List<UserId> users, JsonWriter out) {
        out.name("userIds").beginArray();
        for (UserId user : users) out.safe(user.value());
        out.endArray();
    }
}
