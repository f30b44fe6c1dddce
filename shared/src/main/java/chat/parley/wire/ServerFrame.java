package chat.parley.wire;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server says, but for {@code message_event}, which {@link EventJson} encodes straight from an entry. */
public sealed interface ServerFrame {
    record Welcome(
            @Nullable String ref,
            String sessionId,
            UserId userId,
            DeviceId deviceId,
            long serverTime,
            String watermark,
            long heartbeatMillis,
            Limits limits,
            List<String> features,
            String incarnation,
            long unreadTotal)
            implements ServerFrame {}

    record MessageAck(
            @Nullable String ref,
            String clientMessageId,
            ConversationId conversationId,
            long sequence,
            long sentAt,
            boolean duplicate)
            implements ServerFrame {}

    /** These sequences will never come to this client: it counts them as held. */
    record Gap(ConversationId conversationId, long from, long to, GapReason reason) implements ServerFrame {}

    /** @param more another synced of the same answer follows */
    record Synced(@Nullable String ref, Map<ConversationId, SyncedHead> heads, String watermark, boolean more)
            implements ServerFrame {}

    /**
     * @param first the first sequence that the user may read
     * @param sentThrough up to where entries were sent unasked; what lies between it and {@code head} is the client's to page
     * @param head live entries begin behind it
     */
    record SyncedHead(long first, long sentThrough, long head) {}

    record Heartbeat(@Nullable String ref, long serverTime, String watermark, Map<ConversationId, Long> heads)
            implements ServerFrame {}

    record Heads(Map<ConversationId, Long> heads, Map<ConversationId, List<Long>> mentions) implements ServerFrame {}

    /** Entries were not sent on this socket. @param conversationIds null: all */
    record Resync(@Nullable List<ConversationId> conversationIds, String reason) implements ServerFrame {}

    /** The user has come up to {@code sequence}; one that says less than an earlier one is void. @param own null: to others */
    record ReceiptEvent(
            ConversationId conversationId,
            UserId userId,
            ReceiptType receiptType,
            long sequence,
            @Nullable Own own) implements ServerFrame {}

    /**
     * What a user's own devices are told besides.
     *
     * @param unread messages of the conversation that the user has not read, of those up to {@code head}
     * @param unreadTotal of all their conversations, as stored
     */
    record Own(long head, long unread, long unreadTotal) {}

    record TypingEvent(ConversationId conversationId, UserId userId, boolean active) implements ServerFrame {}

    record PresenceEvent(
            UserId userId, Status status, @Nullable Long lastSeenAt) implements ServerFrame {}

    record GoAway(long retryAfterMillis, String reason) implements ServerFrame {}

    /** @param retryAfterMillis 0: not said */
    record Error(
            ErrorCode code,
            String message,
            long retryAfterMillis,
            @Nullable String ref,
            @Nullable String clientMessageId,
            @Nullable ConversationId conversationId)
            implements ServerFrame {}

    /** Why sequences never come to a client. */
    enum GapReason {
        NOT_MEMBER("not_member"),
        RETENTION("retention"),
        DAMAGED("damaged");

        private final String wireName;

        GapReason(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /** Whether a user is there. */
    enum Status {
        ONLINE("online"),
        OFFLINE("offline"),
        UNKNOWN("unknown");

        private final String wireName;

        Status(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }
}
