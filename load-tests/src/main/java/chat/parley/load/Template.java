package chat.parley.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * A {@code send_message} to one conversation as the bytes of its WebSocket frame; only the id changes from send to send,
 * in the {@code clientMessageId} and as the beginning of the body. The mask is zero: legal, and the server unmasks all the same.
 */
final class Template {
    /** Slot and generation of a send, 8 hexadecimal digits each. */
    static final int ID_LENGTH = 16;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final byte[] frame;
    private final int id;
    private final int body;

    Template(String conversationId, int bodyBytes) {
        String head = "{\"type\":\"send_message\",\"clientMessageId\":\"";
        String middle = "\",\"conversationId\":\"" + conversationId + "\",\"body\":\"";
        String text = head + "0".repeat(ID_LENGTH) + middle + "x".repeat(bodyBytes) + "\"}";
        byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
        byte[] header = header(1, payload.length);
        frame = new byte[header.length + payload.length];
        System.arraycopy(header, 0, frame, 0, header.length);
        System.arraycopy(payload, 0, frame, header.length, payload.length);
        id = header.length + head.length();
        body = id + ID_LENGTH + middle.length();
    }

    ByteBuf encode(ByteBufAllocator allocator, int slot, int generation) {
        writeId(id, slot, generation);
        writeId(body, slot, generation);
        return allocator.directBuffer(frame.length).writeBytes(frame);
    }

    private void writeId(int at, int slot, int generation) {
        writeNumber(at, slot);
        writeNumber(at + 8, generation);
    }

    private void writeNumber(int at, int number) {
        for (int i = 7, rest = number; i >= 0; i--, rest >>>= 4) frame[at + i] = DIGITS[rest & 15];
    }

    /** One of the two numbers of an id. */
    static int readNumber(byte[] text, int at) {
        int number = 0;
        for (int i = at; i < at + 8; i++) number = number << 4 | (text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
        return number;
    }

    /** The header of a client's frame, its mask of zeros included. */
    static byte[] header(int opcode, int length) {
        if (length < 126) return new byte[] {(byte) (0x80 | opcode), (byte) (0x80 | length), 0, 0, 0, 0};
        if (length > 0xFFFF) throw new IllegalArgumentException("a frame of " + length + " bytes");
        return new byte[] {(byte) (0x80 | opcode), (byte) (0x80 | 126), (byte) (length >> 8), (byte) length, 0, 0, 0, 0
        };
    }
}
