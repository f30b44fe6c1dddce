package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps users from being in too many conversations: their inboxes are read whole. What is added at the same time elsewhere may go past
 * the bound by that much.
 */
final class Room {
    /** Users whose inboxes are read for the cost of one send. */
    private static final int USERS_A_SEND = 4;

    /** Rows of conversations that a user left stay, as they say what may be read; so many for each that a user may be in. */
    private static final int LEFT_FACTOR = 4;

    private final Gateway gateway;
    private final Directory directory;
    private final int conversationsMax;

    Room(Gateway gateway, Directory directory, int conversationsMax) {
        this.gateway = gateway;
        this.directory = directory;
        this.conversationsMax = conversationsMax;
    }

    /** Does it if each of these users is in the conversation already, or may be in one more. */
    Future<Reply> ifThereIs(
            UserId asking, List<UserId> users, ConversationId conversation, Supplier<Future<Reply>> action) {
        long waitMillis = gateway.admit(asking, users.size() / USERS_A_SEND);
        if (waitMillis > 0) {
            return Reply.refused(ErrorCode.RATE_LIMITED, "too many users at once", waitMillis)
                    .now();
        }
        List<Future<List<Membership>>> inboxes = new ArrayList<>();
        for (UserId user : users) inboxes.add(directory.inbox(user));
        return Future.all(inboxes).compose(all -> {
            for (Future<List<Membership>> inbox : inboxes) if (isFull(inbox.result(), conversation)) return full();
            return action.get();
        });
    }

    private boolean isFull(List<Membership> inbox, ConversationId conversation) {
        int present = 0;
        int left = 0;
        for (Membership membership : inbox) {
            if (membership.conversationId().equals(conversation)) return false;
            if (membership.isMember()) present++;
            else left++;
        }
        return present >= conversationsMax || left >= LEFT_FACTOR * conversationsMax;
    }

    private Future<Reply> full() {
        return Reply.refused(ErrorCode.TOO_LARGE, "a user can be in at most " + conversationsMax + " conversations", 0)
                .now();
    }
}
