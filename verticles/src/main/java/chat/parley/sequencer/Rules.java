package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.Kind;
import chat.parley.model.Membership;
import chat.parley.model.Mention;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.model.Writers;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.wire.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what. A draft is judged on how its conversation stands at its own place: the log, and what was decided before it.
 *
 * <ul>
 *   <li>Whoever is not a member is told that there is no such conversation; a member whose role is not enough is told that.
 *   <li>Members send, edit their own messages, delete their own, and leave. Admins also delete the messages of others, change settings,
 *       add, remove and change the roles of others; but they neither make nor touch an owner. Owners do everything. The last
 *       owner stays one as long as there are others.
 *   <li>Where admins alone write, members send nothing; what they sent before they still edit and delete. Admins and owners alone mention
 *       all, and wait for no slow mode and no rate.
 *   <li>In a direct conversation both sides only send, edit and delete what is their own.
 *   <li>Admins and owners ban, which removes a member, and invite. Whoever is banned is added by nobody: a request that names one adds none of its users.
 *       By an invitation that holds one joins who is not banned; of all else they are told that there is no such conversation.
 *   <li>Whoever is blocked by the other begins, sends and edits nothing in a direct conversation, and is told that there is none; who blocks the other
 *       is told that. What was said before is read and deleted as ever.
 *   <li>What holds already is answered so, and writes nothing.
 * </ul>
 */
final class Rules {
    private static final int ID_LENGTH_MAX = 64;
    private static final int NAMED_MAX = 10;

    private static final Decision NO_CONVERSATION = refuse(ErrorCode.NOT_FOUND, "no such conversation");
    private static final Decision NO_INVITATION = refuse(ErrorCode.NOT_FOUND, "no such invitation");
    private static final Decision YOU_BLOCK = refuse(ErrorCode.FORBIDDEN, "you block this user");
    private static final Decision NO_MESSAGE = refuse(ErrorCode.NOT_FOUND, "no such message");
    private static final Decision NO_MEMBER = refuse(ErrorCode.NOT_FOUND, "no such member");
    private static final Decision NO_ROLE = refuse(ErrorCode.FORBIDDEN, "your role does not allow this");
    private static final Decision NOT_FOR_ALL = refuse(ErrorCode.FORBIDDEN, "only admins and owners mention all");
    private static final Decision NO_WRITER = refuse(ErrorCode.FORBIDDEN, "only admins and owners write here");
    private static final Decision NOT_YOURS = refuse(ErrorCode.FORBIDDEN, "the message is not yours");
    private static final Decision DIRECT = refuse(ErrorCode.FORBIDDEN, "a direct conversation does not change");
    private static final Decision LAST_OWNER =
            refuse(ErrorCode.FORBIDDEN, "the last owner makes another member owner first");
    private static final Decision TOO_OFTEN = refuse(ErrorCode.TOO_LARGE, "one of them has come and gone too often");
    private static final Decision TAKEN = refuse(ErrorCode.CONFLICT, "the conversation exists already");
    private static final Decision UNREADABLE =
            refuse(ErrorCode.INTERNAL, "the message could not be read from the store");
    private static final Answer.Refused OTHER_CONTENT =
            new Answer.Refused(ErrorCode.CONFLICT, "this clientMessageId was used for other content");

    private final SequencerConfig config;

    Rules(SequencerConfig config) {
        this.config = config;
    }

    /** What is wrong with a draft whatever the log says; null: nothing. */
    static Answer.@Nullable Refused shape(Draft draft, int shard, int size, int sizeMax) {
        if (draft.conversationId().shard() != shard) return bad("the conversation is not of this shard");
        int idLength = draft.clientMessageId().length();
        if (idLength == 0 || idLength > ID_LENGTH_MAX) return bad("clientMessageId has 1 to 64 characters");
        if (size > sizeMax) return new Answer.Refused(ErrorCode.TOO_LARGE, "the draft is too large");
        if (draft.contents().isEmpty()) return bad("the draft is empty");
        Content first = draft.contents().getFirst();
        if (first instanceof Content.ConversationCreated created) return creationShape(draft, created);
        if (draft.contents().size() > 1) return bad("the draft has more than one content");
        return switch (first) {
            case Content.MembersAdded added -> {
                if (!isDistinct(added.userIds())) yield bad("the users to add are none, or not different");
                boolean isSelf = added.role() == Role.MEMBER && added.userIds().equals(List.of(draft.senderId()));
                yield added.invitation() == null || isSelf ? null : bad("by an invitation one joins oneself");
            }
            case Content.UserBanned banned ->
                banned.userId().equals(draft.senderId()) ? bad("nobody bans themselves") : null;
            case Content.MembersRemoved removed -> {
                List<UserId> users = removed.departures().stream()
                        .map(Content.Departure::userId)
                        .toList();
                if (!isDistinct(users)) yield bad("the users to remove are none, or not different");
                yield users.contains(draft.senderId()) ? bad("who goes leaves") : null;
            }
            case Content.MemberLeft left ->
                left.departure().userId().equals(draft.senderId()) ? null : bad("nobody leaves for another");
            default -> null;
        };
    }

