package chat.parley.store.embedded;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.Invitation;
import chat.parley.model.UserId;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the invitation in one slot: the rows so far, merged. They may come in any order and more than once; each part has a stamp of its
 * own, and the later one stays.
 *
 * @param invitation as it was made; null: that did not come yet
 */
record InvitationRecord(
        @Nullable Invitation invitation, long stamp, long uses, long usesStamp, boolean isRevoked, long revokedStamp) {
    static final InvitationRecord NONE = new InvitationRecord(null, 0, 0, 0, false, 0);

    InvitationRecord with(Invitation made, long at) {
        InvitationRecord before =
                at >= stamp ? new InvitationRecord(made, at, uses, usesStamp, isRevoked, revokedStamp) : this;
        return before.withUses(0, at).withRevoked(false, at);
    }

    InvitationRecord withUses(long count, long at) {
        if (at < usesStamp) return this;
        return new InvitationRecord(invitation, stamp, count, at, isRevoked, revokedStamp);
    }

    InvitationRecord withRevoked(boolean isRevokedThen, long at) {
        if (at < revokedStamp) return this;
        return new InvitationRecord(invitation, stamp, uses, usesStamp, isRevokedThen, at);
    }

    /** As readers see it. */
    @Nullable
    Invitation shown() {
        if (invitation == null) return null;
        Invitation used = invitation.used(uses);
        return isRevoked ? used.revoked() : used;
    }

    byte[] encoded() {
        var out = new ByteWriter(96);
        out.putVar(uses)
                .putVar(usesStamp)
                .putByte(isRevoked ? 1 : 0)
                .putVar(revokedStamp)
                .putVar(stamp);
        if (invitation != null) {
            out.putString(invitation.invitationId())
                    .putVar(invitation.slot())
                    .putString(invitation.createdBy().value())
                    .putVar(invitation.createdAt())
                    .putVar(invitation.expiresAt())
                    .putVar(invitation.usesMax());
        }
        return out.toBytes();
    }

    static InvitationRecord decode(byte @Nullable [] row) {
        if (row == null) return NONE;
        var in = new ByteReader(row);
        long uses = in.getVar();
        long usesStamp = in.getVar();
        boolean isRevoked = in.getByte() == 1;
        long revokedStamp = in.getVar();
        long stamp = in.getVar();
        Invitation invitation = null;
        if (in.hasMore()) {
            invitation = new Invitation(
                    in.getString(),
                    (int) in.getVar(),
                    new UserId(in.getString()),
                    in.getVar(),
                    in.getVar(),
                    in.getVar(),
                    0,
                    false);
        }
        return new InvitationRecord(invitation, stamp, uses, usesStamp, isRevoked, revokedStamp);
    }
}
