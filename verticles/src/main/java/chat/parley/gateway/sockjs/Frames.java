package chat.parley.gateway.sockjs;

import chat.parley.wire.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.Queue;

/** The frames of the SockJS protocol, to clients. */
final class Frames {
    static final String OPEN = "o";
    static final String HEARTBEAT = "h";
    static final String INTERRUPTED = close(1002, "Connection interrupted");
    static final String ANOTHER_OPEN = close(2010, "Another connection still open");

    private Frames() {}

    static String close(int code, String reason) {
        byte[] quoted = JsonString.of(reason.getBytes(StandardCharsets.UTF_8));
        return "c[" + code + "," + new String(quoted, StandardCharsets.UTF_8) + "]";
    }

    /** Takes messages from the queue, as many as fit, at least one. @param quoted as JSON strings */
    static byte[] messages(Queue<byte[]> quoted, int bytesMax) {
        int count = 0;
        int size = 2;
        for (byte[] message : quoted) {
            if (count > 0 && size + message.length + 1 > bytesMax) break;
            size += message.length + 1;
            count++;
        }
        byte[] frame = new byte[size];
        frame[0] = 'a';
        int at = 1;
        for (int i = 0; i < count; i++) {
            byte[] message = quoted.remove();
            frame[at++] = (byte) (i == 0 ? '[' : ',');
            System.arraycopy(message, 0, frame, at, message.length);
            at += message.length;
        }
        frame[at] = ']';
        return frame;
    }
}
