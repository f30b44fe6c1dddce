package chat.parley.wire;

import chat.parley.model.ConversationId;
import java.util.List;
import java.util.Map;

/** What the server says, as JSON. */
final class ServerFrameJson {
    private static final int ACK_BYTES = 224;
    private static final int SMALL_BYTES = 320;
    private static final int HEAD_BYTES = 48;

    private ServerFrameJson() {}

    static byte[] encode(ServerFrame frame) {
        return switch (frame) {
            case ServerFrame.MessageAck ack -> ack(ack);
            case ServerFrame.Welcome welcome -> welcome(welcome);
            case ServerFrame.Gap gap ->
                begin("gap", SMALL_BYTES)
                        .safeField("conversationId", gap.conversationId().value())
                        .field("from", gap.from())
                        .field("to", gap.to())
                        .safeField("reason", gap.reason().wireName())
                        .endObject()
                        .toBytes();
            case ServerFrame.Synced synced -> synced(synced);
            case ServerFrame.Heartbeat heartbeat ->
                heads(
                                begin(
                                                "heartbeat",
                                                SMALL_BYTES
                                                        + HEAD_BYTES
                                                                * heartbeat
                                                                        .heads()
                                                                        .size())
                                        .optional("ref", heartbeat.ref())
                                        .field("serverTime", heartbeat.serverTime())
                                        .field("watermark", heartbeat.watermark()),
                                heartbeat.heads())
                        .endObject()
                        .toBytes();
            case ServerFrame.Heads heads -> heads(heads);
            case ServerFrame.Resync resync -> resync(resync);
            case ServerFrame.ReceiptEvent receipt -> receipt(receipt);
            case ServerFrame.TypingEvent typing ->
                begin("typing_event", SMALL_BYTES)
                        .safeField("conversationId", typing.conversationId().value())
                        .safeField("userId", typing.userId().value())
                        .field("active", typing.active())
                        .endObject()
                        .toBytes();
            case ServerFrame.PresenceEvent presence ->
                begin("presence_event", SMALL_BYTES)
                        .safeField("userId", presence.userId().value())
                        .safeField("status", presence.status().wireName())
                        .optional("lastSeenAt", presence.lastSeenAt())
                        .endObject()
                        .toBytes();
            case ServerFrame.GoAway away ->
                begin("goaway", SMALL_BYTES)
                        .field("retryAfterMillis", away.retryAfterMillis())
                        .field("reason", away.reason())
                        .endObject()
                        .toBytes();
            case ServerFrame.Error error -> error(error);
        };
    }

    private static byte[] ack(ServerFrame.MessageAck ack) {
        return begin("message_ack", ACK_BYTES)
                .optional("ref", ack.ref())
                .field("clientMessageId", ack.clientMessageId())
                .safeField("conversationId", ack.conversationId().value())
                .messageId(ack.conversationId(), ack.sequence())
                .field("sequence", ack.sequence())
                .field("sentAt", ack.sentAt())
                .field("duplicate", ack.duplicate())
                .endObject()
                .toBytes();
    }

    private static byte[] welcome(ServerFrame.Welcome welcome) {
        Limits limits = welcome.limits();
        JsonWriter out = begin("welcome", 2 * SMALL_BYTES)
                .optional("ref", welcome.ref())
                .field("sessionId", welcome.sessionId())
                .safeField("userId", welcome.userId().value())
                .safeField("deviceId", welcome.deviceId().value())
                .field("serverTime", welcome.serverTime())
                .field("watermark", welcome.watermark())
                .field("heartbeatMillis", welcome.heartbeatMillis())
                .name("limits")
                .beginObject()
                .field("messageBytesMax", limits.messageBytesMax())
                .field("bodyBytesMax", limits.bodyBytesMax())
                .field("httpBodyBytesMax", limits.httpBodyBytesMax())
                .field("extBytesMax", limits.extBytesMax())
                .field("attachmentsMax", limits.attachmentsMax())
                .field("mentionsMax", limits.mentionsMax())
                .field("jsonDepthMax", limits.jsonDepthMax())
                .field("pageEntriesMax", limits.pageEntriesMax())
                .field("cursorsMax", limits.cursorsMax())
                .field("groupMembersMax", limits.groupMembersMax())
                .endObject()
                .name("features")
                .beginArray();
        for (String feature : welcome.features()) out.string(feature);
        return out.endArray()
                .field("incarnation", welcome.incarnation())
                .field("unreadTotal", welcome.unreadTotal())
                .endObject()
                .toBytes();
    }

