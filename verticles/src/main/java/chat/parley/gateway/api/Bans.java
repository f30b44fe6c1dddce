package chat.parley.gateway.api;

import chat.parley.model.Ban;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** {@code /v1/conversations/{conversationId}/bans}. */
final class Bans {
    private static final int ROWS_MAX = 500;
    private static final int BAN_BYTES = 160;

    private final Directory directory;
    private final Writes writes;
    private final ApiConfig config;

    Bans(Directory directory, Writes writes, ApiConfig config) {
        this.directory = directory;
        this.writes = writes;
        this.config = config;
    }

    Future<Reply> list(Asked asked) throws BadInput {
        ConversationId conversation = asked.conversation();
        int limit = (int) asked.query("limit", 1, config.limits().pageEntriesMax(), config.pageEntriesDefault());
        String cursor = asked.cursor();
        if (cursor != null && !UserId.isValid(cursor)) throw Asked.badCursor();
        UserId user = asked.user();
        // Whether the user may know is asked first, so that a stranger costs nothing, and again when all was read. One
        // more is read than asked for, to know whether there are more.
        return Rank.ifAdmin(
                directory,
                user,
                conversation,
                () -> present(conversation, cursor == null ? "" : cursor, limit + 1, new ArrayList<>())
                        .compose(found -> Rank.ifAdmin(
                                directory, user, conversation, () -> Future.succeededFuture(list(found, limit)))));
    }

    /** Those that hold. */
    private Future<List<Ban>> present(ConversationId conversation, String afterUser, int bansMax, List<Ban> bans) {
        return directory.bans(conversation, afterUser, ROWS_MAX).compose(rows -> {
            for (Ban row : rows) if (row.holds() && bans.size() < bansMax) bans.add(row);
            if (rows.size() < ROWS_MAX || bans.size() == bansMax) return Future.succeededFuture(bans);
            return present(conversation, rows.getLast().userId().value(), bansMax, bans);
        });
    }

    private static Reply list(List<Ban> found, int limit) {
        List<Ban> shown = found.size() > limit ? found.subList(0, limit) : found;
        JsonWriter out = new JsonWriter(64 + BAN_BYTES * shown.size())
                .beginObject()
                .name("bans")
                .beginArray();
        for (Ban ban : shown) {
            out.beginObject()
                    .safeField("userId", ban.userId().value())
                    .safeField("bannedBy", ban.bannedBy().value())
                    .field("bannedAt", ban.at())
                    .endObject();
        }
        out.endArray();
        if (found.size() > limit)
            out.field("cursor", Asked.cursorOf(shown.getLast().userId().value()));
        return Reply.ok(out.endObject());
    }

    Future<Reply> ban(Asked asked) throws BadInput {
        return write(asked, new Content.UserBanned(asked.member()));
    }

    Future<Reply> unban(Asked asked) throws BadInput {
        return write(asked, new Content.UserUnbanned(asked.member()));
    }

    private Future<Reply> write(Asked asked, Content content) throws BadInput {
        return writes.write(
                asked.conversation(), asked.user(), asked.clientMessageId(), List.of(content), Writes::changed);
    }
}
