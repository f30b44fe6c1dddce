package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Who is told in passing what happens in a conversation: its members, if they are at most {@value #MEMBERS_MAX}. Kept as long as the
 * conversation's gate passes no change of members; of conversations without a gate here it is read each time, as it is of those asked for
 * longest ago when {@value #KEPT_MAX} conversations and members are kept.
 */
final class Roster {
    static final int MEMBERS_MAX = 100;

    static final int KEPT_MAX = 50_000;

    private static final int ROWS = 500;

    private final Directory directory;
    private final Gates gates;
    private final LinkedHashMap<ConversationId, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private int size;

    Roster(Directory directory, Gates gates) {
        this.directory = directory;
        this.gates = gates;
    }

    /** Nobody, where there are too many. */
    Future<List<UserId>> of(ConversationId conversation) {
        Gate gate = gates.get(conversation);
        Kept known = kept.get(conversation);
        if (gate != null && known != null && gate.membershipSequence() <= known.asOf)
            return Future.succeededFuture(known.users);
        long asOf = gate == null ? -1 : gate.cursor(); // what has passed it can be read
        return read(conversation, "", new ArrayList<>()).map(users -> {
            if (asOf >= 0) keep(conversation, new Kept(users, asOf));
            return users;
        });
    }

    /** Conversations and members that are kept. */
    int size() {
        return size;
    }

    private void keep(ConversationId conversation, Kept fresh) {
        Kept former = kept.put(conversation, fresh);
        size += fresh.size() - (former == null ? 0 : former.size());
        while (size > KEPT_MAX) size -= kept.pollFirstEntry().getValue().size();
    }

    private Future<List<UserId>> read(ConversationId conversation, String after, List<UserId> present) {
        return directory.members(conversation, after, ROWS).compose(rows -> {
            for (Membership row : rows) if (row.isMember()) present.add(row.userId());
            if (present.size() > MEMBERS_MAX) return Future.succeededFuture(List.of());
            if (rows.size() < ROWS) return Future.succeededFuture(List.copyOf(present));
            return read(conversation, rows.getLast().userId().value(), present);
        });
    }

    private record Kept(List<UserId> users, long asOf) {
        int size() {
            return 1 + users.size();
        }
    }
}
