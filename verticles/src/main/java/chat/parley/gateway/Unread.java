package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.ReceiptType;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** In all conversations, as stored. */
    static Future<Long> read(Directory directory, UserId user) {
        return stored(directory, user).map(Stored::total);
    }

    /** What the user's devices are told of conversations whose pointers have moved; nothing of those that they are no member of any more. */
    static Future<List<ServerFrame.ReceiptEvent>> events(
            Directory directory, UserId user, Collection<ConversationId> conversations) {
        List<ConversationId> moved = List.copyOf(conversations);
        return stored(directory, user)
                .map(stored -> moved.stream()
                        .flatMap(conversation -> stored.event(conversation).stream())
                        .toList());
    }

    private static Future<Stored> stored(Directory directory, UserId user) {
        return directory.inbox(user).compose(memberships -> {
            List<ConversationId> conversations = new ArrayList<>(memberships.size());
            for (Membership membership : memberships) conversations.add(membership.conversationId());
            return directory
                    .heads(conversations)
                    .compose(heads -> directory
                            .readPointers(user, conversations)
                            .map(pointers -> new Stored(memberships, heads, pointers)));
        });
    }

    private record Stored(
            List<Membership> memberships,
            Map<ConversationId, Directory.Head> heads,
            Map<ConversationId, Directory.ReadPointer> pointers) {
        long total() {
            return Unread.total(memberships, heads, pointers);
        }

        Optional<ServerFrame.ReceiptEvent> event(ConversationId conversation) {
            Directory.Head head = heads.get(conversation);
            Directory.ReadPointer pointer = pointers.get(conversation);
            for (Membership membership : memberships) {
                if (!membership.conversationId().equals(conversation)) continue;
                if (head == null || pointer == null || !membership.isMember()) break;
                long read = Math.max(membership.last().joined() - 1, pointer.sequence());
                ServerFrame.Own own = new ServerFrame.Own(head.sequence(), of(membership, head, pointer), total());
                return Optional.of(
                        new ServerFrame.ReceiptEvent(conversation, membership.userId(), ReceiptType.READ, read, own));
            }
            return Optional.empty();
        }
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
}
