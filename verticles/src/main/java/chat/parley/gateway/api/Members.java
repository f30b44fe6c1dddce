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
    private static final int ROWS_MAX = 1_000;
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
        String prefix = asked.prefix();
        UserId user = asked.user();
        Page page = new Page(conversation, prefix, limit, cursor == null ? "" : cursor);
        // Whether the user may know is asked first, so that a stranger costs nothing, and again when all was read.
        return isMember(user, conversation)
                .compose(
                        mayKnow -> mayKnow ? list(user, page) : Reply.notFound().now());
    }

    private Future<Reply> list(UserId user, Page page) {
        return read(page)
                .compose(done -> joinedAt(page.shown))
                .compose(joined -> marks(user, page)
                        .compose(marks -> isMember(user, page.conversation).map(mayKnow -> {
                            if (!mayKnow) return Reply.notFound();
                            JsonWriter out = new JsonWriter(64 + MEMBER_BYTES * page.shown.size()).beginObject();
                            write(page.shown, joined, marks, out);
                            if (page.hasMore) out.field("cursor", Asked.cursorOf(page.last));
                            return Reply.ok(out.endObject());
                        })));
    }

    private Future<Boolean> isMember(UserId user, ConversationId conversation) {
        return directory.memberships(conversation, List.of(user)).map(own -> {
            Membership mine = own.get(user);
            return mine != null && mine.isMember();
        });
    }

    /** Where there are more members than are told of receipts, nothing is shown of them here either. */
    private Future<Marks> marks(UserId user, Page page) {
        return directory.heads(List.of(page.conversation)).compose(heads -> {
            Directory.Head head = heads.get(page.conversation);
            return head == null || head.memberCount() > Gateway.RECEIPT_MEMBERS_MAX
                    ? Future.succeededFuture(Marks.none(user))
                    : Marks.read(directory, user, page.shown);
        });
    }

    /** A page that is being read: of the rows those of present members, of past ones no more than {@value #ROWS_MAX} at once. */
    private static final class Page {
        final ConversationId conversation;
        final String prefix;
        final int limit;
        final List<Membership> shown = new ArrayList<>();
        String last;
        boolean hasMore;
        int rows;

        Page(ConversationId conversation, String prefix, int limit, String after) {
            this.conversation = conversation;
            this.prefix = prefix;
            this.limit = limit;
            this.last = after;
        }
    }

    /** Those who left are passed over; where these are many, a page has fewer members than asked for, and says that there are more. */
    private Future<Void> read(Page page) {
        int part = Math.min(ROWS_MAX, page.limit + 1);
        return directory
                .members(page.conversation, page.prefix, page.last, part)
                .compose(rows -> {
                    page.rows += rows.size();
                    page.hasMore = rows.size() == part;
                    for (int i = 0; i < rows.size(); i++) {
                        Membership row = rows.get(i);
                        if (row.isMember()) {
                            if (page.shown.size() == page.limit) {
                                page.hasMore = true;
                                return Future.succeededFuture();
                            }
                            page.shown.add(row);
                        }
                        page.last = row.userId().value();
                    }
                    boolean isDone = !page.hasMore || page.rows >= ROWS_MAX;
                    return isDone ? Future.succeededFuture() : read(page);
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
