package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The present and past members of one conversation at one of its entries: all of them ({@link WholeMembers}), or those that were asked for
 * ({@link KnownMembers}). Never changes: a change of members makes another. What is done twice is done once.
 */
sealed interface Members permits WholeMembers, KnownMembers {
    /** Whether all are here. */
    boolean isWhole();

    /** Whether {@link #of} can say how it stands with the user. */
    boolean knows(UserId user);

    /**
     * The memberships of a user who is or was there.
     *
     * @throws IllegalStateException if that is not known here
     */
    @Nullable
    Membership of(UserId user);

    /**
     * Those who are members now; the same list as long as nobody comes or goes.
     *
     * @throws IllegalStateException if not all are here
     */
    List<UserId> present();

    /**
     * How many of those who are members now are owners.
     *
     * @throws IllegalStateException if not all are here
     */
    int owners();

    /**
     * Those who are members now, and those who left with the entry at {@code since} or later.
     *
     * @throws IllegalStateException if not all are here
     */
    List<UserId> since(long since);

    /** How many users are here, members or not: what they take in memory. */
    int size();

    Members added(ConversationId conversation, List<UserId> users, Role role, long sequence, long countable);

    Members left(List<Content.Departure> departures, long sequence);

    Members changed(UserId user, Role role);

    /** With what this entry changes. */
    default Members after(Entry entry) {
        return switch (entry.content()) {
            case Content.Message message -> this;
            case Content.Edit edit -> this;
            case Content.Delete delete -> this;
            case Content.ConversationUpdated updated -> this;
            case Content.UserBanned banned -> this;
            case Content.UserUnbanned unbanned -> this;
            case Content.InvitationCreated made -> this;
            case Content.InvitationRevoked revoked -> this;
            case Content.ConversationCreated created -> {
                Role role = created.type() == ConversationType.DIRECT ? Role.MEMBER : Role.OWNER;
                yield added(
                        entry.conversationId(), List.of(entry.senderId()), role, entry.sequence(), entry.countable());
            }
            case Content.MembersAdded added ->
                added(entry.conversationId(), added.userIds(), added.role(), entry.sequence(), entry.countable());
            case Content.MembersRemoved removed -> left(removed.departures(), entry.sequence());
            case Content.MemberLeft left -> left(List.of(left.departure()), entry.sequence());
            case Content.RoleChanged changed -> changed(changed.userId(), changed.role());
        };
    }

    /** @param before null: they were never there */
    static Membership joined(
            ConversationId conversation, UserId user, @Nullable Membership before, Role role, Interval interval) {
        if (before == null) return new Membership(conversation, user, role, List.of(interval));
        List<Interval> intervals = new ArrayList<>(before.intervals());
        int at = intervals.size();
        while (at > 0 && intervals.get(at - 1).joined() >= interval.joined()) at--;
        boolean isKnown = at < intervals.size() && intervals.get(at).joined() == interval.joined();
        if (!isKnown) intervals.add(at, interval);
        return new Membership(conversation, user, role, List.copyOf(intervals));
    }

    static Membership left(Membership before, long joined, long sequence) {
        List<Interval> intervals = new ArrayList<>(before.intervals());
        intervals.replaceAll(interval ->
                interval.joined() == joined ? new Interval(joined, sequence, interval.countable()) : interval);
        return new Membership(before.conversationId(), before.userId(), before.role(), List.copyOf(intervals));
    }

    static Membership changed(Membership before, Role role) {
        return new Membership(before.conversationId(), before.userId(), role, before.intervals());
    }
}
