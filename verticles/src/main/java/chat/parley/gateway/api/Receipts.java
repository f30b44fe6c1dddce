package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.ReceiptType;
import io.vertx.core.Future;

/** {@code /v1/receipts}: as the frame, and answered once it is written. */
final class Receipts {
    private static final int MESSAGE_ID_MAX = 96;
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private final Gateway gateway;

    Receipts(Gateway gateway) {
        this.gateway = gateway;
    }

    Future<Reply> take(Asked asked) throws BadInput {
        Fields body = asked.body();
        String messageId = body.string("messageId", 1, MESSAGE_ID_MAX);
        ReceiptType type = body.receiptType();
        body.deviceId("deviceId");
        int dot = messageId.lastIndexOf('.');
        String conversation = dot < 0 ? "" : messageId.substring(0, dot);
        long sequence = Asked.whole(messageId.substring(dot + 1));
        if (!ConversationId.isValid(conversation) || sequence < 1) {
            throw BadInput.badFrame("messageId is not one of a conversation and a sequence");
        }
        UserId user = asked.user();
        return gateway.receipt(user, new ConversationId(conversation), type, sequence)
                .map(refused -> refused.map(code -> Reply.refused(code, "too many receipts wait", RETRY_AFTER_MILLIS))
                        .orElse(new Reply.NoContent()));
    }
}
