package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is told in passing what happens in a conversation: its members, if they are at most {@value #MEMBERS_MAX}. Kept as long as the
 * conversation's gate passes no change of members; of conversations without a gate here it is read each time, as it is of those asked for
 * longest ago when {@value #KEPT_MAX} conversations and members are kept.
 *
 * <p>Of a larger one so many rows are read, and no more of them for a minute: whoever comes and goes there, as somebody always does, it
 * stays too large. One that has become small, where members are told again, shows that after this minute.
 */
final class Roster {
    static final int MEMBERS_MAX = 100;

    static final int KEPT_MAX = 50_000;

    /** One more than there may be is enough to know, mostly; the rows of those who left come in between. */
    private static final int FIRST_ROWS = MEMBERS_MAX + 1;

    private static final int MORE_ROWS = 1_000;

    /** Where so many rows do not tell, it counts as large. */
    private static final int ROWS_MAX = 10_000;

    private static final long LARGE_MILLIS = 60_000;
    private static final long NOT_LARGE = -1;

    private final Loop loop;
    private final Directory directory;
    private final Gates gates;
    private final LinkedHashMap<ConversationId, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private int size;

    Roster(Loop loop, Directory directory, Gates gates) {
        this.loop = loop;
        this.directory = directory;
        this.gates = gates;
    }

    /** Nobody, where there are too many. */
    Future<List<UserId>> of(ConversationId conversation) {
        Gate gate = gates.get(conversation);
        Kept known = kept.get(conversation);
        long now = loop.monotonicMillis();
        if (known != null && known.largeUntil > now) return Future.succeededFuture(List.of());
        if (gate != null && known != null && !known.isLarge() && gate.membershipSequence() <= known.asOf)
            return Future.succeededFuture(known.users);
        long asOf = gate == null ? -1 : gate.cursor(); // what has passed it can be read
        return read(conversation, "", new ArrayList<>(), 0).map(users -> {
            if (users == null) keep(conversation, new Kept(List.of(), asOf, now + LARGE_MILLIS));
            else if (asOf >= 0) keep(conversation, new Kept(users, asOf, NOT_LARGE));
            return users == null ? List.<UserId>of() : users;
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

    /** Null: too many. */
    private Future<@Nullable List<UserId>> read(
            ConversationId conversation, String after, List<UserId> present, int rowsBefore) {
        int asked = rowsBefore == 0 ? FIRST_ROWS : MORE_ROWS;
        return directory.members(conversation, after, asked).compose(rows -> {
            for (Membership row : rows) if (row.isMember()) present.add(row.userId());
            int rowsRead = rowsBefore + rows.size();
            if (present.size() > MEMBERS_MAX) return Future.succeededFuture(null);
            if (rows.size() < asked) return Future.succeededFuture(List.copyOf(present));
            if (rowsRead >= ROWS_MAX) return Future.succeededFuture(null);
            return read(conversation, rows.getLast().userId().value(), present, rowsRead);
        });
    }

    /** @param largeUntil until when it is not looked at again, as it had too many members */
    private record Kept(List<UserId> users, long asOf, long largeUntil) {
        boolean isLarge() {
            return largeUntil != NOT_LARGE;
        }

        int size() {
            return 1 + users.size();
        }
    }
}
