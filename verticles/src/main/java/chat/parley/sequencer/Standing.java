package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.ConversationType;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a conversation stands behind one of its entries: a function of its log up to there. Never changes; {@link #after} gives the next.
 *
 * @param head the sequence of that entry; 0: the conversation does not exist
 * @param sentAt of that entry
 * @param countable as in {@link Entry}
 * @param lastMessage as in {@link Entry}
 * @param memberCount how many are members; counted along the log, so that it is known where not all members are
 * @param ownerCount how many of them are owners
 * @param type null as long as the conversation does not exist
 * @param spoken where messages wait for one another, what was said before; null: not loaded, or they do not
 * @param door who may come in; null: not loaded
 */
record Standing(
        long head,
        long sentAt,
        long countable,
        long lastMessage,
        int memberCount,
        int ownerCount,
        @Nullable ConversationType type,
        Settings settings,
        Members members,
        @Nullable Spoken spoken,
        @Nullable Door door) {
    /** Of a conversation that does not exist. */
    static final Standing NONE =
            new Standing(0, 0, 0, 0, 0, 0, null, Settings.NONE, WholeMembers.NONE, null, Door.CLOSED);

    /**
     * As projected. Members must have been read after the conversation: later is right, since entries are applied again. Where the row has no
     * count, as one that was written before there was one, they are counted.
     *
     * @param all its members; null: they are too many, and none is known yet
     */
    static Standing of(Directory.Conversation row, @Nullable List<Membership> all) {
        Members members = all == null ? KnownMembers.NONE : WholeMembers.of(all);
        Directory.Head head = row.head();
        boolean isCounted = head.memberCount() != Entry.NOT_COUNTED;
        return new Standing(
                head.sequence(),
                head.sentAt(),
                head.countable(),
                head.lastMessage(),
                isCounted ? head.memberCount() : members.present().size(),
                isCounted ? head.ownerCount() : members.owners(),
                row.type(),
                row.settings(),
                members,
                null,
                null);
    }

    boolean exists() {
        return head > 0;
    }

    boolean isDirect() {
        return type == ConversationType.DIRECT;
    }

    /** With this entry, which is the one behind the head. If it has no count, all members are here: such ones were few. */
    Standing after(Entry entry) {
        ConversationType typeAfter =
                entry.content() instanceof Content.ConversationCreated created ? created.type() : type;
        Settings settingsAfter = settings(entry.content());
        Members membersAfter = members.after(entry);
        boolean isCounted = entry.memberCount() != Entry.NOT_COUNTED;
        return new Standing(
                entry.sequence(),
                entry.sentAt(),
                entry.countable(),
                entry.lastMessage(),
                isCounted ? entry.memberCount() : membersAfter.present().size(),
                isCounted ? entry.ownerCount() : membersAfter.owners(),
                typeAfter,
                settingsAfter,
                membersAfter,
                spokenAfter(entry, settingsAfter),
                door == null ? null : door.after(entry));
    }

    private Settings settings(Content content) {
        return switch (content) {
            case Content.ConversationCreated created -> created.settings();
            case Content.ConversationUpdated updated -> updated.settings();
            default -> settings;
        };
    }

    /** The same, with what else or less is known of its members. */
    Standing withMembers(Members others) {
        return new Standing(
                head, sentAt, countable, lastMessage, memberCount, ownerCount, type, settings, others, spoken, door);
    }

    /** Too many members to keep them all are known in part, and of these the last and those that are needed. */
    Standing bounded(int membersMax, Supplier<Set<UserId>> needed) {
        if (members.size() <= membersMax) return this;
        return withMembers(
                switch (members) {
                    case WholeMembers whole -> whole.known(membersMax);
                    case KnownMembers some -> some.atMost(membersMax, needed);
                });
    }

    Standing withSpoken(Spoken found) {
        return new Standing(
                head, sentAt, countable, lastMessage, memberCount, ownerCount, type, settings, members, found, door);
    }

    Standing withDoor(Door found) {
        return new Standing(
                head, sentAt, countable, lastMessage, memberCount, ownerCount, type, settings, members, spoken, found);
    }

    /** How many members there are behind an entry with this content. */
    int memberCountAfter(Content content) {
        return memberCount
                + switch (content) {
                    case Content.ConversationCreated created -> 1;
                    case Content.MembersAdded added -> added.userIds().size();
                    case Content.MembersRemoved removed -> -removed.departures().size();
                    case Content.MemberLeft left -> -1;
                    default -> 0;
                };
    }

    /** How many owners there are behind an entry with this content. */
    int ownerCountAfter(Content content) {
        return ownerCount
                + switch (content) {
                    case Content.ConversationCreated created -> created.type() == ConversationType.DIRECT ? 0 : 1;
                    case Content.MembersAdded added ->
                        added.role() == Role.OWNER ? added.userIds().size() : 0;
                    case Content.MembersRemoved removed -> -ownersAmong(removed.departures());
                    case Content.MemberLeft left -> -ownersAmong(List.of(left.departure()));
                    case Content.RoleChanged changed ->
                        (changed.role() == Role.OWNER ? 1 : 0) - (isOwner(changed.userId()) ? 1 : 0);
                    default -> 0;
                };
    }

    private int ownersAmong(List<Content.Departure> departures) {
        int owners = 0;
        for (Content.Departure departure : departures) if (isOwner(departure.userId())) owners++;
        return owners;
    }

    private boolean isOwner(UserId user) {
        Membership membership = members.of(user);
        return membership != null && membership.isMember() && membership.role() == Role.OWNER;
    }

    /** What was said before is looked up anew for other settings. */
    private @Nullable Spoken spokenAfter(Entry entry, Settings after) {
        boolean isSamePace = after.slowModeMillis() == settings.slowModeMillis()
                && after.messagesPerMinute() == settings.messagesPerMinute();
        return spoken == null || !isSamePace ? null : spoken.after(entry, after);
    }
}
