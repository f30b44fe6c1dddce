package chat.parley.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** A conversation: {@code [A-Za-z0-9_-]{1,64}}; 128 random bits for groups, a hash of both users for direct ones. */
public record ConversationId(String value) {
    /** The sequencer shards. Fixed for the life of the data: a conversation's log lives in its shard. */
    public static final int SHARDS = 128;

    private static final int LENGTH_MAX = 64;
    private static final int ID_BYTES = 16;

    public ConversationId {
        if (!isValid(value)) throw new IllegalArgumentException("not a conversation id");
    }

    /** Whether the text is a conversation id; the constructor refuses all else. */
    public static boolean isValid(String value) {
        int length = value.length();
        if (length == 0 || length > LENGTH_MAX) return false;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (!Names.isAlphanumeric(c) && c != '_' && c != '-') return false;
        }
        return true;
    }

    /** The one conversation of two users, whoever asks first. */
    public static ConversationId direct(UserId one, UserId other) {
        boolean inOrder = one.compareTo(other) <= 0;
        return hashed("direct", (inOrder ? one : other).value(), (inOrder ? other : one).value());
    }

    /** The group that a creator asked for with this request: a retry or a race finds the same one. */
    public static ConversationId requested(UserId creator, String clientRequestId) {
        return hashed("group", creator.value(), clientRequestId);
    }

    /** A new group's id. */
    public static ConversationId random(SecureRandom random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return of(id);
    }

    /** The sequencer shard that orders this conversation: 0 to 127. */
    public int shard() {
        return Names.spread(value) & (SHARDS - 1);
    }

    private static ConversationId hashed(String... parts) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                sha.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
                sha.update(bytes);
            }
            byte[] id = new byte[ID_BYTES];
            System.arraycopy(sha.digest(), 0, id, 0, ID_BYTES);
            return of(id);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static ConversationId of(byte[] id) {
        return new ConversationId(Base64.getUrlEncoder().withoutPadding().encodeToString(id));
    }

    @Override
    public String toString() {
        return value;
    }
}