    private static Answer.@Nullable Refused creationShape(Draft draft, Content.ConversationCreated created) {
        List<UserId> others = List.of();
        if (draft.contents().size() > 1) {
            if (draft.contents().size() > 2
                    || !(draft.contents().get(1) instanceof Content.MembersAdded added)
                    || added.role() != Role.MEMBER
                    || added.invitation() != null
                    || !isDistinct(added.userIds())
                    || added.userIds().contains(draft.senderId()))
                return bad("a conversation begins with its creator and different others");
            others = added.userIds();
        }
        if (created.type() == ConversationType.DIRECT
                && (others.size() != 1
                        || !created.settings().equals(Settings.NONE)
                        || !ConversationId.direct(draft.senderId(), others.getFirst())
                                .equals(draft.conversationId()))) return bad("not a direct conversation of these two");
        return null;
    }

    /** Judges a draft that is no retry. Everything that it needs has been looked up. */
    Decision decide(WaitingDraft waiting, long now) {
        Draft draft = waiting.draft();
        Conversation conversation = waiting.conversation();
        Standing standing = conversation.decided();
        Content content = draft.contents().getFirst();
        if (content instanceof Content.ConversationCreated created) {
            Decision blocked = created.type() == ConversationType.DIRECT ? blocked(waiting) : null;
            return blocked == null ? create(draft, created, standing) : blocked;
        }
        Membership sender = standing.members().of(draft.senderId());
        if (content instanceof Content.MembersAdded added && added.invitation() != null) {
            return join(draft.senderId(), added.invitation(), sender, standing, now);
        }
        if (sender == null) return NO_CONVERSATION;
        if (!sender.isMember()) {
            boolean leaves = content instanceof Content.MemberLeft;
            return leaves ? new Decision.Unchanged(sender.last().left()) : NO_CONVERSATION;
        }
        if (both(draft, standing) != null) {
            Decision blocked = blocked(waiting);
            if (blocked != null) return blocked;
        }
        return switch (content) {
            case Content.Message message -> send(draft, message, sender, standing, now);
            case Content.Edit edit -> edit(edit, sender, target(waiting, edit.target()));
            case Content.Delete delete -> delete(delete, sender, standing, target(waiting, delete.target()));
            case Content.ConversationUpdated updated -> update(updated, sender, standing);
            case Content.MembersAdded added -> add(added, sender, standing);
            case Content.MembersRemoved removed -> remove(removed, sender, standing);
            case Content.MemberLeft left -> leave(sender, standing);
            case Content.RoleChanged changed -> changeRole(changed, sender, standing);
            case Content.UserBanned banned -> ban(banned, sender, standing);
            case Content.UserUnbanned unbanned -> unban(unbanned, sender, standing);
            case Content.InvitationCreated made -> invite(made, sender, standing, now);
            case Content.InvitationRevoked revoked -> revoke(revoked, sender, standing);
            case Content.ConversationCreated created -> TAKEN;
        };
    }

    /** What a draft is answered under whose id this was placed before. */
    static Answer duplicate(WaitingDraft draft, Entry before) {
        return before.digest().equals(draft.digest())
                ? new Answer.Placed(before.sequence(), before.sentAt(), before.countable(), true)
                : OTHER_CONTENT;
    }

    static Answer duplicate(WaitingDraft draft, History.KnownId before) {
        return before.digest().equals(draft.digest())
                ? new Answer.Placed(before.sequence(), before.sentAt(), 0, true)
                : OTHER_CONTENT;
    }

