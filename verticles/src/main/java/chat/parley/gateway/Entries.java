package chat.parley.gateway;

import chat.parley.model.Content;
import chat.parley.model.Entry;
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

    /** Members from this entry on. */
    static List<UserId> joining(Entry entry) {
        return switch (entry.content()) {
            case Content.ConversationCreated created -> List.of(entry.senderId());
            case Content.MembersAdded added -> added.userIds();
            default -> List.of();
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
