package chat.parley.gateway.sockjs;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** The body of a request, whatever its content type says. */
final class Body {
    private final int bytesMax;
    private final Promise<byte[]> read = Promise.promise();
    private Buffer bytes = Buffer.buffer();

    private Body(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** It was longer than it may be, or its connection ended; nothing of it is kept. */
    static final class NotWhole extends Exception {
        private static final long serialVersionUID = 1;

        final boolean isTooLong;

        NotWhole(boolean isTooLong) {
            super("a body", null, false, false);
            this.isTooLong = isTooLong;
        }
    }

    /** Fails with {@link NotWhole}. */
    static Future<byte[]> read(HttpServerRequest request, int bytesMax) {
        Body body = new Body(bytesMax);
        request.handler(body::add);
        request.endHandler(end -> body.read.tryComplete(body.bytes.getBytes()));
        request.exceptionHandler(broken -> body.read.tryFail(new NotWhole(false)));
        return body.read.future();
    }

    private void add(Buffer part) {
        if (read.future().isComplete()) return;
        if (bytes.length() + part.length() <= bytesMax) {
            bytes.appendBuffer(part);
        } else {
            bytes = Buffer.buffer();
            read.tryFail(new NotWhole(true));
        }
    }
}
