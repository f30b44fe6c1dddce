package chat.parley.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteWriter} wrote; anything else ends in an {@link IllegalArgumentException}, never in a large allocation. */
public final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public ByteReader(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
    }

    public int getByte() {
        need(1);
        return bytes[at++] & 0xff;
    }

    public long getVar() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = getByte();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) return value;
        }
        throw new IllegalArgumentException("number too long");
    }

    /** A count of things that each take at least one of the bytes that are left. */
    public int getCount() {
        long count = getVar();
        if (count > end - at)
            throw new IllegalArgumentException("count " + count + " with " + (end - at) + " bytes left");
        return (int) count;
    }

    public long getLong() {
        need(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) value = value << 8 | bytes[at++] & 0xff;
        return value;
    }

    public byte[] getBytes() {
        int length = getCount();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public String getString() {
        int length = getCount();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    public @Nullable String getOptional() {
        return switch (getByte()) {
            case 0 -> null;
            case 1 -> getString();
            default -> throw new IllegalArgumentException("neither there nor not");
        };
    }

    public boolean hasMore() {
        return at < end;
    }

    private void need(int count) {
        if (end - at < count) throw new IllegalArgumentException("cut short");
    }
}
