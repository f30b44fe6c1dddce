package chat.parley.store.cassandra;

import chat.parley.model.ByteReader;
import chat.parley.model.ByteWriter;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.EntryCodec;
import chat.parley.model.Settings;
import chat.parley.store.Damaged;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The forms of {@link EntryCodec} in columns. */
final class Blobs {
    /** What is written over a body that is erased. */
    static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private Blobs() {}

    static ByteBuffer of(Entry entry) {
        return ByteBuffer.wrap(EntryCodec.encode(entry));
    }

    static ByteBuffer of(Content content) {
        return written(EntryCodec.sizeOf(content), out -> EntryCodec.write(content, out));
    }

    static ByteBuffer of(Settings settings) {
        return written(64, out -> EntryCodec.write(settings, out));
    }

    static ByteBuffer of(Digest digest) {
        return written(32, out -> EntryCodec.write(digest, out));
    }

    /** @param of whom a damage is reported of */
    static Entry entry(@Nullable ConversationId of, ByteBuffer bytes) {
        return read(of, bytes, EntryCodec::read);
    }

    static Content content(ConversationId of, ByteBuffer bytes) {
        return read(of, bytes, EntryCodec::readContent);
    }

    static Settings settings(ConversationId of, ByteBuffer bytes) {
        return read(of, bytes, EntryCodec::readSettings);
    }

    static Digest digest(ConversationId of, ByteBuffer bytes) {
        return read(of, bytes, EntryCodec::readDigest);
    }

    private static ByteBuffer written(int expected, Consumer<ByteWriter> form) {
        var out = new ByteWriter(expected);
        form.accept(out);
        return ByteBuffer.wrap(out.toBytes());
    }

    private static <T> T read(@Nullable ConversationId of, ByteBuffer bytes, Function<ByteReader, T> form) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        try {
            return form.apply(new ByteReader(copy));
        } catch (RuntimeException broken) {
            throw new Damaged(of, "a row that cannot be read (" + broken.getMessage() + ")");
        }
    }
}
