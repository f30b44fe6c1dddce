package chat.parley.gateway.api;

import chat.parley.gateway.Problem;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.JsonWriter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** What a request is answered with. */
sealed interface Reply {
    /** Said of what does not exist and of what is not the caller's to see: nobody can tell them apart. */
    static Reply notFound() {
        return new Refused(new Problem(ErrorCode.NOT_FOUND, "there is no such thing, or it is not yours"));
    }

    void send(HttpServerResponse response);

    static Reply ok(JsonWriter json) {
        return new Json(200, json.toBytes());
    }

    static Reply refused(ErrorCode code, String detail, long retryAfterMillis) {
        if (code == ErrorCode.NOT_FOUND) return notFound();
        return new Refused(new Problem(code.status(), code, detail, retryAfterMillis));
    }

    /** The answer, at once. */
    default Future<Reply> now() {
        return Future.succeededFuture(this);
    }

    @SuppressWarnings("ArrayRecordComponent") // made for one response and never compared
    record Json(int status, byte[] json) implements Reply {
        @Override
        public void send(HttpServerResponse response) {
            if (response.closed() || response.headWritten()) return;
            response.setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(Buffer.buffer(json));
        }
    }

    record NoContent() implements Reply {
        @Override
        public void send(HttpServerResponse response) {
            if (!response.closed() && !response.headWritten())
                response.setStatusCode(204).end();
        }
    }

    record Refused(Problem problem) implements Reply {
        @Override
        public void send(HttpServerResponse response) {
            problem.send(response);
        }
    }
}
