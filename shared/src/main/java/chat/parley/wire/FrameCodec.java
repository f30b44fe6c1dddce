package chat.parley.wire;

import chat.parley.model.ConversationId;
import chat.parley.wire.JsonText.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames of the protocol as JSON. Decoding is strict and complete: whoever gets a {@link ClientFrame} need not look at its shape
 * again. One for each event loop: it keeps its working space from text to text.
 */
public final class FrameCodec {
    private static final int REF_MAX = 128;
    private static final int TOKEN_MAX = 8 << 10;
    private static final int INCARNATION_MAX = 64;
    private static final int WATERMARK_MAX = 256;
    private static final int CLIENT_MAX = 128;
    private static final int FEATURES_MAX = 32;
    private static final int FEATURE_MAX = 64;
    private static final int WATCHED_MAX = 100;

    // Each may be answered by an error several times its size.
    private static final int FRAMES_MAX = 512;

    private final Limits limits;
    private final JsonText text;

    public FrameCodec(Limits limits) {
        this.limits = limits;
        this.text = new JsonText(limits.jsonDepthMax());
    }

    /**
     * What one text message holds: a frame, or an array of frames in its order. A bad frame does not spoil the others of its array; a
     * text that is bad as a whole is one refusal that says how to close.
     */
    public List<Decoded> decode(byte[] utf8, int offset, int length) {
        if (length > limits.messageBytesMax()) {
            return whole(ErrorCode.TOO_LARGE, "longer than " + limits.messageBytesMax() + " bytes", CloseCode.TOO_BIG);
        }
        if (!Utf8.isValid(utf8, offset, length)) {
            return whole(ErrorCode.BAD_FRAME, "not UTF-8", CloseCode.BAD_UTF8);
        }
        try {
            text.parse(utf8, offset, length);
        } catch (BadInput bad) {
            return whole(bad.code(), bad.getMessage(), CloseCode.BAD_FRAME);
        }
        List<Decoded> decoded = decodeAll();
        text.clear();
        return decoded;
    }

    public List<Decoded> decode(byte[] utf8) {
        return decode(utf8, 0, utf8.length);
    }

    /** The frame in UTF-8. */
    public static byte[] encode(ServerFrame frame) {
        return ServerFrameJson.encode(frame);
    }

    private static List<Decoded> whole(ErrorCode code, String message, CloseCode close) {
        return List.of(new Decoded.Refusal(code, message, close, null, null, null));
    }

    private List<Decoded> decodeAll() {
        if (text.type(JsonText.ROOT) != Type.ARRAY) return List.of(decode(JsonText.ROOT));
        if (text.sizeOf(JsonText.ROOT) > FRAMES_MAX) {
            return List.of(
                    refusal(BadInput.tooLarge("more than " + FRAMES_MAX + " frames in one message"), null, null, null));
        }
        List<Decoded> all = new ArrayList<>();
        int behind = text.next(JsonText.ROOT);
        for (int each = text.first(JsonText.ROOT); each < behind; each = text.next(each)) all.add(decode(each));
        return all;
    }

    private Decoded decode(int value) {
        if (text.type(value) != Type.OBJECT)
            return refusal(BadInput.badFrame("a frame is a JSON object"), null, null, null);
        try {
            return frame(new Fields(text, value));
        } catch (BadInput bad) {
            return refusal(
                    bad,
                    readable(value, "ref", REF_MAX),
                    readable(value, "clientMessageId", REF_MAX),
                    readableConversationId(value));
        }
    }

    private ClientFrame frame(Fields fields) throws BadInput {
        String type = fields.string("type", 0, Integer.MAX_VALUE);
        String ref = fields.optionalString("ref", 1, REF_MAX);
        return switch (type) {
            case "send_message" ->
                new ClientFrame.SendMessage(
                        ref, fields.clientMessageId(), fields.conversationId(), fields.message(limits));
            case "heartbeat" -> new ClientFrame.Heartbeat(ref);
            case "typing" -> new ClientFrame.Typing(ref, fields.conversationId(), fields.bool("active"));
            case "receipt" ->
                new ClientFrame.Receipt(
                        ref, fields.conversationId(), fields.receiptType(), fields.sequence("sequence"));
            case "edit_message" ->
                new ClientFrame.EditMessage(
                        ref,
                        fields.clientMessageId(),
                        fields.conversationId(),
                        fields.sequence("sequence"),
                        fields.body(limits.bodyBytesMax()));
            case "delete_message" ->
                new ClientFrame.DeleteMessage(
                        ref, fields.clientMessageId(), fields.conversationId(), fields.sequence("sequence"));
            case "hello" ->
                new ClientFrame.Hello(
                        ref,
                        fields.string("token", 1, TOKEN_MAX),
                        fields.deviceId("deviceId"),
                        fields.optionalCursors("cursors", limits.cursorsMax()),
                        fields.optionalString("incarnation", 1, INCARNATION_MAX),
                        fields.optionalString("since", 1, WATERMARK_MAX),
                        fields.optionalString("client", 1, CLIENT_MAX),
                        fields.strings("features", FEATURES_MAX, FEATURE_MAX));
            case "sync" -> new ClientFrame.Sync(ref, fields.cursors("cursors", limits.cursorsMax()));
            case "watch" -> new ClientFrame.Watch(ref, fields.userIds("userIds", 1, WATCHED_MAX));
            case "unwatch" -> new ClientFrame.Unwatch(ref, fields.userIds("userIds", 1, WATCHED_MAX));
            case "open" ->
                new ClientFrame.Open(
                        ref, fields.conversationId(), fields.optionalWhole("cursor", 0, Fields.SEQUENCE_MAX));
            case "close" -> new ClientFrame.Close(ref, fields.conversationId());
            case "reauth" -> new ClientFrame.Reauth(ref, fields.string("token", 1, TOKEN_MAX));
            default -> throw BadInput.badFrame("unknown type");
        };
    }

    private static Decoded.Refusal refusal(
            BadInput bad,
            @Nullable String ref,
            @Nullable String clientMessageId,
            @Nullable ConversationId conversationId) {
        return new Decoded.Refusal(bad.code(), bad.getMessage(), null, ref, clientMessageId, conversationId);
    }

    /** What a refused frame says in this field, if it can be said back. */
    private @Nullable String readable(int frame, String name, int lengthMax) {
        int value = text.field(frame, name);
        if (value == JsonText.NONE || text.type(value) != Type.STRING) return null;
        String string = text.string(value);
        return Fields.isPrintable(string, 1, lengthMax) ? string : null;
    }

    private @Nullable ConversationId readableConversationId(int frame) {
        String id = readable(frame, "conversationId", REF_MAX);
        return id != null && ConversationId.isValid(id) ? new ConversationId(id) : null;
    }
}