    /** Whether the draft is decided on who may come in. */
    static boolean isOfDoor(Draft draft) {
        return switch (draft.contents().getFirst()) {
            case Content.MembersAdded added -> true;
            case Content.UserBanned banned -> true;
            case Content.UserUnbanned unbanned -> true;
            case Content.InvitationCreated made -> true;
            case Content.InvitationRevoked revoked -> true;
            default -> false;
        };
    }

    /** The two of a direct conversation, if the draft is refused where one of them blocks the other; else null. */
    static @Nullable List<UserId> both(Draft draft, Standing standing) {
        return switch (draft.contents().getFirst()) {
            case Content.Message message ->
                standing.isDirect() ? standing.members().present() : null;
            case Content.Edit edit -> standing.isDirect() ? standing.members().present() : null;
            case Content.ConversationCreated created
            when created.type() == ConversationType.DIRECT -> {
                UserId other = ((Content.MembersAdded) draft.contents().get(1))
                        .userIds()
                        .getFirst();
                yield List.of(draft.senderId(), other);
            }
            default -> null;
        };
    }

    private static @Nullable Decision blocked(WaitingDraft waiting) {
        Blocking blocking = waiting.conversation().blocking;
        if (blocking == null || !blocking.isByAny()) return null;
        return blocking.isBy(waiting.draft().senderId()) ? YOU_BLOCK : NO_CONVERSATION;
    }

    private Decision create(Draft draft, Content.ConversationCreated created, Standing standing) {
        if (standing.exists()) {
            boolean isTheOne = created.type() == ConversationType.DIRECT && standing.isDirect();
            return isTheOne ? new Decision.Unchanged(standing.head()) : TAKEN;
        }
        int others = draft.contents().size() == 1
                ? 0
                : ((Content.MembersAdded) draft.contents().get(1)).userIds().size();
        return 1 + others > config.groupMembersMax() ? tooManyMembers() : new Decision.Place(draft.contents());
    }

    private static Decision send(Draft draft, Content.Message message, Membership sender, Standing standing, long now) {
        long replyTo = message.replyTo();
        if (replyTo != 0 && (replyTo > standing.head() || !sender.mayRead(replyTo))) return NO_MESSAGE;
        if (sender.role() != Role.MEMBER) return new Decision.Place(draft.contents());
        if (message.mentions().stream().anyMatch(Mention::isAll)) return NOT_FOR_ALL;
        Settings settings = standing.settings();
        if (settings.writers() == Writers.ADMINS) return NO_WRITER;
        Spoken spoken = standing.spoken();
        if (!settings.isPaced() || spoken == null) return new Decision.Place(draft.contents());
        long slow = spoken.slowMillis(draft.senderId(), settings, now);
        if (slow > 0) {
            return new Decision.Refuse(new Answer.Refused(ErrorCode.SLOW_MODE, "too soon after your last", slow));
        }
        long full = spoken.rateMillis(settings, now);
        if (full > 0) {
            String said = "too many messages here in the last minute";
            return new Decision.Refuse(new Answer.Refused(ErrorCode.RATE_LIMITED, said, full));
        }
        return new Decision.Place(draft.contents());
    }

    private Decision edit(Content.Edit edit, Membership sender, @Nullable Target target) {
        if (target == null) return UNREADABLE;
        if (!target.isFor(sender)) return NO_MESSAGE;
        if (!target.isOf(sender)) return NOT_YOURS;
        if (target.edits.size() >= config.editsMax()) {
            return refuse(ErrorCode.TOO_LARGE, "the message was edited too often");
        }
        return place(new Content.Edit(edit.target(), edit.body(), List.copyOf(target.edits)));
    }

    private static Decision delete(
            Content.Delete delete, Membership sender, Standing standing, @Nullable Target target) {
        if (target == null) return UNREADABLE;
        if (!target.isFor(sender)) return NO_MESSAGE;
        if (!target.isOf(sender) && (standing.isDirect() || sender.role() == Role.MEMBER)) return NOT_YOURS;
        return place(new Content.Delete(delete.target(), List.copyOf(target.edits)));
    }

    private static Decision update(Content.ConversationUpdated updated, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        Content.ConversationUpdated whole = updated.over(standing.settings());
        return whole.settings().equals(standing.settings()) ? new Decision.Unchanged(standing.head()) : place(whole);
    }

