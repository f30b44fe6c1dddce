package chat.parley.gateway;

import chat.parley.model.Content;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.List;

/** Whom an entry concerns as members. */
final class Entries {
    private Entries() {}

    static boolean isMembership(Entry entry) {
        return switch (entry.content()) {
            case Content.Message message -> false;
            case Content.ConversationCreated created -> true;
            case Content.MembersAdded added -> true;
            case Content.MembersRemoved removed -> true;
            case Content.MemberLeft left -> true;
            case Content.Edit edit -> false;
            case Content.Delete delete -> false;
            case Content.ConversationUpdated updated -> false;
            case Content.RoleChanged changed -> false;
            case Content.UserBanned banned -> false;
            case Content.UserUnbanned unbanned -> false;
            case Content.InvitationCreated made -> false;
            case Content.InvitationRevoked revoked -> false;
        };
    }

    /** Whether one with this role is told whom the entry adds, removes or bans, though not everybody is: admins, its sender, and these users. */
    static boolean isToldWho(Entry entry, UserId reader, Role role) {
        if (role != Role.MEMBER || entry.senderId().equals(reader)) return true;
        return joining(entry).contains(reader) || leaving(entry).contains(reader);
    }

    /** Members from this entry on. */
    static List<UserId> joining(Entry entry) {
        return switch (entry.content()) {
            case Content.ConversationCreated created -> List.of(entry.senderId());
            case Content.MembersAdded added -> added.userIds();
            default -> List.of();
        };
    }

    static Role roleOfJoining(Entry entry) {
        return switch (entry.content()) {
            case Content.MembersAdded added -> added.role();
            case Content.ConversationCreated created ->
                created.type() == ConversationType.DIRECT ? Role.MEMBER : Role.OWNER;
            default -> Role.MEMBER;
        };
    }

    /** Members up to this entry. */
    static List<UserId> leaving(Entry entry) {
        return switch (entry.content()) {
            case Content.MembersRemoved removed -> {
                List<UserId> users = new ArrayList<>(removed.departures().size());
                for (Content.Departure departure : removed.departures()) users.add(departure.userId());
                yield users;
            }
            case Content.MemberLeft left -> List.of(left.departure().userId());
            default -> List.of();
        };
    }
}
