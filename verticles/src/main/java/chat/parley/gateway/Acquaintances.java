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
 * strangers, friends or nobody at all: time tells nothing. Of a few conversations at a time, since messages wait for the same readers.
 */
final class Acquaintances {
    /** Of a user who is in more, the rest does not make acquaintances. */
    static final int CONVERSATIONS_MAX = 1_000;

    /** One at a time, a user of 224 groups waited for more than 15 s where the store was busy. */
    private static final int AT_ONCE = 16;

    /** Whoever shares only conversations with more members does not know the others by that. */
    static final int MEMBERS_MAX = 10_000;

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
            return directory.heads(conversations).compose(heads -> {
                List<ConversationId> small = new ArrayList<>(conversations.size());
                for (ConversationId conversation : conversations) {
                    Directory.Head head = heads.get(conversation);
                    if (head != null && head.memberCount() <= MEMBERS_MAX) small.add(conversation);
                }
                Future<?> read = Future.succeededFuture();
                for (int from = 0; from < small.size(); from += AT_ONCE) {
                    List<ConversationId> part = small.subList(from, Math.min(small.size(), from + AT_ONCE));
                    read = read.compose(done -> Future.all(
                            part.stream().map(each -> read(each, others, found)).toList()));
                }
                return read.map(found);
            });
        });
    }

    private Future<?> read(ConversationId conversation, List<UserId> others, Map<UserId, Acquaintance> found) {
        Future<Map<UserId, Membership>> memberships = directory.memberships(conversation, others);
        Future<Map<UserId, Directory.ReadPointer>> pointers = directory.readPointers(conversation, others);
        return Future.all(memberships, pointers)
                .onSuccess(read -> memberships.result().forEach((other, membership) -> {
                    if (!membership.isMember()) return;
                    Acquaintance stands =
                            hasTakenPart(membership, pointers.result().get(other))
                                    ? Acquaintance.CONTACT
                                    : Acquaintance.SHARES;
                    found.merge(other, stands, (a, b) -> a.compareTo(b) > 0 ? a : b);
                }));
    }

    /** Has read or written something since they came: that a device got it is not their doing. */
    private static boolean hasTakenPart(Membership membership, Directory.@Nullable ReadPointer pointer) {
        return pointer != null && pointer.sequence() > membership.last().joined();
    }
}
