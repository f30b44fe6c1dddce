package chat.parley.gateway.api;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What is in the link of an invitation: {@code <conversationId>.<secret>}. Whoever has it may join. The secret is kept nowhere; the id of the invitation,
 * by which it is found, is a digest of it, so that nobody who knows the id knows the token.
 */
record InvitationToken(ConversationId conversationId, String secret) {
    private static final int SECRET_BYTES = 20;
    private static final int SECRET_LENGTH = 27;
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /**
     * A token for this request, and for every repetition of it: the secret is made of the key, which no client knows, and of what names the request.
     */
    static InvitationToken of(byte[] key, ConversationId conversation, UserId user, String clientMessageId) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String named = "invitation\n" + conversation + "\n" + user + "\n" + clientMessageId;
            byte[] secret = mac.doFinal(named.getBytes(StandardCharsets.UTF_8));
            return new InvitationToken(conversation, BASE64.encodeToString(Arrays.copyOf(secret, SECRET_BYTES)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** Null: it is none. */
    static @Nullable InvitationToken parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0 || !ConversationId.isValid(text.substring(0, dot))) return null;
        String secret = text.substring(dot + 1);
        if (secret.length() != SECRET_LENGTH) return null;
        return new InvitationToken(new ConversationId(text.substring(0, dot)), secret);
    }

    String text() {
        return conversationId.value() + "." + secret;
    }

    String invitationId() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] id = digest.digest(secret.getBytes(StandardCharsets.UTF_8));
            return BASE64.encodeToString(Arrays.copyOf(id, ID_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "InvitationToken of " + conversationId;
    }
}
