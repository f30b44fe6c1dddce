package chat.parley.load;

import java.nio.charset.StandardCharsets;

/**
 * Finds in a server's text message what a load generator needs of each frame, by one pass over the bytes and without an
 * object for any of it. Fields may come in any order; what is not known is passed over.
 */
final class FrameScanner {
    enum Type {
        MESSAGE_EVENT,
        MESSAGE_ACK,
        SYNCED,
        ERROR,
        RESYNC,
        GAP,
        PRESENCE_EVENT,
        OTHER
    }

    private static final Type[] TYPES = {
        Type.MESSAGE_EVENT, Type.MESSAGE_ACK, Type.SYNCED, Type.ERROR, Type.RESYNC, Type.GAP, Type.PRESENCE_EVENT
    };
    private static final byte[][] NAMES = {
        ascii("message_event"),
        ascii("message_ack"),
        ascii("synced"),
        ascii("error"),
        ascii("resync"),
        ascii("gap"),
        ascii("presence_event")
    };
    private static final byte[] TYPE = ascii("type");
    private static final byte[] BODY = ascii("body");
    private static final byte[] SEQUENCE = ascii("sequence");
    private static final byte[] USER_ID = ascii("userId");
    private static final byte[] STATUS = ascii("status");
    private static final byte[] ONLINE = ascii("online");
    private static final byte[] CLIENT_MESSAGE_ID = ascii("clientMessageId");

    private byte[] text = {};
    private int at;
    private int end;
    private Type type = Type.OTHER;
    private long sequence;
    private int body;
    private int clientMessageId;
    private long user;
    private boolean isOnline;
    private int frame;

    /** Begins with the bytes, which hold one frame or an array of them. */
    void begin(byte[] bytes, int length) {
        text = bytes;
        at = 0;
        end = length;
    }

    /** Moves to the next frame; false after the last. */
    boolean next() {
        while (at < end && text[at] != '{') at++;
        if (at == end) return false;
        frame = at++;
        type = Type.OTHER;
        sequence = 0;
        body = -1;
        clientMessageId = -1;
        user = -1;
        isOnline = false;
        while (true) {
            while (at < end && text[at] != '"' && text[at] != '}') at++;
            if (at == end) throw broken();
            if (text[at++] == '}') return true;
            field();
        }
    }

    Type type() {
        return type;
    }

    long sequence() {
        return sequence;
    }

    /** Where the body's first character stands, or -1. */
    int body() {
        return body;
    }

    /** Likewise of the id. */
    int clientMessageId() {
        return clientMessageId;
    }

    /** The number at the end of the user's name. */
    int user() {
        return (int) user;
    }

    /** Whether a presence event says so. */
    boolean isOnline() {
        return isOnline;
    }

    @Override
    public String toString() {
        return new String(text, frame, at - frame, StandardCharsets.UTF_8);
    }

    private void field() {
        int key = at;
        skipString();
        int length = at - 1 - key;
        while (text[at] == ' ' || text[at] == ':') at++;
        int value = at;
        skipValue();
        switch (length) {
            case 4 -> {
                if (is(key, length, TYPE)) type = typeOf(value + 1, at - 2 - value);
                else if (is(key, length, BODY)) body = value + 1;
            }
            case 6 -> {
                if (is(key, length, USER_ID)) user = numberBefore(at - 1);
                else if (is(key, length, STATUS)) isOnline = is(value + 1, at - 2 - value, ONLINE);
            }
            case 8 -> {
                if (is(key, length, SEQUENCE)) sequence = number(value);
            }
            case 15 -> {
                if (is(key, length, CLIENT_MESSAGE_ID)) clientMessageId = value + 1;
            }
            default -> {}
        }
    }

    /** From behind the opening quote to behind the closing one. */
    private void skipString() {
        byte[] bytes = text;
        int i = at;
        while (i < end) {
            byte octet = bytes[i++];
            if (octet == '"') {
                at = i;
                return;
            }
            if (octet == '\\') i++;
        }
        throw broken();
    }

    private void skipValue() {
        byte first = text[at];
        if (first == '"') {
            at++;
            skipString();
        } else if (first == '{' || first == '[') {
            skipNested();
        } else {
            while (at < end && text[at] != ',' && text[at] != '}') at++;
        }
    }

    private void skipNested() {
        int depth = 0;
        while (at < end) {
            switch (text[at++]) {
                case '"' -> skipString();
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) return;
                }
                default -> {}
            }
        }
        throw broken();
    }

    private Type typeOf(int from, int length) {
        for (int i = 0; i < NAMES.length; i++) {
            if (is(from, length, NAMES[i])) return TYPES[i];
        }
        return Type.OTHER;
    }

    private boolean is(int from, int length, byte[] name) {
        if (length != name.length) return false;
        for (int i = 0; i < length; i++) {
            if (text[from + i] != name[i]) return false;
        }
        return true;
    }

    private long number(int from) {
        long number = 0;
        for (int i = from; text[i] >= '0' && text[i] <= '9'; i++) number = number * 10 + text[i] - '0';
        return number;
    }

    private long numberBefore(int to) {
        int from = to;
        while (text[from - 1] >= '0' && text[from - 1] <= '9') from--;
        return number(from);
    }

    private IllegalStateException broken() {
        return new IllegalStateException(
                "no whole frame: " + new String(text, 0, Math.min(end, 300), StandardCharsets.UTF_8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
