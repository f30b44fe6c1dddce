package chat.parley.gateway;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.model.UserId;
import chat.parley.wire.BadInput;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.Fields;
import chat.parley.wire.JsonText;
import chat.parley.wire.JsonWriter;
import chat.parley.wire.Utf8;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code POST /v1/dev/tokens}: a token for whoever asks. Mounted only where that is wanted. */
public final class DevTokenRoute {
    private static final int DEPTH_MAX = 4;

    private final DevTokens tokens;
    private final Origins origins;
    private final JsonText text = new JsonText(DEPTH_MAX);

    /** One for each gateway instance. */
    public DevTokenRoute(DevTokens tokens, Origins origins) {
        this.tokens = tokens;
        this.origins = origins;
    }

    public void mount(Router router) {
        router.post("/v1/dev/tokens").handler(this::answer);
    }

    private void answer(RoutingContext asked) {
        // A web page must not get a token for the node that its reader happens to run.
        if (!origins.allows(asked.request().headers().getAll("Origin"))) {
            new Problem(ErrorCode.FORBIDDEN, "this origin is not allowed here").send(asked.response());
            return;
        }
        try {
            Buffer body = asked.body().buffer();
            byte[] utf8 = body == null ? new byte[0] : body.getBytes();
            if (!Utf8.isValid(utf8, 0, utf8.length)) throw BadInput.badFrame("the body is not UTF-8");
            text.parse(utf8, 0, utf8.length);
            Fields fields = new Fields(text, JsonText.ROOT);
            UserId user = fields.userId("userId");
            Long ttlSeconds = fields.optionalWhole("ttlSeconds", 1, DevTokens.TTL_SECONDS_MAX);
            String token = tokens.issue(
                    user, ttlSeconds == null ? DevTokens.TTL_SECONDS_DEFAULT : ttlSeconds, System.currentTimeMillis());
            asked.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(Buffer.buffer(new JsonWriter(256)
                            .beginObject()
                            .field("token", token)
                            .endObject()
                            .toBytes()));
        } catch (BadInput bad) {
            new Problem(bad.code(), bad.getMessage()).send(asked.response());
        } finally {
            text.clear();
        }
    }
}
