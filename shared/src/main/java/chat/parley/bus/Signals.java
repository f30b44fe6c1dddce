package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.wire.ReceiptType;
import java.util.List;

/**
 * What members are told in passing: how far others have come, and who is typing. To {@code presence.<node>}, which passes it on to
 * {@code gateway.<gateway>}, each with the users that have a session there. May be lost; what comes late is dropped by what it says of itself:
 * a receipt by its sequence, typing by its age and by the counter.
 *
 * @param incarnation of the data
 * @param gateway that says it
 * @param boot of that gateway
 * @param counter grows with each that this life of the gateway says
 * @param sentAt Unix milliseconds of that gateway, whose clock may be wrong
 */
public record Signals(
        long incarnation,
        String gateway,
        long boot,
        long counter,
        long sentAt,
        List<Receipt> receipts,
        List<Typing> typings) {
    /**
     * A user has come up to {@code sequence}.
     *
     * @param origin the session that said so, which is not told; empty: none
     * @param users whom to tell
     */
    public record Receipt(
            ConversationId conversationId,
            UserId userId,
            ReceiptType receiptType,
            long sequence,
            String origin,
            List<UserId> users) {}

    /** A user types, or has stopped. @param users whom to tell */
    public record Typing(ConversationId conversationId, UserId userId, boolean active, List<UserId> users) {}
}
