package chat.parley.store;

import chat.parley.model.ConversationId;
import chat.parley.wire.JsonWriter;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A record as others read it, version 1: one JSON object in UTF-8, so that any consumer in any language can. Of an entry
 *
 * <pre>{"v":1,"incarnation":5,"shard":17,"position":4711,"conversationId":"…","sequence":12,"kind":"message","event":{…}}</pre>
 *
 * with the {@code message_event} of the wire as {@code event}; of what is missing
 *
 * <pre>{"v":1,"incarnation":5,"shard":17,"first":4000,"position":4711,"kind":"gap","reason":"retention"}</pre>
 *
 * or {@code "damaged"}. Fields come in any order, others may be added: readers pass over what they do not know. What readers of version 1
 * would misunderstand has another {@code v}.
 */
public final class EventCodec {
    private static final int VERSION = 1;
    private static final String GAP = "gap";
    private static final int FRAME_BYTES = 256;
    private static final JsonFactory JSON = new JsonFactory();

    private EventCodec() {}

    public static byte[] encode(EventRecord record) {
        return switch (record) {
            case EventRecord.Placed placed ->
                begin(placed, FRAME_BYTES + placed.event().length())
                        .field("position", placed.position())
                        .safeField("conversationId", placed.conversationId().value())
                        .field("sequence", placed.sequence())
                        .safeField("kind", placed.kind())
                        .name("event")
                        .raw(placed.event().getBytes())
                        .endObject()
                        .toBytes();
            case EventRecord.Missing missing ->
                begin(missing, FRAME_BYTES)
                        .field("first", missing.first())
                        .field("position", missing.position())
                        .safeField("kind", GAP)
                        .safeField("reason", missing.reason().wireName())
                        .endObject()
                        .toBytes();
        };
    }

    private static JsonWriter begin(EventRecord record, int bytes) {
        return new JsonWriter(bytes)
                .beginObject()
                .field("v", VERSION)
                .field("incarnation", record.incarnation())
                .field("shard", record.shard());
    }

    /** @throws IllegalArgumentException if it is none, or of another version */
    public static EventRecord decode(byte[] json) {
        try (JsonParser in = JSON.createParser(json)) {
            Fields fields = new Fields();
            if (in.nextToken() != JsonToken.START_OBJECT) throw new IllegalArgumentException("no object");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                fields.read(name, in, json);
            }
            return fields.record();
        } catch (IOException notJson) {
            throw new IllegalArgumentException("not JSON", notJson);
        }
    }

    /** What is known of a record that is being read. */
    private static final class Fields {
        private long version;
        private long incarnation;
        private int shard = -1;
        private long first;
        private long position;
        private long sequence;
        private @Nullable String conversationId;
        private @Nullable String kind;
        private @Nullable String reason;
        private @Nullable Buffer event;

        void read(String name, JsonParser in, byte[] json) throws IOException {
            switch (name) {
                case "v" -> version = in.getLongValue();
                case "incarnation" -> incarnation = in.getLongValue();
                case "shard" -> shard = in.getIntValue();
                case "first" -> first = in.getLongValue();
                case "position" -> position = in.getLongValue();
                case "sequence" -> sequence = in.getLongValue();
                case "conversationId" -> conversationId = in.getText();
                case "kind" -> kind = in.getText();
                case "reason" -> reason = in.getText();
                case "event" -> {
                    int from = (int) in.currentTokenLocation().getByteOffset();
                    in.skipChildren();
                    int to = (int) in.currentLocation().getByteOffset();
                    event = Buffer.buffer(to - from).appendBytes(json, from, to - from);
                }
                default -> in.skipChildren();
            }
        }

        EventRecord record() {
            if (version != VERSION) throw new IllegalArgumentException("a record of version " + version);
            if (incarnation < 1 || shard < 0 || shard >= ConversationId.SHARDS || position < 1 || kind == null)
                throw new IllegalArgumentException("a field is missing");
            if (kind.equals(GAP)) {
                if (first < 1 || first > position) throw new IllegalArgumentException("a gap of nothing");
                return new EventRecord.Missing(incarnation, shard, first, position, reason());
            }
            if (conversationId == null || sequence < 1 || event == null)
                throw new IllegalArgumentException("a field is missing");
            ConversationId conversation = new ConversationId(conversationId);
            if (conversation.shard() != shard) throw new IllegalArgumentException("a record of another shard");
            return new EventRecord.Placed(incarnation, shard, position, conversation, sequence, kind, event);
        }

        private EventRecord.Reason reason() {
            for (EventRecord.Reason each : EventRecord.Reason.values())
                if (each.wireName().equals(reason)) return each;
            return EventRecord.Reason.DAMAGED;
        }
    }
}
