package chat.parley.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON frames that go to one or many sessions in one write. As WebSocket bytes they are encoded once, into a direct buffer that all
 * sockets share. Lives for one turn: whoever makes it releases it after handing it to all its transports.
 */
public final class Packet {
    private static final int TEXT_FINAL = 0x81;
    private static final int SMALL = 126;
    private static final int MEDIUM = 1 << 16;

    private final List<byte[]> frames;
    private @Nullable ByteBuf webSocket;

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
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(size() + 10 * frames.size());
            for (byte[] frame : frames) {
                buffer.writeByte(TEXT_FINAL);
                if (frame.length < SMALL) buffer.writeByte(frame.length);
                else if (frame.length < MEDIUM) buffer.writeByte(SMALL).writeShort(frame.length);
                else buffer.writeByte(SMALL + 1).writeLong(frame.length);
                buffer.writeBytes(frame);
            }
            webSocket = buffer;
        }
        return buffer;
    }

    public void release() {
        if (webSocket != null) {
            webSocket.release();
            webSocket = null;
        }
    }
}
