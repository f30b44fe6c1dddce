package chat.parley.gateway.api;

import chat.parley.gateway.Pages;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/conversations/{conversationId}/messages}. */
final class Messages {
    private static final int PAGE_BYTES = 16 << 10;

    private final Pages pages;
    private final Writes writes;
    private final ApiConfig config;

    Messages(Pages pages, Writes writes, ApiConfig config) {
        this.pages = pages;
        this.writes = writes;
        this.config = config;
    }

    Future<Reply> page(Asked asked) throws BadInput {
        ConversationId conversation = asked.conversation();
        long after = asked.query("after", 0, Fields.SEQUENCE_MAX, -1);
        long before = asked.query("before", 1, Fields.SEQUENCE_MAX, Long.MAX_VALUE);
        if (after >= 0 && before < Long.MAX_VALUE) throw BadInput.badFrame("after and before cannot be combined");
        int limit = (int) asked.query("limit", 1, config.limits().pageEntriesMax(), config.pageEntriesDefault());
        Future<Pages.@Nullable Page> page = after >= 0
                ? pages.after(asked.user(), conversation, after, limit)
                : pages.before(asked.user(), conversation, before, limit);
        return page.map(Messages::reply);
    }

    Future<Reply> send(Asked asked) throws BadInput {
        Content.Message message = asked.body().message(config.limits());
        return writes.write(
                asked.conversation(), asked.user(), asked.clientMessageId(), List.of(message), Writes::created);
    }

    Future<Reply> edit(Asked asked) throws BadInput {
        String body = asked.body().body(config.limits().bodyBytesMax());
        Content edit = new Content.Edit(asked.sequence(), body, List.of());
        return writes.write(
                asked.conversation(), asked.user(), asked.clientMessageId(), List.of(edit), Writes::changed);
    }

    Future<Reply> delete(Asked asked) throws BadInput {
        Content delete = new Content.Delete(asked.sequence(), List.of());
        return writes.write(
                asked.conversation(), asked.user(), asked.clientMessageId(), List.of(delete), Writes::changed);
    }

    private static Reply reply(Pages.@Nullable Page page) {
        if (page == null) return Reply.notFound();
        JsonWriter out =
                new JsonWriter(PAGE_BYTES).beginObject().name("entries").beginArray();
        for (byte[] entry : page.entries()) out.raw(entry);
        out.endArray().name("gaps").beginArray();
        for (ServerFrame.Gap gap : page.gaps()) {
            out.beginObject()
                    .field("from", gap.from())
                    .field("to", gap.to())
                    .safeField("reason", gap.reason().wireName())
                    .endObject();
        }
        return Reply.ok(out.endArray()
                .field("first", page.first())
                .field("head", page.head())
                .endObject());
    }
}
