package chat.parley.bus;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Carries the records of one class: the object itself inside a node, between nodes its length in four bytes, the version of the bus and its
 * fields. What cannot be such a record is refused with an {@link IllegalArgumentException}; bytes behind the known fields are a later
 * version's and passed over.
 */
record RecordCodec<T>(Class<T> type, BiConsumer<T, ByteWriter> writer, Function<ByteReader, T> reader)
        implements MessageCodec<T, T> {
    private static final int SIZE_GUESS = 256;

    @Override
    public void encodeToWire(Buffer wire, T message) {
        byte[] bytes = encode(message);
        wire.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    public T decodeFromWire(int position, Buffer wire) {
        int left = wire.length() - position - Integer.BYTES;
        int length = left < 0 ? -1 : wire.getInt(position);
        if (length < 0 || length > left) throw new IllegalArgumentException(name() + " cut short");
        int start = position + Integer.BYTES;
        return decode(wire.getBytes(start, start + length));
    }

    byte[] encode(T message) {
        ByteWriter out = new ByteWriter(SIZE_GUESS).putByte(BusCodecs.VERSION);
        writer.accept(message, out);
        return out.toBytes();
    }

    T decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        int found = in.getByte();
        if (found != BusCodecs.VERSION)
            throw new IllegalArgumentException(name() + " of version " + found + ", not " + BusCodecs.VERSION);
        return reader.apply(in);
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return type.getSimpleName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
