package chat.parley.store;

import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.wire.EventJson;
import io.vertx.core.buffer.Buffer;

/** What consumers see of one position in a shard's log, or of several that are not to be had. {@link EventCodec} writes it for others. */
public sealed interface EventRecord {
    /** Of the life of the data that it belongs to. */
    long incarnation();

    int shard();

    /** The first position that it stands for; mostly {@link #position}. */
    long first();

    /** The last position that it stands for. */
    long position();

    /**
     * An entry.
     *
     * @param kind as on the wire; one that this program does not know counts as seen
     * @param event the {@code message_event} of the entry as it was placed, with its {@code clientMessageId}; JSON in UTF-8
     */
    record Placed(
            long incarnation,
            int shard,
            long position,
            ConversationId conversationId,
            long sequence,
            String kind,
            Buffer event)
            implements EventRecord {
        @Override
        public long first() {
            return position;
        }
    }

    /** These positions will never be told. */
    record Missing(long incarnation, int shard, long first, long position, Reason reason) implements EventRecord {}

    /** Why something is missing; the names are those of a {@code gap} on the wire. */
    enum Reason {
        /** The rows were removed with age. */
        RETENTION("retention"),
        /** What is stored there cannot be read, or is too large to be told. */
        DAMAGED("damaged");

        private final String wireName;

        Reason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    static Placed of(long incarnation, Entry entry) {
        byte[] event = EventJson.encode(entry);
        if (!entry.clientMessageId().isEmpty()) event = EventJson.withClientMessageId(event, entry.clientMessageId());
        return new Placed(
                incarnation,
                entry.conversationId().shard(),
                entry.position(),
                entry.conversationId(),
                entry.sequence(),
                entry.kind().wireName(),
                Buffer.buffer(event));
    }
}
