package chat.parley.sequencer;

import chat.parley.model.ByteWriter;
import chat.parley.model.Content;
import chat.parley.model.Digest;
import chat.parley.model.Draft;
import chat.parley.model.EntryCodec;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Digests of drafts: HMAC-SHA256 over their contents in binary form, without what the sequencer fills in. For one thread. */
final class Digests {
    private static final int VERSION = 1;
    private static final int SIZE_GUESS = 256;

    private final Mac mac;

    Digests(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** Fails with {@link IllegalArgumentException} if the draft holds a number that no entry can hold. */
    Digest of(Draft draft) {
        ByteWriter out = new ByteWriter(SIZE_GUESS);
        for (Content content : draft.contents()) EntryCodec.write(asSent(content), out);
        ByteBuffer digest = ByteBuffer.wrap(mac.doFinal(out.toBytes()));
        return new Digest(VERSION, digest.getLong(), digest.getLong());
    }

    private static Content asSent(Content content) {
        return switch (content) {
            case Content.Edit edit -> new Content.Edit(edit.target(), edit.body(), List.of());
            case Content.Delete delete -> new Content.Delete(delete.target(), List.of());
            case Content.MembersRemoved removed ->
                new Content.MembersRemoved(removed.departures().stream()
                        .map(departure -> new Content.Departure(departure.userId(), 0))
                        .toList());
            case Content.MemberLeft left ->
                new Content.MemberLeft(new Content.Departure(left.departure().userId(), 0));
            case Content.RoleChanged changed -> new Content.RoleChanged(changed.userId(), 0, changed.role());
            case Content.Message message -> message;
            case Content.ConversationCreated created -> created;
            case Content.ConversationUpdated updated -> updated;
            case Content.MembersAdded added -> {
                Content.InvitationUse use = added.invitation();
                yield use == null
                        ? added
                        : new Content.MembersAdded(
                                added.userIds(), added.role(), new Content.InvitationUse(use.invitationId(), 0, 0));
            }
            case Content.UserBanned banned -> banned;
            case Content.UserUnbanned unbanned -> unbanned;
            case Content.InvitationCreated made ->
                new Content.InvitationCreated(made.invitationId(), made.lifeMillis(), made.usesMax(), 0, 0);
            case Content.InvitationRevoked revoked -> new Content.InvitationRevoked(revoked.invitationId(), 0);
        };
    }
}
