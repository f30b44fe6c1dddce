package chat.parley.gateway;

import chat.parley.wire.Utf8;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Cuts what a client sends into WebSocket messages (RFC 6455, no extension), and finds every offence against that protocol. Holds
 * nothing while no message is under way, and never more than one message of the greatest size.
 */
final class FrameReader {
    /** What was read. Those after CLOSE are offences, behind which nothing more can be read. */
    enum Read {
        /** More bytes are needed. */
        NOTHING,
        /** A whole text message: {@link #payload()}, valid UTF-8. */
        TEXT,
        /** A ping; its payload wants to be sent back. */
        PING,
        PONG,
        /** The client closes; {@link #closeCode} of its payload says with what. */
        CLOSE,
        /** Against the protocol: reserved bits, unknown kind of frame, no mask, a bad control frame, fragments out of turn. */
        PROTOCOL_ERROR,
        /** A binary message: there are none here. */
        BINARY,
        TOO_BIG,
        BAD_UTF8
    }

    /** What a close frame without a code stands for. */
    static final int NO_CODE = 1005;

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int MASKED = 0x80;
    private static final int LENGTH_IS_SHORT = 126;
    private static final int LENGTH_IS_LONG = 127;
    private static final int MASK_BYTES = 4;
    private static final int CONTROL_BYTES_MAX = 125;

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] EMPTY = {};

    private final int messageBytesMax;
    private byte[] payload = EMPTY;
    private byte[] fragments = EMPTY;
    private int fragmentBytes = -1; // -1: no fragmented message is under way

    FrameReader(int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
    }

    /**
     * Takes one frame from the buffer, if a whole one is there, else nothing of it. An offence is found as soon as the frame's head is
     * there: an oversize frame is not waited for.
     */
    Read read(ByteBuf in) {
        while (true) {
            int at = in.readerIndex();
            int available = in.writerIndex() - at;
            if (available < 2) return Read.NOTHING;
            int first = in.getByte(at);
            int second = in.getByte(at + 1);
            int kind = first & 0xf;
            boolean isFinal = (first & FINAL) != 0;
            int lengthCode = second & 0x7f;
            Read offence = offence(first, second, kind, isFinal, lengthCode);
            if (offence != Read.NOTHING) return offence;

            int head = 2;
            long length = lengthCode;
            if (lengthCode == LENGTH_IS_SHORT) {
                head += Short.BYTES;
                if (available < head) return Read.NOTHING;
                length = in.getUnsignedShort(at + 2);
                if (length < LENGTH_IS_SHORT) return Read.PROTOCOL_ERROR; // has a shorter form
            } else if (lengthCode == LENGTH_IS_LONG) {
                head += Long.BYTES;
                if (available < head) return Read.NOTHING;
                length = in.getLong(at + 2);
                if (length < 1 << Short.SIZE) return Read.PROTOCOL_ERROR; // likewise, or negative
            }
            head += MASK_BYTES;
            if (kind < CLOSE && length > messageBytesMax - Math.max(fragmentBytes, 0)) return Read.TOO_BIG;
            if (available < head + length) return Read.NOTHING;

            byte[] bytes = length == 0 ? EMPTY : new byte[(int) length];
            in.getBytes(at + head, bytes);
            unmask(bytes, in.getInt(at + head - MASK_BYTES));
            in.readerIndex(at + head + (int) length);

            if (kind >= CLOSE) return control(kind, bytes);
            if (isFinal && kind == TEXT) return text(bytes);
            append(bytes);
            if (isFinal) return text(assembled());
        }
    }

    /** Of the message, ping or close just read; once, as an idle socket holds nothing. */
    byte[] payload() {
        byte[] taken = payload;
        payload = EMPTY;
        return taken;
    }

    /** The code in the payload of a close frame. */
    static int closeCode(byte[] payload) {
        return payload.length < 2 ? NO_CODE : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }

    private Read offence(int first, int second, int kind, boolean isFinal, int lengthCode) {
        if ((first & RESERVED) != 0 || (second & MASKED) == 0) return Read.PROTOCOL_ERROR;
        return switch (kind) {
            case CONTINUATION -> fragmentBytes < 0 ? Read.PROTOCOL_ERROR : Read.NOTHING;
            case TEXT -> fragmentBytes < 0 ? Read.NOTHING : Read.PROTOCOL_ERROR;
            case BINARY -> fragmentBytes < 0 ? Read.BINARY : Read.PROTOCOL_ERROR;
            case CLOSE, PING, PONG -> isFinal && lengthCode <= CONTROL_BYTES_MAX ? Read.NOTHING : Read.PROTOCOL_ERROR;
            default -> Read.PROTOCOL_ERROR;
        };
    }

    private Read text(byte[] bytes) {
        if (!Utf8.isValid(bytes, 0, bytes.length)) return Read.BAD_UTF8;
        payload = bytes;
        return Read.TEXT;
    }

    private Read control(int kind, byte[] bytes) {
        payload = bytes;
        return switch (kind) {
            case PING -> Read.PING;
            case PONG -> Read.PONG;
            default -> {
                if (bytes.length == 0) yield Read.CLOSE;
                if (bytes.length == 1 || !mayBeSent(closeCode(bytes))) yield Read.PROTOCOL_ERROR;
                yield Utf8.isValid(bytes, 2, bytes.length - 2) ? Read.CLOSE : Read.BAD_UTF8;
            }
        };
    }

    /** Close codes that a client may send: those the RFC and its registry define for the wire, and those of applications. */
    private static boolean mayBeSent(int code) {
        return code >= 3000 && code <= 4999 || code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    }

    private void append(byte[] bytes) {
        int held = Math.max(fragmentBytes, 0);
        if (fragments.length < held + bytes.length)
            fragments = Arrays.copyOf(
                    fragments, Math.min(messageBytesMax, Math.max(2 * fragments.length, held + bytes.length)));
        System.arraycopy(bytes, 0, fragments, held, bytes.length);
        fragmentBytes = held + bytes.length;
    }

    private byte[] assembled() {
        byte[] all = Arrays.copyOf(fragments, fragmentBytes);
        fragments = EMPTY;
        fragmentBytes = -1;
        return all;
    }

    private static void unmask(byte[] bytes, int mask) {
        if (mask == 0) return;
        long wide = (long) mask << Integer.SIZE | mask & 0xffffffffL;
        int at = 0;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES)
            EIGHT.set(bytes, at, (long) EIGHT.get(bytes, at) ^ wide);
        for (; at < bytes.length; at++) bytes[at] ^= (byte) (mask >>> (24 - 8 * (at & 3)));
    }
}
