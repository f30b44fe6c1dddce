package chat.parley.checker;

/**
 * One broken promise, with what a person needs to find it.
 *
 * @param conversation empty if it is about the run
 * @param sequence 0 if it is about no single entry
 * @param text who, what, when
 */
public record Violation(Kind kind, String conversation, long sequence, String text) {
    public enum Kind {
        /** Two drafts at one sequence. */
        DUPLICATE_SEQUENCE,
        /** One entry seen with two contents. */
        DIVERGENT_LOG,
        /** One id, two entries; or retries answered differently. */
        IDEMPOTENCY,
        /** Final reads differ, or show a message other than as amended. */
        DIVERGENT_READ,
        /** A sequence that nobody has at the end. */
        HOLE,
        /** Acknowledged, and not there at the end, or with other content. */
        LOST,
        /** An entry that nobody sent, or not with that content. */
        PHANTOM,
        /** Every attempt was refused, and yet it is there. */
        FAILED_BUT_APPLIED,
        /** Sent after another was acknowledged, and placed before it. */
        REAL_TIME,
        /** Sent after another on one session, and placed before it. */
        FIFO,
        /** A device got a later entry before an earlier one. */
        ORDER,
        /** A device lacks an entry, and has later ones. */
        DEVICE_HOLE,
        /** The library showed an entry twice. */
        DUP_VISIBLE,
        /** More repeats on the wire than allowed. */
        RAW_DUPLICATES,
        /** A device lacks the last entries. */
        LOST_TAIL,
        /** A gap was announced over entries that the user may have. */
        FALSE_GAP,
        /** An entry reached one who may not see it. */
        LEAK,
        /** An entry of one who was no member at that place. */
        UNAUTHORIZED_APPEND,
        /** A read pointer went back, or past the head. */
        POINTER,
        UNREAD,
        /** A consumer of the event log lacks an entry, or got it too early. */
        EXPORT,
        /** Too slow, outside the windows of faults; or down for too long. */
        LIVENESS,
        /** A server time less than that of the entry before. */
        SENT_AT,
        /** The run proved nothing: something that had to happen did not. */
        VACUOUS
    }

    @Override
    public String toString() {
        return kind + (conversation.isEmpty() ? "" : " " + conversation) + (sequence == 0 ? "" : " #" + sequence) + ": "
                + text;
    }
}
