package chat.parley.simulator;

import chat.parley.checker.EntryKind;
import chat.parley.checker.History;
import chat.parley.checker.Seen;
import chat.parley.model.Content;
import chat.parley.model.Entry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries in the checker's words. */
final class Entries {
    private Entries() {}

    /** As a client sees it. */
    static Seen seen(JsonObject event) {
        EntryKind kind = EntryKind.of(event.getString("kind"));
        JsonArray users = event.getJsonArray("userIds");
        List<String> named = new ArrayList<>();
        if (users != null && kind != EntryKind.ROLE_CHANGED) for (Object user : users) named.add((String) user);
        Long target = event.getLong("targetSequence");
        return new Seen(
                event.getString("conversationId"),
                event.getLong("sequence"),
                event.getString("messageId"),
                kind,
                event.getString("senderId"),
                event.getString("clientMessageId"),
                event.getLong("sentAt"),
                hasBody(kind) ? body(event.getString("body")) : 0,
                target == null ? 0 : target,
                named);
    }

    /** As it stands in a log. */
    static Seen seen(Entry entry) {
        String body = null;
        long target = 0;
        List<String> users = List.of();
        switch (entry.content()) {
            case Content.Message message -> body = message.body();
            case Content.Edit edit -> {
                body = edit.body();
                target = edit.target();
            }
            case Content.Delete delete -> target = delete.target();
            case Content.MembersAdded added ->
                users = added.userIds().stream().map(user -> user.value()).toList();
            case Content.MembersRemoved removed ->
                users = removed.departures().stream()
                        .map(departure -> departure.userId().value())
                        .toList();
            case Content.MemberLeft left ->
                users = List.of(left.departure().userId().value());
            case Content.ConversationCreated created -> {}
            case Content.ConversationUpdated updated -> {}
            case Content.RoleChanged changed -> {}
            case Content.UserBanned banned -> users = List.of(banned.userId().value());
            case Content.UserUnbanned unbanned ->
                users = List.of(unbanned.userId().value());
            case Content.InvitationCreated made -> {}
            case Content.InvitationRevoked revoked -> {}
        }
        return new Seen(
                entry.conversationId().value(),
                entry.sequence(),
                entry.messageId(),
                EntryKind.of(entry.kind().wireName()),
                entry.senderId().value(),
                entry.clientMessageId().isEmpty() ? null : entry.clientMessageId(),
                entry.sentAt(),
                History.digest(body),
                target,
                users);
    }

    /** An erased one is empty, or not there. */
    private static long body(@Nullable String text) {
        return text == null || text.isEmpty() ? 0 : History.digest(text);
    }

    private static boolean hasBody(EntryKind kind) {
        return kind == EntryKind.MESSAGE || kind == EntryKind.EDIT;
    }
}
