package chat.parley.gateway.sockjs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What waits for the client of one session over HTTP: the opening, then messages, at last the close, which is said as often as asked for. */
final class Mail {
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>(4);
    private long waitingBytes;
    private int frames;
    private long bytes;
    private boolean isOpened;
    private @Nullable String close;

    /** What was taken last: so much of it is under way. */
    private int takenFrames;

    private long takenBytes;

    record Taken(byte[] frame, boolean isClose) {}

    /** A message, as a JSON string. */
    void add(byte[] quoted) {
        messages.add(quoted);
        waitingBytes += quoted.length;
        frames++;
        bytes += quoted.length;
    }

    /** Behind what waits comes the close. */
    void close(String frame) {
        if (close == null) close = frame;
    }

    /** What waits will not be taken any more. */
    void drop() {
        frames -= messages.size();
        bytes -= waitingBytes;
        waitingBytes = 0;
        messages.clear();
    }

    /** The next frame; null: nothing waits. It is pending until {@link #taken}. */
    @Nullable
    Taken take(int bytesMax) {
        if (!isOpened) {
            isOpened = true;
            return new Taken(ascii(Frames.OPEN), false);
        }
        if (!messages.isEmpty()) {
            int framesBefore = messages.size();
            byte[] frame = Frames.messages(messages, bytesMax);
            takenFrames = framesBefore - messages.size();
            takenBytes = frame.length - 2 - takenFrames;
            waitingBytes -= takenBytes;
            return new Taken(frame, false);
        }
        String last = close;
        return last == null ? null : new Taken(last.getBytes(StandardCharsets.UTF_8), true);
    }

    /** The client's connection took what was under way. */
    void taken() {
        frames -= takenFrames;
        bytes -= takenBytes;
        takenFrames = 0;
        takenBytes = 0;
    }

    /** Messages that the client's connection has not taken. */
    int frames() {
        return frames;
    }

    /** Bytes of them. */
    long bytes() {
        return bytes;
    }

    static byte[] ascii(String frame) {
        return frame.getBytes(StandardCharsets.US_ASCII);
    }
}
