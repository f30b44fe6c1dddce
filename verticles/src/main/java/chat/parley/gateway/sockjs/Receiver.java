package chat.parley.gateway.sockjs;

import chat.parley.gateway.HttpEdge;
import chat.parley.gateway.Problem;
import chat.parley.wire.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request that waits for messages, and its answer. May be used from the loop of the session; it works on that of the request. */
final class Receiver {
    final Style style;

    /** The page that asks; null: none is named. */
    final @Nullable String origin;

    /** The session's: bytes that were sent. */
    int sentBytes;

    /** The session's: heartbeats since anything was heard of the client. */
    int heartbeats;

    private final HttpEdge edge;
    private final HttpServerRequest request;
    private final ContextInternal context;

    Receiver(Style style, HttpEdge edge, HttpServerRequest request) {
        this.style = style;
        this.origin = request.getHeader(HttpHeaders.ORIGIN);
        this.edge = edge;
        this.request = request;
        this.context = edge.context();
    }

    /**
     * Sends one frame.
     *
     * @param isLast the answer ends with it
     * @param whenTaken hears on the request's loop whether the connection took it
     */
    void send(byte[] frame, boolean isLast, Consumer<Boolean> whenTaken) {
        Hop.to(context, () -> {
            if (request.response().closed() || request.response().ended()) whenTaken.accept(false);
            else write(style.wrap(frame), isLast).onComplete(written -> whenTaken.accept(written.succeeded()));
        });
    }

    /** It is the session's; what streams begins. */
    void begin() {
        if (style != Style.POLL) Hop.to(context, this::start);
    }

    private void start() {
        HttpServerResponse response = request.response();
        if (response.closed()) return;
        head();
        response.setChunked(true).putHeader("X-Accel-Buffering", "no"); // else nginx would gather it
        // The end of the connection is the end of the answer where chunks are not known.
        if (isHttp10()) response.putHeader(HttpHeaders.CONNECTION, "close");
        response.write(style.prelude).onFailure(gone -> cut());
    }

    private void head() {
        request.response().putHeader(HttpHeaders.CONTENT_TYPE, style.contentType);
    }

    private Future<Void> write(Buffer bytes, boolean isLast) {
        if (!isLast) return request.response().write(bytes);
        if (style == Style.POLL) head();
        Future<Void> ended = request.response().end(bytes);
        if (style != Style.POLL && isHttp10()) ended.onSuccess(written -> cut());
        return ended;
    }

    private boolean isHttp10() {
        return request.version() == HttpVersion.HTTP_1_0;
    }

    /** There is no such session for this request. */
    void refuse() {
        Hop.to(context, () -> new Problem(ErrorCode.NOT_FOUND, "there is no such session").send(request.response()));
    }

    /** Its session has proved who it is. */
    void authenticated() {
        Hop.to(context, () -> edge.isAuthenticated(request));
    }

    /** Ends its connection, whatever was not taken. */
    void cut() {
        Hop.to(context, () -> request.connection().close());
    }
}
