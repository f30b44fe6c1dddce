package chat.parley.store;

import chat.parley.model.Ban;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows that follow from an entry, and from nothing else. They overwrite and never delete; each is stamped with the entry's
 * position, so that of two rows with one key the later stamp stays, whatever came first.
 */
public final class Projection {
    private Projection() {}

    /** A row to write. The stamp of all rows of an entry is its position. */
    public sealed interface Row {}

    /** History: the entry at (conversation, sequence). If an {@link Erased} names it with a later stamp, its body is not kept. */
    public record EntryRow(Entry entry) implements Row {}

    /** Ids: (conversation, sender, clientMessageId) → what a retry is answered with; none for an entry without an id of its own. */
    public record IdRow(
            ConversationId conversationId,
            UserId senderId,
            String clientMessageId,
            long sequence,
            long sentAt,
            Digest digest)
            implements Row {}

    /** Heads: conversation → its last entry. */
    public record HeadRow(ConversationId conversationId, Directory.Head head) implements Row {}

    /** Conversations: conversation → settings; the type only with its first entry. */
    public record SettingsRow(
            ConversationId conversationId, @Nullable ConversationType type, Settings settings) implements Row {}

    /**
     * Members: (conversation, user, joined) → role and end of that membership; and the same by (user, conversation) for inboxes.
     *
     * @param role null: as it was before
     * @param countable the running count of messages at {@code joined}; −1: as it was before
     * @param left 0: still a member
     */
    public record MemberRow(
            ConversationId conversationId,
            UserId userId,
            long joined,
            @Nullable Role role,
            long countable,
            long left) implements Row {}

    /** Bans: (conversation, user) → the last that was said of it. */
    public record BanRow(ConversationId conversationId, Ban ban) implements Row {}

    /** Invitations: (conversation, slot) → one that was not used yet, in the place of the one before. */
    public record InvitationRow(ConversationId conversationId, Invitation invitation) implements Row {}

    /** Invitations: (conversation, slot) → how often it was used. */
    public record UsesRow(ConversationId conversationId, int slot, long uses) implements Row {}

    /** Invitations: (conversation, slot) → is revoked. */
    public record RevokedRow(ConversationId conversationId, int slot) implements Row {}

    /** Amendments: (conversation, target) → its present body, and the edits that led there. */
    public record Edited(ConversationId conversationId, long target, String body, long editedAt, List<Long> edits)
            implements Row {}

    /** Amendments: (conversation, target) is a tombstone; the bodies of the target and of its edits are erased. */
    public record Erased(ConversationId conversationId, long target, long deletedAt, List<Long> edits) implements Row {}

    /** Gives each row of the entry to {@code rows}, membership rows first. */
    public static void of(Entry entry, Consumer<Row> rows) {
        ConversationId conversation = entry.conversationId();
        switch (entry.content()) {
            case Content.Message message -> {}
            case Content.Edit edit -> {
                List<Long> edits = new java.util.ArrayList<>(edit.edits());
                edits.add(entry.sequence());
                rows.accept(new Edited(conversation, edit.target(), edit.body(), entry.sentAt(), List.copyOf(edits)));
            }
            case Content.Delete delete ->
                rows.accept(new Erased(conversation, delete.target(), entry.sentAt(), delete.edits()));
            case Content.ConversationCreated created -> {
                Role role = created.type() == ConversationType.DIRECT ? Role.MEMBER : Role.OWNER;
                rows.accept(
                        new MemberRow(conversation, entry.senderId(), entry.sequence(), role, entry.countable(), 0));
                rows.accept(new SettingsRow(conversation, created.type(), created.settings()));
            }
            case Content.ConversationUpdated updated ->
                rows.accept(new SettingsRow(conversation, null, updated.settings()));
            case Content.MembersAdded added -> {
                for (UserId user : added.userIds()) {
                    rows.accept(
                            new MemberRow(conversation, user, entry.sequence(), added.role(), entry.countable(), 0));
                }
                Content.InvitationUse use = added.invitation();
                if (use != null) rows.accept(new UsesRow(conversation, use.slot(), use.uses()));
            }
            case Content.MembersRemoved removed -> {
                for (Content.Departure departure : removed.departures()) rows.accept(left(entry, departure));
            }
            case Content.MemberLeft left -> rows.accept(left(entry, left.departure()));
            case Content.RoleChanged changed ->
                rows.accept(new MemberRow(conversation, changed.userId(), changed.joined(), changed.role(), -1, 0));
            case Content.UserBanned banned -> rows.accept(ban(entry, banned.userId(), true));
            case Content.UserUnbanned unbanned -> rows.accept(ban(entry, unbanned.userId(), false));
            case Content.InvitationCreated created ->
                rows.accept(new InvitationRow(
                        conversation,
                        new Invitation(
                                created.invitationId(),
                                created.slot(),
                                entry.senderId(),
                                entry.sentAt(),
                                created.expiresAt(),
                                created.usesMax(),
                                0,
                                false)));
            case Content.InvitationRevoked revoked -> rows.accept(new RevokedRow(conversation, revoked.slot()));
        }
        rows.accept(new EntryRow(entry));
        if (!entry.clientMessageId().isEmpty()) {
            rows.accept(new IdRow(
                    conversation,
                    entry.senderId(),
                    entry.clientMessageId(),
                    entry.sequence(),
                    entry.sentAt(),
                    entry.digest()));
        }
        rows.accept(new HeadRow(conversation, Directory.Head.at(entry)));
    }

    private static BanRow ban(Entry entry, UserId user, boolean holds) {
        return new BanRow(entry.conversationId(), new Ban(user, entry.senderId(), entry.sentAt(), holds));
    }

    private static MemberRow left(Entry entry, Content.Departure departure) {
        return new MemberRow(
                entry.conversationId(), departure.userId(), departure.joined(), null, -1, entry.sequence());
    }
}
