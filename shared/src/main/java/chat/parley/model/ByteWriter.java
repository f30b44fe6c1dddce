package chat.parley.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the compact binary forms of this project: variable-length numbers, length-prefixed UTF-8. Grows as needed. */
public final class ByteWriter {
    private byte[] bytes;
    private int size;

    public ByteWriter(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    public ByteWriter putByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    /** A number that is never negative, 7 bits a byte, low bits first. */
    public ByteWriter putVar(long value) {
        if (value < 0) throw new IllegalArgumentException("negative: " + value);
        room(10);
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Eight bytes, high first. */
    public ByteWriter putLong(long value) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) bytes[size++] = (byte) (value >>> shift);
        return this;
    }

    public ByteWriter putBytes(byte[] value) {
        putVar(value.length);
        return putRaw(value);
    }

    /** The bytes alone, without their length. */
    public ByteWriter putRaw(byte[] value) {
        return putRaw(value, value.length);
    }

    /** What the other holds, without its length. */
    public ByteWriter putRaw(ByteWriter value) {
        return putRaw(value.bytes, value.size);
    }

    private ByteWriter putRaw(byte[] value, int length) {
        room(length);
        System.arraycopy(value, 0, bytes, size, length);
        size += length;
        return this;
    }

    /** Characters below 128 alone, without their length. */
    public ByteWriter putAscii(String value) {
        int length = value.length();
        room(length);
        copyAscii(value, length);
        size += length;
        return this;
    }

    public ByteWriter putString(String value) {
        int length = value.length();
        if (isAscii(value, length)) return putVar(length).putAscii(value);
        return putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A string or nothing. */
    public ByteWriter putOptional(@Nullable String value) {
        if (value == null) return putByte(0);
        return putByte(1).putString(value);
    }

    public int size() {
        return size;
    }

    /** Forgets what was written, and keeps the room for it. */
    public ByteWriter clear() {
        size = 0;
        return this;
    }

    /** What was written, in an array of its own. */
    public byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** What was written; not to be written to any more. */
    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    private static boolean isAscii(String value, int length) {
        for (int i = 0; i < length; i++) if (value.charAt(i) > 0x7f) return false;
        return true;
    }

    @SuppressWarnings(
            "deprecation") // the only copy without a table look-up a character; right for ASCII, which was checked
    private void copyAscii(String value, int length) {
        value.getBytes(0, length, bytes, size);
    }

    private void room(int more) {
        if (bytes.length - size < more) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
}
