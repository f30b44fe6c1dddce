package chat.parley.sequencer;

import chat.parley.model.Ban;
import chat.parley.model.Content;
import chat.parley.model.Entry;
import chat.parley.model.Invitation;
import chat.parley.model.UserId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may come into a conversation and who may not: a function of its log. Never changes; what is applied twice is applied once, as long as all that
 * came since is applied again, too. Read when somebody is to come in, and not before.
 *
 * @param bans of all who are or were banned, whether it holds
 * @param invitations by slot
 */
record Door(Map<UserId, Boolean> bans, Map<Integer, Invitation> invitations) {
    /** Users who are or were banned from one conversation. */
    static final int BANS_MAX = 10_000;
    /** Invitations of one conversation by which somebody may still join. */
    static final int INVITATIONS_MAX = 100;

    /** Of a conversation that does not exist. */
    static final Door CLOSED = new Door(Map.of(), Map.of());

    private static final int NO_SLOT = -1;

    static Door of(List<Ban> bans, List<Invitation> invitations) {
        if (bans.isEmpty() && invitations.isEmpty()) return CLOSED;
        Map<UserId, Boolean> banned = HashMap.newHashMap(bans.size());
        for (Ban ban : bans) banned.put(ban.userId(), ban.holds());
        Map<Integer, Invitation> bySlot = HashMap.newHashMap(invitations.size());
        for (Invitation invitation : invitations) bySlot.put(invitation.slot(), invitation);
        return new Door(banned, bySlot);
    }

    boolean isBanned(UserId user) {
        return bans.getOrDefault(user, false);
    }

    /** Whether one more can be banned. */
    boolean hasRoomFor(UserId user) {
        return bans.containsKey(user) || bans.size() < BANS_MAX;
    }

    @Nullable
    Invitation invitation(String invitationId) {
        for (Invitation each : invitations.values()) if (each.invitationId().equals(invitationId)) return each;
        return null;
    }

    /** A slot for one more; negative: there is none. */
    int freeSlot(long now) {
        for (int slot = 0; slot < INVITATIONS_MAX; slot++) {
            Invitation present = invitations.get(slot);
            if (present == null || !present.isOpen(now)) return slot;
        }
        return NO_SLOT;
    }

    Door after(Entry entry) {
        return switch (entry.content()) {
            case Content.UserBanned banned -> with(banned.userId(), true);
            case Content.UserUnbanned unbanned -> with(unbanned.userId(), false);
            case Content.InvitationCreated made ->
                with(new Invitation(
                        made.invitationId(),
                        made.slot(),
                        entry.senderId(),
                        entry.sentAt(),
                        made.expiresAt(),
                        made.usesMax(),
                        0,
                        false));
            case Content.InvitationRevoked revoked -> {
                Invitation present = invitation(revoked.invitationId());
                yield present == null ? this : with(present.revoked());
            }
            case Content.MembersAdded added -> {
                Content.InvitationUse use = added.invitation();
                Invitation present = use == null ? null : invitation(use.invitationId());
                yield use == null || present == null ? this : with(present.used(use.uses()));
            }
            default -> this;
        };
    }

    private Door with(UserId user, boolean isBanned) {
        Map<UserId, Boolean> next = new HashMap<>(bans);
        next.put(user, isBanned);
        return new Door(next, invitations);
    }

    private Door with(Invitation invitation) {
        Map<Integer, Invitation> next = new HashMap<>(invitations);
        next.put(invitation.slot(), invitation);
        return new Door(bans, next);
    }

    /** About what it takes in memory. */
    long bytes() {
        return 120L * bans.size() + 250L * invitations.size();
    }
}
