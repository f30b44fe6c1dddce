package chat.parley.gateway;

import chat.parley.wire.JsonString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON frames that go to one or many sessions in one write. In each form that a transport wants they are encoded once, for all of them. Lives for one turn: whoever makes it releases it after handing it to all its transports.
 */
public final class Packet {
    private static final int TEXT_FINAL = 0x81;
    private static final int SMALL = 126;
    private static final int MEDIUM = 1 << 16;
    private static final int HEAD_BYTES_MAX = 10;

    private final List<byte[]> frames;
    private @Nullable ByteBuf webSocket;
    private @Nullable ByteBuf sockJs;
    private @Nullable List<byte[]> quoted;

    private Packet(List<byte[]> frames) {
        this.frames = frames;
    }

    public static Packet of(byte[] frame) {
        return new Packet(List.of(frame));
    }

    public static Packet of(List<byte[]> frames) {
        return new Packet(frames);
    }

    /** The frames as JSON text in UTF-8; not to be changed. */
    public List<byte[]> frames() {
        return frames;
    }

    /** Bytes of JSON in all frames. */
    public int size() {
        int size = 0;
        for (byte[] frame : frames) size += frame.length;
        return size;
    }

    /** One WebSocket text message for each frame, back to back. Retain a duplicate for each write. */
    ByteBuf webSocket() {
        ByteBuf buffer = webSocket;
        if (buffer == null) {
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(size() + HEAD_BYTES_MAX * frames.size());
            for (byte[] frame : frames) {
                textHead(buffer, frame.length);
                buffer.writeBytes(frame);
            }
            webSocket = buffer;
        }
        return buffer;
    }

    /** One WebSocket text message for all frames, as SockJS has it: <code>a["…","…"]</code>. Likewise. */
    public ByteBuf sockJs() {
        ByteBuf buffer = sockJs;
        if (buffer == null) {
            List<byte[]> messages = quoted();
            int length = 2 + messages.size();
            for (byte[] message : messages) length += message.length;
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(length + HEAD_BYTES_MAX);
            textHead(buffer, length);
            buffer.writeByte('a');
            char before = '[';
            for (byte[] message : messages) {
                buffer.writeByte(before).writeBytes(message);
                before = ',';
            }
            buffer.writeByte(']');
            sockJs = buffer;
        }
        return buffer;
    }

    /** Each frame as a JSON string; not to be changed, and may be kept. */
    public List<byte[]> quoted() {
        List<byte[]> all = quoted;
        if (all == null) {
            all = new ArrayList<>(frames.size());
            for (byte[] frame : frames) all.add(JsonString.of(frame));
            quoted = all;
        }
        return all;
    }

    /** The head of a WebSocket text message. */
    static void textHead(ByteBuf buffer, int length) {
        buffer.writeByte(TEXT_FINAL);
        if (length < SMALL) buffer.writeByte(length);
        else if (length < MEDIUM) buffer.writeByte(SMALL).writeShort(length);
        else buffer.writeByte(SMALL + 1).writeLong(length);
    }

    public void release() {
        if (webSocket != null) webSocket.release();
        if (sockJs != null) sockJs.release();
        webSocket = null;
        sockJs = null;
    }
}
