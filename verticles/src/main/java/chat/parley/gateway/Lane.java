package chat.parley.gateway;

import chat.parley.model.ConversationId;
import java.util.ArrayList;
import java.util.List;

/** What one session sends to one conversation: at most one part of it is on its way, the rest waits behind it. */
final class Lane {
    final ConversationId conversation;
    List<Submission> waiting = new ArrayList<>(1);
    boolean isUnderWay;

    Lane(ConversationId conversation) {
        this.conversation = conversation;
    }

    /** What waits, which is under way from now on. */
    List<Submission> take() {
        List<Submission> taken = waiting;
        waiting = new ArrayList<>(1);
        isUnderWay = true;
        return taken;
    }
}
