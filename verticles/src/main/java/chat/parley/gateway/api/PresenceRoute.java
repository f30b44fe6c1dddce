package chat.parley.gateway.api;

import chat.parley.gateway.Gateway;
import chat.parley.model.UserId;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import java.util.List;

/** {@code /v1/presence}: who is there now, as far as the caller may see. */
final class PresenceRoute {
    private static final int USERS_MAX = 100;
    private static final int EVENT_BYTES = 160;
    private static final long RETRY_AFTER_MILLIS = 1_000;

    private final Gateway gateway;

    PresenceRoute(Gateway gateway) {
        this.gateway = gateway;
    }

    /** The fields of a presence event for each. Whom the caller may not see and who does not exist get the same. */
    Future<Reply> read(Asked asked) throws BadInput {
        List<UserId> users = asked.users("userIds", USERS_MAX);
        Future<List<byte[]>> looked = gateway.presence(asked.user(), users);
        if (looked == null)
            return Reply.refused(ErrorCode.BUSY, "too many ask who is there", RETRY_AFTER_MILLIS)
                    .now();
        return looked.map(events -> {
            JsonWriter out = new JsonWriter(32 + EVENT_BYTES * events.size())
                    .beginObject()
                    .name("presence")
                    .beginArray();
            for (byte[] event : events) out.raw(event);
            return Reply.ok(out.endArray().endObject());
        });
    }
}
