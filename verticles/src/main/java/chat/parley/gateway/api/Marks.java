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
 * delivered to others unless they are invisible; nothing of those who block them.
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

    /** Up to where the member has read; −1: that is not shown. */
    long read(Membership member) {
        Directory.ReadPointer pointer = pointers.get(member.userId());
        return isReadShown(member) ? since(member, pointer == null ? 0 : pointer.sequence()) : -1;
    }

    /** Up to where the member has the entries; −1: that is not shown. */
    long delivered(Membership member) {
        UserSettings theirs = settings.get(member.userId());
        if (theirs == null || theirs.blocks(asker) || theirs.invisible() && !isOwn(member)) return read(member);
        Directory.ReadPointer pointer = pointers.get(member.userId());
        return since(member, pointer == null ? 0 : pointer.delivered());
    }

    private static long since(Membership member, long sequence) {
        return Math.max(member.last().joined() - 1, sequence);
    }

    private boolean isReadShown(Membership member) {
        UserSettings theirs = settings.get(member.userId());
        if (theirs == null || theirs.blocks(asker)) return false;
        return isOwn(member) || theirs.readReceipts() && tellsRead();
    }

    private boolean isOwn(Membership member) {
        return member.userId().equals(asker);
    }

    /** Whether who asks tells others what they have read; if not, nobody tells them. */
    boolean tellsRead() {
        UserSettings own = settings.get(asker);
        return own != null && own.readReceipts();
    }

    void write(Membership member, JsonWriter out) {
        long read = read(member);
        long delivered = delivered(member);
        if (read >= 0) out.field("readSequence", read);
        if (delivered >= 0) out.field("deliveredSequence", delivered);
    }
}
