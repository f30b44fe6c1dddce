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

/** All members, present and past. Entries between two changes of them share one list of recipients. */
final class WholeMembers implements Members {
    static final WholeMembers NONE = new WholeMembers(new Membership[0]);

    private static final int SEARCHED_MAX = 8;

    private final Membership[] all;
    private final List<UserId> present;
    private final @Nullable Map<UserId, Integer> index;
    private final int owners;
    private final long lastLeft;

    private WholeMembers(Membership[] all) {
        this.all = all;
        this.index = all.length > SEARCHED_MAX ? HashMap.newHashMap(all.length) : null;
        UserId[] open = new UserId[all.length];
        int count = 0;
        int ownersCount = 0;
        long left = 0;
        for (int i = 0; i < all.length; i++) {
            Membership membership = all[i];
            if (index != null) index.put(membership.userId(), i);
            if (membership.isMember()) {
                open[count++] = membership.userId();
                if (membership.role() == Role.OWNER) ownersCount++;
            }
            for (Interval interval : membership.intervals()) left = Math.max(left, interval.left());
        }
        this.present = List.of(Arrays.copyOf(open, count));
        this.owners = ownersCount;
        this.lastLeft = left;
    }

    static WholeMembers of(List<Membership> all) {
        return new WholeMembers(all.toArray(new Membership[0]));
    }

    @Override
    public boolean isWhole() {
        return true;
    }

    @Override
    public boolean knows(UserId user) {
        return true;
    }

    @Override
    public @Nullable Membership of(UserId user) {
        int at = indexOf(user);
        return at < 0 ? null : all[at];
    }

    @Override
    public List<UserId> present() {
        return present;
    }

    @Override
    public int owners() {
        return owners;
    }

    @Override
    public int size() {
        return all.length;
    }

    @Override
    public List<UserId> since(long since) {
        if (lastLeft < since) return present;
        List<UserId> users = new ArrayList<>(all.length);
        for (Membership membership : all) {
            if (membership.isMember() || membership.last().left() >= since) users.add(membership.userId());
        }
        return users;
    }

    @Override
    public Members added(ConversationId conversation, List<UserId> users, Role role, long sequence, long countable) {
        List<Membership> next = new ArrayList<>(all.length + users.size());
        next.addAll(Arrays.asList(all));
        Interval interval = new Interval(sequence, 0, countable);
        for (UserId user : users) {
            int at = indexOf(user);
            Membership joined = Members.joined(conversation, user, at < 0 ? null : all[at], role, interval);
            if (at < 0) next.add(joined);
            else next.set(at, joined);
        }
        return of(next);
    }

    @Override
    public Members left(List<Content.Departure> departures, long sequence) {
        Membership[] next = all.clone();
        for (Content.Departure departure : departures) {
            int at = indexOf(departure.userId());
            if (at >= 0) next[at] = Members.left(next[at], departure.joined(), sequence);
        }
        return new WholeMembers(next);
    }

    @Override
    public Members changed(UserId user, Role role) {
        int at = indexOf(user);
        if (at < 0) return this;
        Membership[] next = all.clone();
        next[at] = Members.changed(all[at], role);
        return new WholeMembers(next);
    }

    /** Too many to keep: the last of them, and that there are others. */
    KnownMembers known(int max) {
        List<Membership> kept = Arrays.asList(all).subList(Math.max(0, all.length - max), all.length);
        return KnownMembers.NONE.with(kept);
    }

    private int indexOf(UserId user) {
        if (index != null) return index.getOrDefault(user, -1);
        for (int i = 0; i < all.length; i++) if (all[i].userId().equals(user)) return i;
        return -1;
    }
}
