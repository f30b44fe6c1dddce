package chat.parley.gateway.api;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/** What is shown to admins and owners alone. What is shown is read before this is asked. */
final class Rank {
    private Rank() {}

    static Future<Reply> ifAdmin(
            Directory directory, UserId user, ConversationId conversation, Supplier<Future<Reply>> reply) {
        return directory.memberships(conversation, List.of(user)).compose(found -> {
            Membership own = found.get(user);
            if (own == null || !own.isMember()) return Reply.notFound().now();
            if (own.role() == Role.MEMBER) {
                return Reply.refused(ErrorCode.FORBIDDEN, "your role does not allow this", 0)
                        .now();
            }
            return reply.get();
        });
    }
}
