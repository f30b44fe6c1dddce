package chat.parley.model;

import java.util.ArrayList;
import java.util.List;

/**
 * All memberships of one user in one conversation.
 *
 * @param role the present one, or the last
 * @param intervals oldest first, apart from each other; never empty
 */
public record Membership(ConversationId conversationId, UserId userId, Role role, List<Interval> intervals) {
    public boolean isMember() {
        return last().isOpen();
    }

    public Interval last() {
        return intervals.getLast();
    }

    public boolean mayRead(long sequence) {
        for (int i = intervals.size() - 1; i >= 0; i--) if (intervals.get(i).contains(sequence)) return true;
        return false;
    }

    /** The ranges within {@code from} to {@code to} (both counted) that this user may not read, ascending. */
    public List<Range> gaps(long from, long to) {
        List<Range> gaps = new ArrayList<>();
        long next = from;
        for (Interval interval : intervals) {
            if (interval.joined() > to) break;
            if (interval.joined() > next) gaps.add(new Range(next, interval.joined() - 1));
            if (interval.isOpen()) return gaps;
            next = Math.max(next, interval.left() + 1);
        }
        if (next <= to) gaps.add(new Range(next, to));
        return gaps;
    }

    /** Sequences {@code from} to {@code to}, both counted. */
    public record Range(long from, long to) {}
}
