package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import chat.parley.store.Stores;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code /v1/conversations/{conversationId}/members}. */
final class Members {
    private static final int USER_IDS_MAX = 1_000;
    private static final int ROWS_MAX = 500;
    private static final int MEMBER_BYTES = 144;

    private final Directory directory;
    private final History history;
    private final Room room;
    private final Writes writes;
    private final ApiConfig config;

    Members(Stores stores, Room room, Writes writes, ApiConfig config) {
        this.directory = stores.directory();
        this.history = stores.history();
        this.room = room;
        this.writes = writes;
        this.config = config;
    }

    Future<Reply> list(Asked asked) throws BadInput {
        ConversationId conversation = asked.conversation();
        int limit = (int) asked.query("limit", 1, config.limits().pageEntriesMax(), config.pageEntriesDefault());
        String cursor = asked.cursor();
        if (cursor != null && !UserId.isValid(cursor)) throw Asked.badCursor();
        UserId user = asked.user();
        String after = cursor == null ? "" : cursor;
        // One more than asked for, to know whether there are more; those who left are passed over.
        return present(conversation, after, limit + 1, new ArrayList<>()).compose(found -> {
            boolean hasMore = found.size() > limit;
            List<Membership> shown = hasMore ? found.subList(0, limit) : found;
            return joinedAt(shown)
                    .compose(joined -> marks(user, conversation, shown, after.isEmpty() && !hasMore)
                            .compose(marks -> directory
                                    .memberships(conversation, List.of(user))
                                    .map(own -> {
                                        Membership mine = own.get(user);
                                        if (mine == null || !mine.isMember()) return Reply.notFound();
                                        return list(shown, joined, marks, hasMore);
                                    })));
        });
    }

    private static Reply list(
            List<Membership> shown, Map<History.EntryKey, StoredEntry> joined, Marks marks, boolean hasMore) {
        JsonWriter out = new JsonWriter(64 + MEMBER_BYTES * shown.size()).beginObject();
        write(shown, joined, marks, out);
        if (hasMore) out.field("cursor", Asked.cursorOf(shown.getLast().userId().value()));
        return Reply.ok(out.endObject());
    }

    /** Where there are more members than are told of receipts, nothing is shown of them here either. */
    private Future<Marks> marks(UserId user, ConversationId conversation, List<Membership> shown, boolean isAll) {
        Future<Integer> members = isAll
                ? Future.succeededFuture(shown.size())
                : present(conversation, "", Gateway.RECEIPT_MEMBERS_MAX + 1, new ArrayList<>())
                        .map(List::size);
        return members.compose(count -> count > Gateway.RECEIPT_MEMBERS_MAX
                ? Future.succeededFuture(Marks.none(user))
                : Marks.read(directory, user, shown));
    }

    private Future<List<Membership>> present(
            ConversationId conversation, String afterUser, int membersMax, List<Membership> members) {
        return directory.members(conversation, afterUser, ROWS_MAX).compose(rows -> {
            for (Membership row : rows) {
                if (row.isMember() && members.size() < membersMax) members.add(row);
            }
            if (rows.size() < ROWS_MAX || members.size() == membersMax) return Future.succeededFuture(members);
            return present(conversation, rows.getLast().userId().value(), membersMax, members);
        });
    }

    Future<Reply> add(Asked asked) throws BadInput {
        Fields body = asked.body();
        ConversationId conversation = asked.conversation();
        List<UserId> users = body.userIds("userIds", 1, USER_IDS_MAX);
        Role role = body.optionalOne("role", Role.values());
        Content added = new Content.MembersAdded(users, role == null ? Role.MEMBER : role);
        String clientMessageId = asked.clientMessageId();
        return room.ifThereIs(
                asked.user(),
                users,
                conversation,
                () -> write(asked.user(), conversation, clientMessageId, added, users));
    }

    Future<Reply> changeRole(Asked asked) throws BadInput {
        UserId member = asked.member();
        Role role = asked.body().one("role", Role.values());
        return write(
                asked.user(),
                asked.conversation(),
                asked.clientMessageId(),
                new Content.RoleChanged(member, 0, role),
                List.of(member));
    }

    /** Removes a member; a member who names themselves leaves. */
    Future<Reply> remove(Asked asked) throws BadInput {
        UserId member = asked.member();
        Content.Departure departure = new Content.Departure(member, 0);
        Content content = member.equals(asked.user())
                ? new Content.MemberLeft(departure)
                : new Content.MembersRemoved(List.of(departure));
        return write(asked.user(), asked.conversation(), asked.clientMessageId(), content, List.of(member));
    }

    /** The fields of the ack; if it held already, how it stands with these users. */
    private Future<Reply> write(
            UserId user, ConversationId conversation, String clientMessageId, Content content, List<UserId> users) {
        return writes.write(conversation, user, clientMessageId, List.of(content), done -> switch (done) {
            case Writes.Done.Placed placed -> Writes.changed(placed);
            case Writes.Done.Unchanged(long head) ->
                directory
                        .memberships(conversation, users)
                        .map(found -> found.values().stream()
                                .filter(Membership::isMember)
                                .toList())
                        .compose(members -> joinedAt(members).map(joined -> {
                            JsonWriter out = new JsonWriter(128)
                                    .beginObject()
                                    .safeField("conversationId", conversation.value())
                                    .field("unchanged", true)
                                    .field("head", head);
                            write(members, joined, Marks.none(user), out);
                            return Reply.ok(out.endObject());
                        }));
        });
    }

    /** The entries by which they joined. */
    private Future<Map<History.EntryKey, StoredEntry>> joinedAt(Collection<Membership> members) {
        Set<History.EntryKey> keys = new LinkedHashSet<>();
        for (Membership member : members) keys.add(joined(member));
        return history.entries(keys);
    }

    private static History.EntryKey joined(Membership member) {
        return new History.EntryKey(member.conversationId(), member.last().joined());
    }

    private static void write(
            Collection<Membership> members, Map<History.EntryKey, StoredEntry> joined, Marks marks, JsonWriter out) {
        out.name("members").beginArray();
        for (Membership member : members) {
            StoredEntry entry = joined.get(joined(member));
            out.beginObject()
                    .safeField("userId", member.userId().value())
                    .safeField("role", member.role().wireName())
                    .optional(
                            "joinedAt",
                            entry == null ? null : (Number) entry.entry().sentAt());
            marks.write(member, out);
            out.endObject();
        }
        out.endArray();
    }
}
