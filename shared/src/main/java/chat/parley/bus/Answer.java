package chat.parley.bus;

import chat.parley.wire.ErrorCode;

/** What became of one draft. Every one of them is durable knowledge. */
public sealed interface Answer {
    /**
     * It has its place.
     *
     * @param sequence of its (first) entry
     * @param countable the running count of messages at that entry; 0 in a duplicate, where it may not be at hand
     * @param duplicate it had it before: this was a retry
     */
    record Placed(long sequence, long sentAt, long countable, boolean duplicate) implements Answer {}

    /** What it asks for holds already; nothing was written. */
    record Unchanged(long head) implements Answer {}

    /** @param retryAfterMillis 0: not said */
    record Refused(ErrorCode code, String message, long retryAfterMillis) implements Answer {
        public Refused(ErrorCode code, String message) {
            this(code, message, 0);
        }
    }
}
