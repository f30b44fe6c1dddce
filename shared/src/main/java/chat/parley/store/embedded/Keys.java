package chat.parley.store.embedded;

import chat.parley.model.ByteWriter;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.History.IdKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The keys of all rows. Ids are ASCII and end with a zero byte where something follows; numbers have 8 bytes, high first. */
final class Keys {
    private static final int CONVERSATION = 'c';
    private static final int MEMBER = 'm';
    private static final int INBOX = 'i';
    private static final int AMENDMENT = 'a';
    private static final int POINTER = 'p';
    private static final int DEVICE = 'd';
    private static final int USER = 'u';
    private static final int LAST_SEEN = 's';
    private static final int MUTE = 'q';
    private static final int BAN = 'b';
    private static final int INVITATION = 'v';
    private static final int OWNER = 'o';
    private static final int CURSORS = 'k';
    private static final int REMEMBERED = 'r';
    private static final int CONSUMER = 'e';
    private static final int ROOM = 64;

    static final byte[] FORMAT = {'f'};

    private Keys() {}

    // META

    static byte[] owner(int shard) {
        return new byte[] {OWNER, (byte) shard};
    }

    static byte[] cursors(int shard) {
        return new byte[] {CURSORS, (byte) shard};
    }

    static byte[] remembered(String name) {
        return new ByteWriter(ROOM).putByte(REMEMBERED).putString(name).toBytes();
    }

    /** What the keys of all consumers begin with. */
    static byte[] consumers() {
        return new byte[] {CONSUMER};
    }

    static byte[] consumer(String consumer, int shard) {
        return new ByteWriter(ROOM)
                .putByte(CONSUMER)
                .putString(consumer)
                .putByte(shard)
                .toBytes();
    }

    // LOG: by the last position of the row, so that a seek to n + 1 finds the row that holds n + 1

    static byte[] log(int shard, long lastPosition) {
        return new ByteWriter(9).putByte(shard).putLong(lastPosition).toBytes();
    }

    static int shardOfLog(byte[] key) {
        return key[0] & 0xff;
    }

    static long positionOfLog(byte[] key) {
        return number(key);
    }

    // HISTORY

    static byte[] history(ConversationId conversation, long sequence) {
        var key = new ByteWriter(conversation.value().length() + 9);
        history(conversation, sequence, key);
        return key.toBytes();
    }

    static void history(ConversationId conversation, long sequence, ByteWriter key) {
        key.putAscii(conversation.value()).putByte(0).putLong(sequence);
    }

    // IDS

    static byte[] id(IdKey id) {
        var key = new ByteWriter(ROOM + ROOM);
        id(id.conversationId(), id.senderId(), id.clientMessageId(), key);
        return key.toBytes();
    }

    static void id(ConversationId conversation, UserId sender, String clientMessageId, ByteWriter key) {
        key.putAscii(conversation.value()).putByte(0).putAscii(sender.value()).putByte(0);
        key.putString(clientMessageId);
    }

    // HEADS

    static byte[] head(ConversationId conversation) {
        return conversation.value().getBytes(StandardCharsets.US_ASCII);
    }

    // TABLES

    static byte[] conversation(ConversationId conversation) {
        return single(CONVERSATION, conversation.value());
    }

    /** All whose user ids begin so. */
    static byte[] members(ConversationId conversation, String prefix) {
        return pair(MEMBER, conversation.value(), prefix);
    }

    static byte[] members(ConversationId conversation) {
        return pair(MEMBER, conversation.value(), "");
    }

    static byte[] member(ConversationId conversation, UserId user) {
        return pair(MEMBER, conversation.value(), user.value());
    }

    /** The first key behind the user's, who need not be one. */
    static byte[] memberAfter(ConversationId conversation, String user) {
        return pair(MEMBER, conversation.value(), user + '\0');
    }

    static byte[] inbox(UserId user) {
        return pair(INBOX, user.value(), "");
    }

    static byte[] inbox(UserId user, ConversationId conversation) {
        return pair(INBOX, user.value(), conversation.value());
    }

    static byte[] amendment(ConversationId conversation, long target) {
        return new ByteWriter(ROOM)
                .putByte(AMENDMENT)
                .putAscii(conversation.value())
                .putByte(0)
                .putLong(target)
                .toBytes();
    }

    static byte[] pointer(UserId user, ConversationId conversation) {
        return pair(POINTER, user.value(), conversation.value());
    }

    static byte[] devices(UserId user) {
        return pair(DEVICE, user.value(), "");
    }

    static byte[] device(UserId user, DeviceId device) {
        return pair(DEVICE, user.value(), device.value());
    }

    static byte[] user(UserId user) {
        return single(USER, user.value());
    }

    static byte[] lastSeen(UserId user) {
        return single(LAST_SEEN, user.value());
    }

    static byte[] mute(UserId user, ConversationId conversation) {
        return pair(MUTE, user.value(), conversation.value());
    }

    static byte[] bans(ConversationId conversation) {
        return pair(BAN, conversation.value(), "");
    }

    static byte[] ban(ConversationId conversation, UserId user) {
        return pair(BAN, conversation.value(), user.value());
    }

    /** The first key behind the user's, who need not be one. */
    static byte[] banAfter(ConversationId conversation, String user) {
        return pair(BAN, conversation.value(), user + '\0');
    }

    static byte[] invitations(ConversationId conversation) {
        return pair(INVITATION, conversation.value(), "");
    }

    static byte[] invitation(ConversationId conversation, int slot) {
        return new ByteWriter(ROOM)
                .putByte(INVITATION)
                .putAscii(conversation.value())
                .putByte(0)
                .putLong(slot)
                .toBytes();
    }

    // Parts

    /** Whether the two keys differ in nothing but the number at their end. */
    static boolean sameButNumber(byte[] key, byte[] other) {
        int length = key.length - Long.BYTES;
        return key.length == other.length && Arrays.equals(key, 0, length, other, 0, length);
    }

    /** The number at the end of the key. */
    static long number(byte[] key) {
        long value = 0;
        for (int i = key.length - Long.BYTES; i < key.length; i++) value = value << 8 | key[i] & 0xff;
        return value;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** What follows the prefix. */
    static String rest(byte[] key, byte[] prefix) {
        return new String(key, prefix.length, key.length - prefix.length, StandardCharsets.US_ASCII);
    }

    private static byte[] single(int table, String id) {
        return new ByteWriter(ROOM).putByte(table).putAscii(id).toBytes();
    }

    private static byte[] pair(int table, String first, String second) {
        return new ByteWriter(ROOM)
                .putByte(table)
                .putAscii(first)
                .putByte(0)
                .putAscii(second)
                .toBytes();
    }
}
