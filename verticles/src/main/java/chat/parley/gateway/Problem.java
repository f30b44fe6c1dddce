package chat.parley.gateway;

import chat.parley.wire.ErrorCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/**
 * What an HTTP client is told when it does not get what it asked for: a problem document (RFC 9457) with the error codes of the socket.
 *
 * @param status mostly the code's own; HTTP knows some refusals that the socket does not
 * @param detail for developers; never repeats a body, a token or a name, at most ids of users
 * @param retryAfterMillis 0: not said
 */
public record Problem(int status, ErrorCode code, String detail, long retryAfterMillis) {
    private static final String TYPE = "urn:parley:error:";

    public Problem(ErrorCode code, String detail) {
        this(code.status(), code, detail, 0);
    }

    public Problem(int status, ErrorCode code, String detail) {
        this(status, code, detail, 0);
    }

    public void send(HttpServerResponse response) {
        if (response.closed() || response.headWritten()) return;
        if (retryAfterMillis > 0) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(Math.ceilDiv(retryAfterMillis, 1000L)));
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(toJson()));
    }

    byte[] toJson() {
        JsonWriter out = new JsonWriter(256)
                .beginObject()
                .field("type", TYPE + code.wireName())
                .field("title", title())
                .field("status", status)
                .field("detail", detail)
                .field("code", code.wireName())
                .field("retryable", code.retryable());
        if (retryAfterMillis > 0) out.field("retryAfterMillis", retryAfterMillis);
        return out.endObject().toBytes();
    }

    private String title() {
        return switch (code) {
            case BAD_FRAME -> "The request is not as it has to be";
            case UNAUTHENTICATED -> "No valid token came along";
            case FORBIDDEN -> "This is not allowed to you";
            case NOT_FOUND -> "There is no such thing";
            case CONFLICT -> "The id was used for something else";
            case TOO_LARGE -> "Too long or too many";
            case RATE_LIMITED -> "Too much at once";
            case SLOW_MODE -> "The conversation is in slow mode";
            case BUSY -> "The server is busy";
            case UNAVAILABLE -> "The server cannot do this now";
            case OUTCOME_UNKNOWN -> "It is not known whether this was done";
            case INTERNAL -> "The server failed";
        };
    }
}
