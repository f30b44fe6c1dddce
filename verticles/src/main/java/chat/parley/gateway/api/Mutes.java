package chat.parley.gateway.api;

import chat.parley.bus.Loop;
import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.Mute;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.wire.BadInput;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /v1/conversations/{conversationId}/mute}: the caller's own, which nobody else learns of. It stays when they leave, and holds again when they come back. */
final class Mutes {
    private final Directory directory;
    private final Loop loop;

    Mutes(Directory directory, Loop loop) {
        this.directory = directory;
        this.loop = loop;
    }

    Future<Reply> mute(Asked asked) throws BadInput {
        Fields body = asked.optionalBody();
        Long until = body == null ? null : body.optionalWhole("until", 1, Fields.SEQUENCE_MAX);
        if (until != null && until <= loop.millis()) throw BadInput.badFrame("until has passed already");
        Boolean exceptMentions = body == null ? null : body.optionalBool("exceptMentions");
        return save(asked, new Mute(until == null ? 0 : until, exceptMentions != null && exceptMentions));
    }

    Future<Reply> unmute(Asked asked) throws BadInput {
        return save(asked, null);
    }

    private Future<Reply> save(Asked asked, @Nullable Mute mute) throws BadInput {
        ConversationId conversation = asked.conversation();
        UserId user = asked.user();
        return directory.memberships(conversation, List.of(user)).compose(found -> {
            Membership own = found.get(user);
            if (own == null || !own.isMember()) return Reply.notFound().now();
            return directory
                    .saveMute(user, conversation, mute)
                    .map(done -> mute == null ? new Reply.NoContent() : Reply.ok(write(mute, new JsonWriter(64))));
        });
    }

    static JsonWriter write(Mute mute, JsonWriter out) {
        return out.beginObject()
                .optional("until", mute.until() == 0 ? null : (Long) mute.until())
                .field("exceptMentions", mute.exceptMentions())
                .endObject();
    }
}
