package chat.parley.wire;

import chat.parley.model.ConversationId;
import org.jspecify.annotations.Nullable;

/** What one element of a client's text turned out to be: a frame, or a refusal. */
public sealed interface Decoded permits ClientFrame, Decoded.Refusal {
    /**
     * It is not taken; nothing was changed.
     *
     * @param message for developers; names the field, never repeats what it held
     * @param close the whole text is unfit (no JSON, or against the rules for all of it): the session says the error, then closes with this
     * @param ref of the refused frame, if it could be read; likewise the ids
     */
    record Refusal(
            ErrorCode code,
            String message,
            @Nullable CloseCode close,
            @Nullable String ref,
            @Nullable String clientMessageId,
            @Nullable ConversationId conversationId)
            implements Decoded {
        public ServerFrame.Error toError() {
            return new ServerFrame.Error(code, message, 0, ref, clientMessageId, conversationId);
        }
    }
}
