package chat.parley.model;

/**
 * Into one conversation, for whoever has its token.
 *
 * @param invitationId a digest of the token, which is nowhere else
 * @param slot the place it takes among those of its conversation, of which there are few; another takes it once nobody joins by this one any more
 * @param expiresAt Unix milliseconds; 0: never
 * @param usesMax how many may join by it; 0: any number
 * @param uses how many have
 */
public record Invitation(
        String invitationId,
        int slot,
        UserId createdBy,
        long createdAt,
        long expiresAt,
        long usesMax,
        long uses,
        boolean isRevoked) {
    /** Whether one more may join by it. */
    public boolean isOpen(long now) {
        return !isRevoked && (expiresAt == 0 || expiresAt > now) && (usesMax == 0 || uses < usesMax);
    }

    public Invitation used(long count) {
        return new Invitation(invitationId, slot, createdBy, createdAt, expiresAt, usesMax, count, isRevoked);
    }

    public Invitation revoked() {
        return new Invitation(invitationId, slot, createdBy, createdAt, expiresAt, usesMax, uses, true);
    }
}
