package chat.parley.wire;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client says; checked completely: shape, sizes, ranges. {@code ref} is the client's own and is echoed in answers and errors. */
public sealed interface ClientFrame extends Decoded {
    @Nullable
    String ref();

    /**
     * The first frame of a session.
     *
     * @param cursors the last sequence the client has, by conversation; null: heads only
     * @param incarnation of the data that the cursors are of; null: not said
     * @param since the watermark of an earlier session; null: none
     */
    record Hello(
            @Nullable String ref,
            String token,
            DeviceId deviceId,
            @Nullable Map<ConversationId, Long> cursors,
            @Nullable String incarnation,
            @Nullable String since,
            @Nullable String client,
            List<String> features)
            implements ClientFrame {
        /** Without the token. */
        @Override
        public String toString() {
            return "Hello[deviceId=" + deviceId + ", cursors=" + (cursors == null ? "none" : cursors.size()) + "]";
        }
    }

    record SendMessage(
            @Nullable String ref, String clientMessageId, ConversationId conversationId, Content.Message message)
            implements ClientFrame {}

    record EditMessage(
            @Nullable String ref, String clientMessageId, ConversationId conversationId, long sequence, String body)
            implements ClientFrame {}

    record DeleteMessage(@Nullable String ref, String clientMessageId, ConversationId conversationId, long sequence)
            implements ClientFrame {}

    record Sync(@Nullable String ref, Map<ConversationId, Long> cursors) implements ClientFrame {}

    record Receipt(@Nullable String ref, ConversationId conversationId, ReceiptType receiptType, long sequence)
            implements ClientFrame {}

    record Typing(@Nullable String ref, ConversationId conversationId, boolean active) implements ClientFrame {}

    record Watch(@Nullable String ref, List<UserId> userIds) implements ClientFrame {}

    record Unwatch(@Nullable String ref, List<UserId> userIds) implements ClientFrame {}

    record Open(
            @Nullable String ref,
            ConversationId conversationId,
            @Nullable Long cursor) implements ClientFrame {}

    record Close(@Nullable String ref, ConversationId conversationId) implements ClientFrame {}

    record Heartbeat(@Nullable String ref) implements ClientFrame {}

    record Reauth(@Nullable String ref, String token) implements ClientFrame {
        /** Without the token. */
        @Override
        public String toString() {
            return "Reauth[]";
        }
    }
}
