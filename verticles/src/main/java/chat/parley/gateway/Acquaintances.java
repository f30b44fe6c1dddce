package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a user stands to others, from their memberships and read pointers. For each of the others the same rows are asked for, be they
 * strangers, friends or nobody at all: time tells nothing. One after the other, since messages wait for the same readers.
 */
final class Acquaintances {
    /** Of a user who is in more, the rest does not make acquaintances. */
    static final int CONVERSATIONS_MAX = 1_000;

    private final Directory directory;

    Acquaintances(Directory directory) {
        this.directory = directory;
    }

    /** How the user stands to each of the others. */
    Future<Map<UserId, Acquaintance>> of(UserId user, List<UserId> others) {
        return directory.inbox(user).compose(inbox -> {
            List<ConversationId> conversations = new ArrayList<>(Math.min(inbox.size(), CONVERSATIONS_MAX));
            for (Membership membership : inbox) {
                if (conversations.size() == CONVERSATIONS_MAX) break;
                if (membership.isMember()) conversations.add(membership.conversationId());
            }
            Map<UserId, Acquaintance> found = new LinkedHashMap<>();
            for (UserId other : others)
                found.put(other, other.equals(user) ? Acquaintance.SELF : Acquaintance.STRANGER);
            Future<?> read = Future.succeededFuture();
            for (ConversationId conversation : conversations)
                read = read.compose(done -> read(conversation, others, found));
            return read.map(found);
        });
    }

    private Future<?> read(ConversationId conversation, List<UserId> others, Map<UserId, Acquaintance> found) {
        return directory
                .memberships(conversation, others)
                .compose(memberships -> directory
                        .readPointers(conversation, others)
                        .onSuccess(pointers -> memberships.forEach((other, membership) -> {
                            if (!membership.isMember()) return;
                            Acquaintance stands = hasTakenPart(membership, pointers.get(other))
                                    ? Acquaintance.CONTACT
                                    : Acquaintance.SHARES;
                            found.merge(other, stands, (a, b) -> a.compareTo(b) > 0 ? a : b);
                        })));
    }

    /** Has read or written something since they came: that a device got it is not their doing. */
    private static boolean hasTakenPart(Membership membership, Directory.@Nullable ReadPointer pointer) {
        return pointer != null && pointer.sequence() > membership.last().joined();
    }
}
