package chat.parley.store.cassandra;

import chat.parley.model.ConversationId;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.CannotOpen;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows (conversation, user, joined), by conversation in {@code members} and by user in {@code inbox}, as memberships. */
final class Memberships {
    private final Requests requests;
    /** Behind all ids, which are ASCII without it. */
    private static final String LAST = "~";

    private final PreparedStatement page;
    private final PreparedStatement firstOfPrefix;
    private final PreparedStatement pageOfPrefix;
    private final PreparedStatement ofUsers;
    private final PreparedStatement ofUser;
    private final PreparedStatement inConversations;

    Memberships(Connection connection, Requests requests) throws CannotOpen {
        this.requests = requests;
        String columns = "SELECT conversation_id, user_id, joined, role, countable, left_at FROM ";
        String slice = columns + "members WHERE conversation_id = ? AND user_id < ? AND user_id ";
        page = connection.prepare(columns + "members WHERE conversation_id = ? AND user_id > ?");
        firstOfPrefix = connection.prepare(slice + ">= ?");
        pageOfPrefix = connection.prepare(slice + "> ?");
        ofUsers = connection.prepare(columns + "members WHERE conversation_id = ? AND user_id IN ?");
        ofUser = connection.prepare(columns + "inbox WHERE user_id = ?");
        inConversations = connection.prepare(columns + "inbox WHERE user_id = ? AND conversation_id IN ?");
    }

    /** By user id; at most so many, and none only at the end. */
    Future<List<Membership>> page(ConversationId conversation, String prefix, String afterUser, int membersMax) {
        BoundStatement slice = prefix.isEmpty()
                ? page.bind(conversation.value(), afterUser)
                : afterUser.compareTo(prefix) < 0
                        ? firstOfPrefix.bind(conversation.value(), prefix + LAST, prefix)
                        : pageOfPrefix.bind(conversation.value(), prefix + LAST, afterUser);
        BoundStatement rows = slice.setPageSize(Math.max(10, membersMax + 1));
        return requests.rows(rows.setIdempotent(true), read -> usersOf(read) > membersMax)
                .map(read -> {
                    List<Membership> members = memberships(read);
                    return members.size() <= membersMax ? members : members.subList(0, membersMax);
                });
    }

    Future<List<Membership>> of(ConversationId conversation, List<UserId> users) {
        List<String> ids = users.stream().map(UserId::value).toList();
        return ask(ofUsers.bind(conversation.value(), ids));
    }

    Future<List<Membership>> of(UserId user, List<ConversationId> conversations) {
        List<String> ids = conversations.stream().map(ConversationId::value).toList();
        return ask(inConversations.bind(user.value(), ids));
    }

    Future<List<Membership>> of(UserId user) {
        return ask(ofUser.bind(user.value()));
    }

    private Future<List<Membership>> ask(BoundStatement rows) {
        return requests.rows(rows.setIdempotent(true)).map(Memberships::memberships);
    }

    /** How many are known to be whole, and the one that may go on. */
    private static int usersOf(List<Row> rows) {
        return memberships(rows).size();
    }

    /** Rows come by key, then by {@code joined}. */
    private static List<Membership> memberships(List<Row> rows) {
        List<Membership> all = new ArrayList<>();
        for (int from = 0; from < rows.size(); ) {
            int to = from + 1;
            while (to < rows.size() && isOfOne(rows.get(from), rows.get(to))) to++;
            Membership one = membership(rows.subList(from, to));
            if (one != null) all.add(one);
            from = to;
        }
        return all;
    }

    private static boolean isOfOne(Row one, Row other) {
        return text(one, "user_id").equals(text(other, "user_id"))
                && text(one, "conversation_id").equals(text(other, "conversation_id"));
    }

    /** Null while no beginning of a membership has come. */
    private static @Nullable Membership membership(List<Row> rows) {
        List<Interval> intervals = new ArrayList<>(rows.size());
        Role role = null;
        for (Row row : rows) {
            if (!row.isNull("role")) role = Role.of(row.getByte("role"));
            if (row.isNull("countable")) continue;
            intervals.add(new Interval(row.getLong("joined"), row.getLong("left_at"), row.getLong("countable")));
        }
        if (role == null || intervals.isEmpty()) return null;
        Row any = rows.getFirst();
        return new Membership(
                new ConversationId(text(any, "conversation_id")),
                new UserId(text(any, "user_id")),
                role,
                List.copyOf(intervals));
    }

    private static String text(Row row, String column) {
        return String.valueOf(row.getString(column));
    }
}
