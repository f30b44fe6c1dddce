package chat.parley.wire;

/** Why the server closes a WebSocket, beyond 1000 and 1002 (protocol error). */
public enum CloseCode {
    BAD_UTF8(1007, "bad UTF-8"),
    TOO_BIG(1009, "message too big"),
    DRAINING(1012, "draining"),
    TOO_SLOW(1013, "too slow"),
    BAD_FRAME(4400, "bad frame"),
    UNAUTHENTICATED(4401, "not authenticated"),
    ORIGIN_REFUSED(4403, "origin refused"),
    NO_HELLO(4408, "no hello in time"),
    REPLACED(4409, "replaced by a newer session of this device"),
    TOO_MANY(4429, "too many");

    private final int number;
    private final String reason;

    CloseCode(int number, String reason) {
        this.number = number;
        this.reason = reason;
    }

    public int number() {
        return number;
    }

    public String reason() {
        return reason;
    }
}
