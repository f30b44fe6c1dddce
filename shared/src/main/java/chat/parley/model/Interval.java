package chat.parley.model;

/**
 * One membership of one user in one conversation: they may read entry n if joined ≤ n ≤ left.
 *
 * @param joined the entry that added them
 * @param left the entry that removed them; 0: still a member
 * @param countable the running count of messages at {@code joined}: what was there before they came is not unread
 */
public record Interval(long joined, long left, long countable) {
    public boolean isOpen() {
        return left == 0;
    }

    public boolean contains(long sequence) {
        return sequence >= joined && (left == 0 || sequence <= left);
    }
}
