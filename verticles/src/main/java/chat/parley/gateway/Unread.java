package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many messages a user has not read: the running count at the head minus that where they have read to. */
public final class Unread {
    private Unread() {}

    /** In one conversation; what was there before they came does not count. */
    public static long of(
            Membership membership, Directory.@Nullable Head head, Directory.@Nullable ReadPointer pointer) {
        if (head == null || !membership.isMember()) return 0;
        long read = Math.max(membership.last().countable(), pointer == null ? 0 : pointer.countable());
        return Math.max(0, head.countable() - read);
    }

    static long total(
            List<Membership> memberships,
            Map<ConversationId, Directory.Head> heads,
            Map<ConversationId, Directory.ReadPointer> pointers) {
        long total = 0;
        for (Membership membership : memberships) {
            ConversationId conversation = membership.conversationId();
            total += of(membership, heads.get(conversation), pointers.get(conversation));
        }
        return total;
    }

    /** In all conversations, as stored. */
    static Future<Long> read(Directory directory, UserId user) {
        return directory.inbox(user).compose(memberships -> {
            List<ConversationId> conversations = new ArrayList<>(memberships.size());
            for (Membership membership : memberships) conversations.add(membership.conversationId());
            return directory
                    .heads(conversations)
                    .compose(heads -> directory
                            .readPointers(user, conversations)
                            .map(pointers -> total(memberships, heads, pointers)));
        });
    }
}
