package chat.parley.load;

import java.nio.charset.StandardCharsets;

/** The framing of SockJS around texts: <code>a["…","…"]</code> from the server, <code>["…"]</code> to it. */
final class SockJsText {
    private SockJsText() {}

    /** A message without control characters, as a client sends it. */
    static String quote(String text) {
        return "[\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]";
    }

    /** Takes the strings in a frame out of their quotes, in place, one behind the other. Answers the length of all. */
    static int unquote(byte[] frame, int length) {
        int size = 0;
        boolean isInside = false;
        for (int at = 0; at < length; at++) {
            byte octet = frame[at];
            if (octet == '"') {
                isInside = !isInside;
            } else if (isInside && octet == '\\') {
                octet = frame[++at];
                if (octet == 'u') {
                    octet = (byte) Integer.parseInt(new String(frame, at + 1, 4, StandardCharsets.US_ASCII), 16);
                    at += 4;
                }
                frame[size++] = octet;
            } else if (isInside) {
                frame[size++] = octet;
            }
        }
        return size;
    }
}
