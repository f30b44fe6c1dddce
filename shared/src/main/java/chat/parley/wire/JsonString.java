package chat.parley.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Any text as a JSON string that arrives as it was sent whatever carries it: besides what JSON demands, the characters are escaped
 * that browsers were seen to change or to break lines at (the list of the SockJS protocol).
 */
public final class JsonString {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int ESCAPE_BYTES = 6;
    private static final int THREE_BYTES = 0xe0;
    private static final int FOUR_BYTES = 0xf0;

    private JsonString() {}

    /** With its quotes. @param utf8 has to be valid */
    public static byte[] of(byte[] utf8) {
        byte[] out = new byte[utf8.length + utf8.length / 4 + 16];
        out[0] = '"';
        int size = 1;
        for (int at = 0; at < utf8.length; ) {
            int plain = JsonText.behindPlain(utf8, at, utf8.length) - at;
            if (out.length - size < plain + ESCAPE_BYTES + 1)
                out = Arrays.copyOf(out, 2 * out.length + plain + ESCAPE_BYTES);
            System.arraycopy(utf8, at, out, size, plain);
            size += plain;
            at += plain;
            if (at == utf8.length) break;
            int lead = utf8[at] & 0xff;
            if (lead == '"' || lead == '\\') {
                out[size++] = '\\';
                out[size++] = utf8[at++];
            } else if (lead < ' ') {
                size = escape(out, size, lead);
                at++;
            } else {
                int width = lead < THREE_BYTES ? 2 : lead < FOUR_BYTES ? 3 : 4;
                int unit = width == 3 ? (lead & 0xf) << 12 | (utf8[at + 1] & 0x3f) << 6 | utf8[at + 2] & 0x3f : 0;
                if (isFragile(unit)) {
                    size = escape(out, size, unit);
                } else {
                    System.arraycopy(utf8, at, out, size, width);
                    size += width;
                }
                at += width;
            }
        }
        out[size++] = '"';
        return Arrays.copyOf(out, size);
    }

    private static boolean isFragile(int unit) {
        return unit >= 0x200c && unit <= 0x200f
                || unit >= 0x2028 && unit <= 0x202f
                || unit >= 0x2060 && unit <= 0x206f
                || unit >= 0xfff0;
    }

    private static int escape(byte[] out, int from, int unit) {
        out[from] = '\\';
        out[from + 1] = 'u';
        for (int i = 0; i < 4; i++) out[from + 2 + i] = HEX[unit >>> 12 - 4 * i & 0xf];
        return from + ESCAPE_BYTES;
    }
}
