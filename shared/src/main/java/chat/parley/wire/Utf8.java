package chat.parley.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF, nothing cut short. */
public final class Utf8 {
    static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    public static boolean isValid(byte[] bytes, int from, int length) {
        int end = from + length;
        int at = from;
        while (at < end) {
            if (bytes[at] >= 0) {
                at = behindAscii(bytes, at, end);
                continue;
            }
            int width = widthOf(bytes, at, end);
            if (width == 0) return false;
            at += width;
        }
        return true;
    }

    private static int behindAscii(byte[] bytes, int from, int end) {
        int at = from;
        while (at <= end - Long.BYTES && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) at += Long.BYTES;
        while (at < end && bytes[at] >= 0) at++;
        return at;
    }

    /** The bytes of the character that begins here, two to four; 0: not a character. */
    private static int widthOf(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xff;
        if (first < 0xc2) return 0; // a continuation, or an overlong form of ASCII
        if (first < 0xe0) return end - at >= 2 && isContinuation(bytes[at + 1]) ? 2 : 0;
        if (first < 0xf0) {
            if (end - at < 3 || !isContinuation(bytes[at + 1]) || !isContinuation(bytes[at + 2])) return 0;
            int second = bytes[at + 1] & 0xff;
            boolean isOverlong = first == 0xe0 && second < 0xa0;
            boolean isSurrogate = first == 0xed && second >= 0xa0;
            return isOverlong || isSurrogate ? 0 : 3;
        }
        if (first > 0xf4 || end - at < 4) return 0;
        if (!isContinuation(bytes[at + 1]) || !isContinuation(bytes[at + 2]) || !isContinuation(bytes[at + 3]))
            return 0;
        int second = bytes[at + 1] & 0xff;
        boolean isOverlong = first == 0xf0 && second < 0x90;
        boolean isTooHigh = first == 0xf4 && second >= 0x90;
        return isOverlong || isTooHigh ? 0 : 4;
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xc0) == 0x80;
    }
}
