package chat.parley.gateway.api;

import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far members have come, as the one who asks may see it: their own always; what others have read only if both tell it, what was
 * delivered to others unless they are invisible.
 */
record Marks(UserId asker, Map<UserId, Directory.ReadPointer> pointers, Map<UserId, UserSettings> settings) {
    /** Nothing is shown. */
    static Marks none(UserId asker) {
        return new Marks(asker, Map.of(), Map.of());
    }

    static Future<Marks> read(Directory directory, UserId asker, List<Membership> members) {
        if (members.isEmpty()) return Future.succeededFuture(none(asker));
        Set<UserId> users = new LinkedHashSet<>();
        for (Membership member : members) users.add(member.userId());
        Set<UserId> concerned = new LinkedHashSet<>(users);
        concerned.add(asker);
        return directory
                .readPointers(members.getFirst().conversationId(), users)
                .compose(pointers ->
                        directory.userSettings(concerned).map(settings -> new Marks(asker, pointers, settings)));
    }

    void write(Membership member, JsonWriter out) {
        UserSettings theirs = settings.get(member.userId());
        UserSettings own = settings.get(asker);
        if (theirs == null || own == null) return;
        boolean isOwn = member.userId().equals(asker);
        boolean isReadShown = isOwn || theirs.readReceipts() && own.readReceipts();
        long start = member.last().joined() - 1;
        Directory.ReadPointer pointer = pointers.get(member.userId());
        long read = Math.max(start, pointer == null ? 0 : pointer.sequence());
        if (isReadShown) out.field("readSequence", read);
        if (isOwn || !theirs.invisible()) {
            out.field("deliveredSequence", Math.max(start, pointer == null ? 0 : pointer.delivered()));
        } else if (isReadShown) {
            out.field("deliveredSequence", read);
        }
    }
}