    private Decision add(Content.MembersAdded added, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER || (added.role() == Role.OWNER && sender.role() != Role.OWNER)) return NO_ROLE;
        List<UserId> users = new ArrayList<>();
        for (UserId user : added.userIds()) {
            Membership membership = standing.members().of(user);
            if (membership != null && membership.isMember()) continue;
            if (membership != null && hasComeTooOften(membership)) return TOO_OFTEN;
            users.add(user);
        }
        if (users.isEmpty()) return new Decision.Unchanged(standing.head());
        List<UserId> banned = users.stream().filter(door(standing)::isBanned).toList();
        if (!banned.isEmpty()) {
            List<String> named =
                    banned.stream().limit(NAMED_MAX).map(UserId::value).toList();
            String others = banned.size() > NAMED_MAX ? " and " + (banned.size() - NAMED_MAX) + " more" : "";
            return refuse(
                    ErrorCode.FORBIDDEN, "banned here, so nobody was added: " + String.join(", ", named) + others);
        }
        Decision full = fullFor(users.size(), standing);
        if (full != null) return full;
        return place(new Content.MembersAdded(List.copyOf(users), added.role()));
    }

    private boolean hasComeTooOften(Membership membership) {
        return membership.intervals().size() >= config.intervalsMax();
    }

    private @Nullable Decision fullFor(int more, Standing standing) {
        return standing.memberCount() + more > config.groupMembersMax() ? tooManyMembers() : null;
    }

    /** Whoever has joined already has done so, whatever became of the invitation since. */
    private Decision join(
            UserId user, Content.InvitationUse use, @Nullable Membership membership, Standing standing, long now) {
        Invitation invitation = door(standing).invitation(use.invitationId());
        if (invitation == null) return NO_CONVERSATION;
        if (membership != null && membership.isMember()) return new Decision.Unchanged(standing.head());
        if (standing.ownerCount() == 0) return NO_CONVERSATION; // all have gone, and nobody could be made owner
        if (!invitation.isOpen(Math.max(standing.sentAt(), now))
                || door(standing).isBanned(user)) return NO_CONVERSATION;
        if (membership != null && hasComeTooOften(membership)) return TOO_OFTEN;
        Decision full = fullFor(1, standing);
        if (full != null) return full;
        Content.InvitationUse counted =
                new Content.InvitationUse(invitation.invitationId(), invitation.slot(), invitation.uses() + 1);
        return place(new Content.MembersAdded(List.of(user), Role.MEMBER, counted));
    }

    private static Decision ban(Content.UserBanned banned, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        UserId user = banned.userId();
        if (door(standing).isBanned(user)) return new Decision.Unchanged(standing.head());
        if (!door(standing).hasRoomFor(user)) {
            return refuse(ErrorCode.TOO_LARGE, "at most " + Door.BANS_MAX + " users are or were banned");
        }
        Membership member = standing.members().of(user);
        if (member == null || !member.isMember()) return place(banned);
        if (member.role() == Role.OWNER && sender.role() != Role.OWNER) return NO_ROLE;
        Content.Departure departure = new Content.Departure(user, member.last().joined());
        return new Decision.Place(List.of(new Content.MembersRemoved(List.of(departure)), banned));
    }

    private static Decision unban(Content.UserUnbanned unbanned, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        boolean isBanned = door(standing).isBanned(unbanned.userId());
        return isBanned ? place(unbanned) : new Decision.Unchanged(standing.head());
    }

    private static Decision invite(Content.InvitationCreated made, Membership sender, Standing standing, long now) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        if (door(standing).invitation(made.invitationId()) != null) return new Decision.Unchanged(standing.head());
        int slot = door(standing).freeSlot(now);
        if (slot < 0) {
            return refuse(ErrorCode.TOO_LARGE, "a conversation has at most " + Door.INVITATIONS_MAX + " invitations");
        }
        long sentAt = Math.max(standing.sentAt(), now);
        long expiresAt = made.lifeMillis() == 0 ? 0 : sentAt + made.lifeMillis();
        return place(
                new Content.InvitationCreated(made.invitationId(), made.lifeMillis(), made.usesMax(), slot, expiresAt));
    }

    private static Decision revoke(Content.InvitationRevoked revoked, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        Invitation invitation = door(standing).invitation(revoked.invitationId());
        if (invitation == null) return NO_INVITATION;
        if (invitation.isRevoked()) return new Decision.Unchanged(standing.head());
        return place(new Content.InvitationRevoked(invitation.invitationId(), invitation.slot()));
    }

    private static Door door(Standing standing) {
        return Objects.requireNonNull(standing.door(), "who may come in was not looked up");
    }

    private static Decision remove(Content.MembersRemoved removed, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        List<Content.Departure> departures = new ArrayList<>();
        for (Content.Departure departure : removed.departures()) {
            Membership membership = standing.members().of(departure.userId());
            if (membership == null || !membership.isMember()) continue;
            if (membership.role() == Role.OWNER && sender.role() != Role.OWNER) return NO_ROLE;
            departures.add(
                    new Content.Departure(departure.userId(), membership.last().joined()));
        }
        return departures.isEmpty()
                ? new Decision.Unchanged(standing.head())
                : place(new Content.MembersRemoved(List.copyOf(departures)));
    }

    private static Decision leave(Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (isLastOwner(sender, standing)) return LAST_OWNER;
        return place(new Content.MemberLeft(
                new Content.Departure(sender.userId(), sender.last().joined())));
    }

    private static Decision changeRole(Content.RoleChanged changed, Membership sender, Standing standing) {
        if (standing.isDirect()) return DIRECT;
        if (sender.role() == Role.MEMBER) return NO_ROLE;
        Membership member = standing.members().of(changed.userId());
        if (member == null || !member.isMember()) return NO_MEMBER;
        if (member.role() == changed.role()) return new Decision.Unchanged(standing.head());
        boolean ofOwner = member.role() == Role.OWNER || changed.role() == Role.OWNER;
        if (ofOwner && sender.role() != Role.OWNER) return NO_ROLE;
        if (isLastOwner(member, standing)) return LAST_OWNER;
        return place(new Content.RoleChanged(changed.userId(), member.last().joined(), changed.role()));
    }

    private static boolean isLastOwner(Membership member, Standing standing) {
        return member.role() == Role.OWNER && standing.ownerCount() == 1 && standing.memberCount() > 1;
    }

    private Decision tooManyMembers() {
        return refuse(ErrorCode.TOO_LARGE, "a group has at most " + config.groupMembersMax() + " members");
    }

    /** A message as amended by all that came after it; null: it should be in the store, and is not. */
    private static @Nullable Target target(WaitingDraft waiting, long sequence) {
        Conversation conversation = waiting.conversation();
        long head = conversation.decided().head();
        if (sequence < 1 || sequence > head) return Target.NONE;
        Recent recent = conversation.recent();
        Entry entry = recent.get(sequence);
        List<Long> edits = new ArrayList<>();
        boolean deleted = false;
        if (entry == null) {
            StoredEntry stored = waiting.target();
            if (stored == null) return null;
            entry = stored.entry();
            edits.addAll(stored.edits());
            deleted = stored.isDeleted();
        }
        for (long later = Math.max(sequence + 1, recent.first()); later <= head; later++) {
            Entry amendment = recent.get(later);
            if (amendment == null) continue;
            if (amendment.content() instanceof Content.Delete delete && delete.target() == sequence) deleted = true;
            if (amendment.content() instanceof Content.Edit edit
                    && edit.target() == sequence
                    && !edits.contains(amendment.sequence())) edits.add(amendment.sequence());
        }
        return new Target(entry, edits, deleted);
    }

    /** @param entry null: there is no such entry */
    private record Target(@Nullable Entry entry, List<Long> edits, boolean deleted) {
        static final Target NONE = new Target(null, List.of(), false);

        /** An undeleted message that this member may read. */
        boolean isFor(Membership member) {
            return entry != null && entry.kind() == Kind.MESSAGE && !deleted && member.mayRead(entry.sequence());
        }

        boolean isOf(Membership member) {
            return entry != null && entry.senderId().equals(member.userId());
        }
    }

    private static boolean isDistinct(List<UserId> users) {
        return !users.isEmpty() && new HashSet<>(users).size() == users.size();
    }

    private static Decision place(Content content) {
        return new Decision.Place(List.of(content));
    }

    private static Decision refuse(ErrorCode code, String message) {
        return new Decision.Refuse(new Answer.Refused(code, message));
    }

    private static Answer.Refused bad(String message) {
        return new Answer.Refused(ErrorCode.BAD_FRAME, message);
    }
}
