package chat.parley.simulator;

import chat.parley.model.Content;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether all who came into a conversation were let in: not banned, and where they came by themselves, by an invitation that held. */
final class Doors {
    private final Set<UserId> banned = new HashSet<>();
    private final Map<String, Content.InvitationCreated> open = new HashMap<>();
    private final Map<String, Long> uses = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    void pass(Entry entry) {
        switch (entry.content()) {
            case Content.UserBanned ban -> banned.add(ban.userId());
            case Content.UserUnbanned unbanned -> banned.remove(unbanned.userId());
            case Content.InvitationCreated made -> open.put(made.invitationId(), made);
            case Content.InvitationRevoked revoked -> open.remove(revoked.invitationId());
            case Content.MembersAdded added -> {
                for (UserId user : added.userIds()) if (banned.contains(user)) wrong(entry, user + " is banned");
                if (added.invitation() != null) joined(entry, added.invitation());
                else if (added.userIds().contains(entry.senderId())) wrong(entry, "nobody adds themselves");
            }
            default -> {}
        }
    }

    private void joined(Entry entry, Content.InvitationUse use) {
        Content.InvitationCreated made = open.get(use.invitationId());
        long count = uses.merge(use.invitationId(), 1L, Long::sum);
        if (made == null) wrong(entry, "the invitation does not hold");
        else if (made.usesMax() > 0 && count > made.usesMax()) wrong(entry, "the invitation is used up");
        else if (made.expiresAt() > 0 && entry.sentAt() >= made.expiresAt()) wrong(entry, "the invitation has expired");
        else if (made.slot() != use.slot() || count != use.uses()) wrong(entry, "the invitation is miscounted");
    }

    private void wrong(Entry entry, String what) {
        wrong.add(entry.messageId() + ": " + what);
    }

    List<String> wrong() {
        return wrong;
    }
}