    private static byte[] synced(ServerFrame.Synced synced) {
        JsonWriter out = begin(
                        "synced", SMALL_BYTES + 2 * HEAD_BYTES * synced.heads().size())
                .optional("ref", synced.ref())
                .name("heads")
                .beginObject();
        for (Map.Entry<ConversationId, ServerFrame.SyncedHead> each :
                synced.heads().entrySet()) {
            ServerFrame.SyncedHead head = each.getValue();
            out.name(each.getKey().value())
                    .beginObject()
                    .field("first", head.first())
                    .field("sentThrough", head.sentThrough())
                    .field("head", head.head())
                    .endObject();
        }
        out.endObject().field("watermark", synced.watermark());
        if (synced.more()) out.field("more", true);
        return out.endObject().toBytes();
    }

    private static byte[] heads(ServerFrame.Heads heads) {
        JsonWriter out =
                heads(begin("heads", SMALL_BYTES + HEAD_BYTES * heads.heads().size()), heads.heads());
        if (!heads.mentions().isEmpty()) {
            out.name("mentions").beginObject();
            for (Map.Entry<ConversationId, List<Long>> each : heads.mentions().entrySet()) {
                out.name(each.getKey().value()).beginArray();
                for (long sequence : each.getValue()) out.number(sequence);
                out.endArray();
            }
            out.endObject();
        }
        return out.endObject().toBytes();
    }

    private static byte[] resync(ServerFrame.Resync resync) {
        JsonWriter out = begin("resync", SMALL_BYTES);
        List<ConversationId> conversations = resync.conversationIds();
        if (conversations == null) {
            out.field("all", true);
        } else {
            out.name("conversationIds").beginArray();
            for (ConversationId conversation : conversations) out.safe(conversation.value());
            out.endArray();
        }
        return out.field("reason", resync.reason()).endObject().toBytes();
    }

    private static byte[] error(ServerFrame.Error error) {
        JsonWriter out = begin("error", SMALL_BYTES)
                .safeField("code", error.code().wireName())
                .field("message", error.message())
                .field("retryable", error.code().retryable());
        if (error.retryAfterMillis() > 0) out.field("retryAfterMillis", error.retryAfterMillis());
        out.optional("ref", error.ref()).optional("clientMessageId", error.clientMessageId());
        ConversationId conversation = error.conversationId();
        if (conversation != null) out.safeField("conversationId", conversation.value());
        return out.endObject().toBytes();
    }

    private static byte[] receipt(ServerFrame.ReceiptEvent receipt) {
        JsonWriter out = begin("receipt_event", SMALL_BYTES)
                .safeField("conversationId", receipt.conversationId().value())
                .safeField("userId", receipt.userId().value())
                .safeField("receiptType", receipt.receiptType().wireName())
                .field("sequence", receipt.sequence());
        ServerFrame.Own own = receipt.own();
        if (own != null) {
            out.field("head", own.head()).field("unread", own.unread()).field("unreadTotal", own.unreadTotal());
        }
        return out.endObject().toBytes();
    }

    private static JsonWriter heads(JsonWriter out, Map<ConversationId, Long> heads) {
        out.name("heads").beginObject();
        for (Map.Entry<ConversationId, Long> each : heads.entrySet())
            out.field(each.getKey().value(), (long) each.getValue());
        return out.endObject();
    }

    private static JsonWriter begin(String type, int expected) {
        return new JsonWriter(expected).beginObject().safeField("type", type);
    }
}
