package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the members of a conversation that has too many to keep them all: how it stands with those users that were asked for, also
 * that they never were there. The longest known go first.
 *
 * <p><b>Why what was read is right.</b> A user's row is read from the projections while the log goes on, so it can be behind the place in the log
 * that is decided on, and before it too. It never lacks anything up to the position to which the shard was projected when the reading
 * began ({@link Reading}), and every entry above that is in {@link Memory} as long as the reading is in use; so {@link #overlaid} by these
 * entries, up to the one that it is to be known at, it lacks nothing. What it has besides, of entries behind that one, was projected by
 * another owner from a log that is longer than it is known to be here: whatever is decided on it is void, since the append finds
 * another head, and a refusal is confirmed by the head; then those entries are read, and applied to what is known, where they
 * change nothing that the row had already: each says by its sequence which membership it begins or ends, and roles are given
 * again in their order. From then on each entry is applied to those known, and only to them: whoever is not is read when asked for.
 */
final class KnownMembers implements Members {
    static final KnownMembers NONE = new KnownMembers(new LinkedHashMap<>(0));

    /** Null stands for a user who never was there. In the order in which they became known. */
    private final Map<UserId, @Nullable Membership> known;

    private KnownMembers(Map<UserId, @Nullable Membership> known) {
        this.known = known;
    }

    /** What was read of these users, and what the entries above say of them, which come in order. */
    static KnownMembers overlaid(Collection<UserId> users, Map<UserId, Membership> rows, List<Entry> entries) {
        Map<UserId, @Nullable Membership> read = new LinkedHashMap<>();
        for (UserId user : users) read.put(user, rows.get(user));
        Members members = new KnownMembers(read);
        for (Entry entry : entries) members = members.after(entry);
        return (KnownMembers) members;
    }

    KnownMembers with(KnownMembers others) {
        Map<UserId, @Nullable Membership> next = new LinkedHashMap<>(known);
        next.putAll(others.known);
        return new KnownMembers(next);
    }

    KnownMembers with(List<Membership> others) {
        Map<UserId, @Nullable Membership> next = new LinkedHashMap<>(known);
        for (Membership other : others) next.put(other.userId(), other);
        return new KnownMembers(next);
    }

    /** The last known, at most so many and those that are needed. */
    KnownMembers atMost(int max, Supplier<Set<UserId>> needed) {
        if (known.size() <= max) return this;
        Set<UserId> stay = needed.get();
        Map<UserId, @Nullable Membership> next = new LinkedHashMap<>(known);
        // Half as many, so that the next ones do not have to be made room for at once.
        Iterator<UserId> users = next.keySet().iterator();
        while (next.size() > max / 2 && users.hasNext()) if (!stay.contains(users.next())) users.remove();
        return new KnownMembers(next);
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    @Override
    public boolean knows(UserId user) {
        return known.containsKey(user);
    }

    @Override
    public @Nullable Membership of(UserId user) {
        Membership membership = known.get(user);
        if (membership == null && !known.containsKey(user)) {
            throw new IllegalStateException("it was not asked how it stands with a user");
        }
        return membership;
    }

    @Override
    public List<UserId> present() {
        throw new IllegalStateException("not all members are known");
    }

    @Override
    public int owners() {
        throw new IllegalStateException("not all members are known");
    }

    @Override
    public List<UserId> since(long since) {
        throw new IllegalStateException("not all members are known");
    }

    @Override
    public int size() {
        return known.size();
    }

    @Override
    public Members added(ConversationId conversation, List<UserId> users, Role role, long sequence, long countable) {
        Interval interval = new Interval(sequence, 0, countable);
        Map<UserId, @Nullable Membership> changes = new HashMap<>();
        for (UserId user : users) {
            if (knows(user)) changes.put(user, Members.joined(conversation, user, known.get(user), role, interval));
        }
        return with(changes);
    }

    @Override
    public Members left(List<Content.Departure> departures, long sequence) {
        Map<UserId, @Nullable Membership> changes = new HashMap<>();
        for (Content.Departure departure : departures) {
            Membership before = known.get(departure.userId());
            if (before != null) changes.put(departure.userId(), Members.left(before, departure.joined(), sequence));
        }
        return with(changes);
    }

    @Override
    public Members changed(UserId user, Role role) {
        Membership before = known.get(user);
        return before == null ? this : with(Map.of(user, Members.changed(before, role)));
    }

    private KnownMembers with(Map<UserId, @Nullable Membership> changes) {
        if (changes.isEmpty()) return this;
        Map<UserId, @Nullable Membership> next = new LinkedHashMap<>(known);
        next.putAll(changes);
        return new KnownMembers(next);
    }
}
