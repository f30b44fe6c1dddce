package chat.parley.wire;

/** All that a client can be told, with its HTTP status and whether to try again. Numbers travel between nodes: never reuse one. */
public enum ErrorCode {
    BAD_FRAME(1, "bad_frame", 400, false),
    UNAUTHENTICATED(2, "unauthenticated", 401, false),
    FORBIDDEN(3, "forbidden", 403, false),
    NOT_FOUND(4, "not_found", 404, false),
    CONFLICT(5, "conflict", 409, false),
    TOO_LARGE(6, "too_large", 413, false),
    RATE_LIMITED(7, "rate_limited", 429, true),
    SLOW_MODE(8, "slow_mode", 429, true),
    BUSY(9, "busy", 503, true),
    UNAVAILABLE(10, "unavailable", 503, true),
    OUTCOME_UNKNOWN(11, "outcome_unknown", 504, true),
    INTERNAL(12, "internal", 500, true);

    private final int number;
    private final String wireName;
    private final int status;
    private final boolean retryable;

    ErrorCode(int number, String wireName, int status, boolean retryable) {
        this.number = number;
        this.wireName = wireName;
        this.status = status;
        this.retryable = retryable;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public int status() {
        return status;
    }

    public boolean retryable() {
        return retryable;
    }

    /** Whether it says that the server could not do what was asked for, rather than that it is not to be done. */
    public boolean isFailure() {
        return status >= 500;
    }

    public static ErrorCode of(int number) {
        for (ErrorCode code : values()) if (code.number == number) return code;
        throw new IllegalArgumentException("no error code " + number);
    }
}
