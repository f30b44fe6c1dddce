package chat.parley.wire;

import chat.parley.model.ConversationId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes JSON as UTF-8 into one growing array; puts the commas. What is called when is the caller's duty: it checks no grammar. */
public final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS_MAX = 20;
    private static final int ESCAPE_BYTES = 6;

    private byte[] bytes;
    private int size;

    /** @param expected the bytes that it will probably be */
    public JsonWriter(int expected) {
        bytes = new byte[Math.max(64, expected)];
    }

    public JsonWriter beginObject() {
        separate();
        return put('{');
    }

    public JsonWriter endObject() {
        return put('}');
    }

    public JsonWriter beginArray() {
        separate();
        return put('[');
    }

    public JsonWriter endArray() {
        return put(']');
    }

    /** The name of the field whose value comes next; one that needs no escape. */
    public JsonWriter name(String name) {
        separate();
        quoted(name);
        return put(':');
    }

    public JsonWriter string(String value) {
        separate();
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        room(utf8.length + 2);
        bytes[size++] = '"';
        int clean = JsonText.behindPlain(utf8, 0, utf8.length);
        if (clean == utf8.length) copy(utf8, 0, clean);
        else escape(utf8, clean);
        return put('"');
    }

    /** A string that is known to be printable ASCII without quotes and backslashes: an id, a word of the protocol. */
    public JsonWriter safe(String value) {
        separate();
        quoted(value);
        return this;
    }

    public JsonWriter number(long value) {
        separate();
        digits(value);
        return this;
    }

    public JsonWriter bool(boolean value) {
        return raw(value ? "true" : "false");
    }

    /** A value that is JSON already. */
    public JsonWriter raw(String json) {
        return raw(json.getBytes(StandardCharsets.UTF_8));
    }

    /** A value that is JSON already. */
    public JsonWriter raw(byte[] json) {
        separate();
        room(json.length);
        copy(json, 0, json.length);
        return this;
    }

    public JsonWriter field(String name, String value) {
        return name(name).string(value);
    }

    public JsonWriter safeField(String name, String value) {
        return name(name).safe(value);
    }

    public JsonWriter field(String name, long value) {
        return name(name).number(value);
    }

    public JsonWriter field(String name, boolean value) {
        return name(name).bool(value);
    }

    /** The field, or nothing. */
    public JsonWriter optional(String name, @Nullable String value) {
        return value == null ? this : field(name, value);
    }

    /** The field, or nothing. */
    public JsonWriter optional(String name, @Nullable Number value) {
        return value == null ? this : field(name, value.longValue());
    }

    /** {@code messageId}: the conversation's id, a dot, the sequence. */
    public JsonWriter messageId(ConversationId conversation, long sequence) {
        name("messageId");
        String id = conversation.value();
        room(id.length() + DIGITS_MAX + 3);
        bytes[size++] = '"';
        ascii(id);
        bytes[size++] = '.';
        digits(sequence);
        return put('"');
    }

    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** A comma, unless a container or a field has just begun. */
    private void separate() {
        if (size == 0) return;
        byte last = bytes[size - 1];
        if (last != '{' && last != '[' && last != ':') put(',');
    }

    private void quoted(String ascii) {
        room(ascii.length() + 3);
        bytes[size++] = '"';
        ascii(ascii);
        bytes[size++] = '"';
    }

    @SuppressWarnings("deprecation") // the only copy without a look at each character; right for ASCII, which it is
    private void ascii(String value) {
        value.getBytes(0, value.length(), bytes, size);
        size += value.length();
    }

    private void digits(long value) {
        room(DIGITS_MAX);
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        int width = 1;
        for (long rest = value; rest >= 10; rest /= 10) width++;
        long rest = value;
        for (int at = size + width - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += width;
    }

    private void escape(byte[] utf8, int firstDirty) {
        int from = 0;
        int at = firstDirty;
        while (at < utf8.length) {
            byte b = utf8[at];
            if (b < 0 || b >= 0x20 && b != '"' && b != '\\') { // others than ASCII stay as they are
                at++;
                continue;
            }
            room(utf8.length - from + ESCAPE_BYTES + 1);
            copy(utf8, from, at - from);
            bytes[size++] = '\\';
            switch (b) {
                case '"', '\\' -> bytes[size++] = b;
                case '\n' -> bytes[size++] = 'n';
                case '\r' -> bytes[size++] = 'r';
                case '\t' -> bytes[size++] = 't';
                default -> {
                    ascii("u00");
                    bytes[size++] = HEX[b >> 4];
                    bytes[size++] = HEX[b & 0xf];
                }
            }
            from = ++at;
        }
        room(utf8.length - from + 1);
        copy(utf8, from, utf8.length - from);
    }

    private void copy(byte[] from, int at, int length) {
        System.arraycopy(from, at, bytes, size, length);
        size += length;
    }

    private JsonWriter put(char ascii) {
        room(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    private void room(int more) {
        if (bytes.length - size < more) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
}
