package chat.parley.gateway.sockjs;

import io.vertx.core.buffer.Buffer;

/** How an answer carries frames. */
enum Style {
    /** One frame, and the answer is over. */
    POLL("application/javascript; charset=UTF-8", "", "", "\n"),
    /** Begins with what makes browsers hand on the rest as it comes. */
    STREAM("application/javascript; charset=UTF-8", "h".repeat(2048) + "\n", "", "\n"),
    /** What sockjs-client decodes as if it were an address. */
    EVENTS("text/event-stream; charset=UTF-8", "\r\n", "data: ", "\r\n\r\n") {
        @Override
        Buffer escape(byte[] frame) {
            Buffer escaped = Buffer.buffer(frame.length + 16);
            int from = 0;
            for (int at = 0; at < frame.length; at++) {
                if (frame[at] != '%') continue;
                escaped.appendBytes(frame, from, at - from).appendString("%25");
                from = at + 1;
            }
            return escaped.appendBytes(frame, from, frame.length - from);
        }
    };

    final String contentType;
    final String prelude;
    private final String before;
    private final String behind;

    Style(String contentType, String prelude, String before, String behind) {
        this.contentType = contentType;
        this.prelude = prelude;
        this.before = before;
        this.behind = behind;
    }

    Buffer wrap(byte[] frame) {
        return Buffer.buffer(before.length() + frame.length + behind.length())
                .appendString(before)
                .appendBuffer(escape(frame))
                .appendString(behind);
    }

    Buffer escape(byte[] frame) {
        return Buffer.buffer(frame);
    }
}
