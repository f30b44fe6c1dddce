package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The present and past members of one conversation at one sequence. Never changes: a change of members makes another, so that entries
 * between two changes share one list of recipients. What is done twice is done once.
 */
final class Members {
    static final Members NONE = new Members(new Membership[0]);

    private static final int SEARCHED_MAX = 8;

    private final Membership[] all;
    private final List<UserId> present;
    private final @Nullable Map<UserId, Integer> index;
    private final int owners;
    private final int intervals;
    private final long lastLeft;

    private Members(Membership[] all) {
        this.all = all;
        this.index = all.length > SEARCHED_MAX ? HashMap.newHashMap(all.length) : null;
        UserId[] open = new UserId[all.length];
        int count = 0;
        int ownersCount = 0;
        int intervalsCount = 0;
        long left = 0;
        for (int i = 0; i < all.length; i++) {
            Membership membership = all[i];
            if (index != null) index.put(membership.userId(), i);
            intervalsCount += membership.intervals().size();
            if (membership.isMember()) {
                open[count++] = membership.userId();
                if (membership.role() == Role.OWNER) ownersCount++;
            }
            for (Interval interval : membership.intervals()) left = Math.max(left, interval.left());
        }
        this.present = List.of(Arrays.copyOf(open, count));
        this.owners = ownersCount;
        this.intervals = intervalsCount;
        this.lastLeft = left;
    }

    static Members of(List<Membership> all) {
        return all.isEmpty() ? NONE : new Members(all.toArray(new Membership[0]));
    }

    /** The memberships of a user who is or was there. */
    @Nullable
    Membership of(UserId user) {
        int at = indexOf(user);
        return at < 0 ? null : all[at];
    }

    /** Those who are members now; the same list as long as nobody comes or goes. */
    List<UserId> present() {
        return present;
    }

    int owners() {
        return owners;
    }

    /** How many memberships there are and were. */
    int intervals() {
        return intervals;
    }

    /** How many users are or were members. */
    int size() {
        return all.length;
    }

    /** Those who are members now, and those who left with the entry at {@code since} or later. */
    List<UserId> since(long since) {
        if (lastLeft < since) return present;
        List<UserId> users = new ArrayList<>(all.length);
        for (Membership membership : all) {
            if (membership.isMember() || membership.last().left() >= since) users.add(membership.userId());
        }
        return users;
    }

    Members added(ConversationId conversation, List<UserId> users, Role role, long sequence, long countable) {
        List<Membership> next = new ArrayList<>(all.length + users.size());
        next.addAll(Arrays.asList(all));
        for (UserId user : users) {
            int at = indexOf(user);
            if (at < 0) {
                next.add(new Membership(conversation, user, role, List.of(new Interval(sequence, 0, countable))));
            } else {
                next.set(at, joined(all[at], role, new Interval(sequence, 0, countable)));
            }
        }
        return of(next);
    }

    Members left(List<Content.Departure> departures, long sequence) {
        Membership[] next = all.clone();
        for (Content.Departure departure : departures) {
            int at = indexOf(departure.userId());
            if (at >= 0) next[at] = left(next[at], departure.joined(), sequence);
        }
        return new Members(next);
    }

    Members changed(UserId user, Role role) {
        int at = indexOf(user);
        if (at < 0) return this;
        Membership[] next = all.clone();
        next[at] = new Membership(all[at].conversationId(), user, role, all[at].intervals());
        return new Members(next);
    }

    private int indexOf(UserId user) {
        if (index != null) return index.getOrDefault(user, -1);
        for (int i = 0; i < all.length; i++) if (all[i].userId().equals(user)) return i;
        return -1;
    }

    private static Membership joined(Membership before, Role role, Interval interval) {
        List<Interval> intervals = new ArrayList<>(before.intervals());
        int at = intervals.size();
        while (at > 0 && intervals.get(at - 1).joined() >= interval.joined()) at--;
        boolean isKnown = at < intervals.size() && intervals.get(at).joined() == interval.joined();
        if (!isKnown) intervals.add(at, interval);
        return new Membership(before.conversationId(), before.userId(), role, List.copyOf(intervals));
    }

    private static Membership left(Membership before, long joined, long sequence) {
        List<Interval> intervals = new ArrayList<>(before.intervals());
        intervals.replaceAll(interval ->
                interval.joined() == joined ? new Interval(joined, sequence, interval.countable()) : interval);
        return new Membership(before.conversationId(), before.userId(), before.role(), List.copyOf(intervals));
    }
}
