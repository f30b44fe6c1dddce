package chat.parley.gateway.api;

import chat.parley.bus.Answer;
import chat.parley.gateway.Submitter;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** Sends drafts, and says what became of them in the fields of {@code message_ack}. */
final class Writes {
    private static final String NO_SESSION = "";

    private final Submitter submitter;

    Writes(Submitter submitter) {
        this.submitter = submitter;
    }

    /** What a draft came to, short of a refusal. */
    sealed interface Done {
        /** The open object of the answer, with the fields of {@code message_ack}. */
        record Placed(JsonWriter json, long sentAt, boolean duplicate) implements Done {}

        record Unchanged(long head) implements Done {}
    }

    /** Places the content; {@code then} makes the reply of what came of it. */
    Future<Reply> write(
            ConversationId conversation,
            UserId user,
            String clientMessageId,
            List<Content> contents,
            Function<Done, Future<Reply>> then) {
        Draft draft = new Draft(conversation, user, clientMessageId, NO_SESSION, contents);
        return submitter.submit(draft).compose(answer -> switch (answer) {
            case Answer.Placed placed ->
                then.apply(new Done.Placed(
                        ack(conversation, clientMessageId, placed), placed.sentAt(), placed.duplicate()));
            case Answer.Unchanged unchanged -> then.apply(new Done.Unchanged(unchanged.head()));
            case Answer.Refused refused ->
                Reply.refused(refused.code(), refused.message(), refused.retryAfterMillis())
                        .now();
        });
    }

    /** The reply to a write that always writes: 201, or 200 for a retry. */
    static Future<Reply> created(Done done) {
        return switch (done) {
            case Done.Placed placed ->
                new Reply.Json(
                                placed.duplicate() ? 200 : 201,
                                placed.json().endObject().toBytes())
                        .now();
            case Done.Unchanged unchanged -> unchangedReply(unchanged);
        };
    }

    /** The reply to a write that changes something there is. */
    static Future<Reply> changed(Done done) {
        return switch (done) {
            case Done.Placed placed -> Reply.ok(placed.json().endObject()).now();
            case Done.Unchanged unchanged -> unchangedReply(unchanged);
        };
    }

    private static Future<Reply> unchangedReply(Done.Unchanged unchanged) {
        return Reply.ok(new JsonWriter(64)
                        .beginObject()
                        .field("unchanged", true)
                        .field("head", unchanged.head())
                        .endObject())
                .now();
    }

    private static JsonWriter ack(ConversationId conversation, String clientMessageId, Answer.Placed placed) {
        return new JsonWriter(256)
                .beginObject()
                .field("clientMessageId", clientMessageId)
                .safeField("conversationId", conversation.value())
                .messageId(conversation, placed.sequence())
                .field("sequence", placed.sequence())
                .field("sentAt", placed.sentAt())
                .field("duplicate", placed.duplicate());
    }
}
