package chat.parley.simulator;

import chat.parley.checker.EntryKind;
import chat.parley.checker.Sent;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something a device wants said, until it is acknowledged or refused for good. */
final class Sending {
    final ConversationId conversation;
    final String clientMessageId;
    final List<Content> contents;
    final Sent first;
    int attempts;
    boolean isFlying;
    boolean isOver;
    boolean isRefused;
    long notBeforeMicros;
    long sequence; // once acknowledged

    Sending(ConversationId conversation, String clientMessageId, List<Content> contents, Sent first) {
        this.conversation = conversation;
        this.clientMessageId = clientMessageId;
        this.contents = contents;
        this.first = first;
    }

    /** The same once more, under the same id; with a body: another message under that id. */
    Sending repeated(@Nullable String body) {
        Sending again = body == null ? this : Workload.message(conversation, clientMessageId, body);
        Sending sending = new Sending(conversation, clientMessageId, again.contents, again.first);
        sending.attempts = attempts;
        return sending;
    }

    Sent attempt() {
        return first.attempt(Math.max(1, attempts));
    }

    EntryKind kind() {
        return first.kind();
    }
}
