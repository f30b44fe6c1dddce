package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Interval;
import chat.parley.model.Membership;
import chat.parley.model.Role;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order of one conversation at this gateway. Whatever comes, and in whatever order: what goes on to the members here is each entry
 * once, ascending, without a hole, and only what their memberships contain.
 *
 * <p>The entry behind the cursor passes; an older one is a repeat and dropped; a later one shows a hole, which is pulled once for all. It
 * goes to the members here as of that entry, whomever the registry named: so nobody misses it because the registry did not know of them.
 * Who joins is told of the gap before, for which the former memberships must be known: so an entry that adds somebody later than at
 * the creation of the conversation is pulled, with these.
 */
final class Gate {
    /** Members of a conversation of which it is not known how many there are. */
    static final int MANY = Integer.MAX_VALUE;

    /** Entries of one pull. */
    static final int PULL_ENTRIES_MAX = 500;

    /** A hole that is larger is not sent: the sessions are told to synchronise. */
    static final int HOLE_MAX = 2_000;

    /** With more members here, only the memberships of those are asked for of whom nothing is known: the others have what passed. */
    private static final int ASKED_MAX = 200;

    private static final long UNKNOWN = -1;
    private static final int DEPARTED_MAX = 16;

    /** Who joins up to here does so as the conversation is made: there is no former membership. */
    private static final long CREATION_SEQUENCES = 2;

    final ConversationId conversation;

    /** The members with a session here, as of the cursor. */
    private final List<LocalUser> users = new ArrayList<>(2);

    /** Members who come in when the cursor has reached what their sessions are sent by other ways. */
    private List<Later> later = List.of();

    /** Who has to do with the conversation, but their memberships must be asked for first. */
    private List<LocalUser> unknown = List.of();

    /** Who was a member here and is none any more, as of the cursor: whoever still names them is late. */
    private List<LocalUser> departed = List.of();

    /** Entries went past sessions that did not have the conversation open. */
    boolean isChannel;

    /** Those of the members here who are told who comes and goes also where not everybody is, as far as it is known. */
    private Set<LocalUser> admins = Set.of();

    private long cursor;
    private long wanted;
    private long membershipSequence;
    private int memberCount = MANY;
    private long movedAtMillis;
    private boolean isPulling;

    /** What is missing will not pass here: so how everybody here stands to the conversation behind it is to be asked for. */
    private boolean isSkipDue;

    private int fruitless;
    private int generation;

    private Gate(ConversationId conversation, long cursor) {
        this.conversation = conversation;
        this.cursor = cursor;
        this.wanted = cursor;
        this.membershipSequence = cursor;
    }

    /** The sessions here were or will be sent everything up to the cursor that is theirs, by other ways. */
    static Gate at(ConversationId conversation, long cursor, int memberCount) {
        Gate gate = new Gate(conversation, cursor);
        gate.memberCount = memberCount;
        return gate;
    }

    /** Nothing of the conversation has been sent to anybody here: it begins with what is pulled. */
    static Gate unknown(ConversationId conversation) {
        return new Gate(conversation, UNKNOWN);
    }

    /** Up to where entries have passed; −1: not known yet. */
    long cursor() {
        return cursor;
    }

    /** No entry behind it up to the cursor changes memberships. */
    long membershipSequence() {
        return membershipSequence;
    }

    /** Of the whole conversation, as of the cursor or of shortly before it; {@link #MANY}: not known. */
    int memberCount() {
        return memberCount;
    }

    /** When the cursor moved last (monotonic). */
    long movedAtMillis() {
        return movedAtMillis;
    }

    /** The members with a session here, as of the cursor. */
    List<LocalUser> users() {
        return users;
    }

    /** Member, unless more is known. */
    Role roleOf(LocalUser user) {
        return admins.contains(user) ? Role.ADMIN : Role.MEMBER;
    }

    /** What became known of a user here. */
    void role(LocalUser user, Role role) {
        boolean isAdmin = role != Role.MEMBER;
        if (isAdmin == admins.contains(user)) return;
        if (admins.isEmpty()) admins = new HashSet<>(2);
        if (isAdmin) admins.add(user);
        else admins.remove(user);
        if (admins.isEmpty()) admins = Set.of();
    }

    boolean has(LocalUser user) {
        return users.contains(user);
    }

    /** A member here, or one who comes in when the cursor is there. */
    boolean counts(LocalUser user) {
        return users.contains(user) || isLater(user);
    }

    /** Nobody here has to do with it. */
    boolean isEmpty() {
        return users.isEmpty() && unknown.isEmpty() && later.isEmpty();
    }

    /** A member here whose sessions get by other ways what is theirs up to {@code head}. */
    void attach(LocalUser user, long head, Exit exit) {
        if (cursor == UNKNOWN) beginAt(head);
        unknown = without(unknown, user);
        if (!users.contains(user)) {
            if (cursor >= head) add(user);
            else addLater(user, head);
            generation++;
        }
        want(head, exit);
    }

    /** The user's last session here has ended. */
    void detach(LocalUser user) {
        role(user, Role.MEMBER);
        users.remove(user);
        unknown = without(unknown, user);
        if (!later.isEmpty()) later.removeIf(each -> each.user == user);
    }

    /**
     * Consecutive entries, fresh or repeated.
     *
     * @param named those of the users they are for who are ready here: whom the gate does not know among them, what passes here does
     *     not reach, so it asks what they are owed
     */
    void live(List<Event> run, List<LocalUser> named, long nowMillis, Exit exit) {
        List<LocalUser> strangers = strangers(named);
        long last = run.getLast().entry().sequence();
        if (last > cursor) {
            Entry beginning = run.getFirst().entry();
            long first = beginning.sequence();
            if (cursor == UNKNOWN && isJoining(beginning, named)) beginAt(first - 1);
            if (cursor == UNKNOWN || first > cursor + 1) {
                ask(strangers);
                want(last, exit);
                return;
            }
            int from = (int) (cursor + 1 - first);
            pass(from == 0 ? run : run.subList(from, run.size()), nowMillis, exit);
            if (!strangers.isEmpty()) strangers.removeIf(this::isKnown);
        }
        ask(strangers);
        want(last, exit);
    }

    /**
     * The conversation has entries up to {@code head}.
     *
     * @param named members of it who are ready here
     */
    void head(long head, List<LocalUser> named, Exit exit) {
        ask(strangers(named));
        want(head, exit);
    }

    /** Everybody here who has to do with it. */
    List<LocalUser> everybody() {
        List<LocalUser> everybody = new ArrayList<>(users);
        everybody.addAll(unknown);
        for (Later each : later) everybody.add(each.user);
        return everybody;
    }

    /** Whoever is still to get something by this gate. */
    List<LocalUser> owed() {
        List<LocalUser> owed = new ArrayList<>(unknown);
        if (cursor < wanted) owed.addAll(users);
        return owed;
    }

    /** Whether there is something to pull, and that is not under way. */
    boolean isWanting() {
        return !isPulling && (cursor < wanted || !unknown.isEmpty());
    }

    /** What to pull, now that {@link Exit#pull} is carried out. */
    Asked asked() {
        boolean isOfAll = isSkipDue || users.size() <= ASKED_MAX;
        List<UserId> ids = new ArrayList<>();
        for (LocalUser user : isOfAll ? everybody() : unknown) ids.add(user.id);
        return new Asked(Math.max(0, cursor), wanted, ids, isOfAll, generation);
    }

    /** What a pull brought. @param entries from {@code asked.after} + 1, ascending @param memberships as of {@code head} */
    void pulled(
            Asked asked,
            List<Event> entries,
            long head,
            Map<UserId, Membership> memberships,
            long nowMillis,
            Exit exit) {
        isPulling = false;
        wanted = Math.max(wanted, head);
        if (asked.generation == generation || !asked.isOfAll) {
            long before = cursor;
            // A change of members that passed meanwhile may be missing in what is told: then they are asked for again.
            if (head >= membershipSequence) meetUnknown(asked, head, memberships, exit);
            if (head - cursor > HOLE_MAX && asked.isOfAll) skip(head, memberships, nowMillis, exit);
            else if (head - cursor > HOLE_MAX) isSkipDue = true;
            else passPulled(entries, asked.isOfAll, memberships, nowMillis, exit);
            removeFormer(memberships);
            fruitless = cursor > before ? 0 : fruitless + 1;
        }
        if (isWanting()) pull(exit);
    }

    /** No answer came. */
    void pullFailed(Exit exit) {
        isPulling = false;
        fruitless++;
        if (isWanting()) pull(exit);
    }

    /** Pulls in a row that brought nothing. */
    int fruitless() {
        return fruitless;
    }

    private static boolean isJoining(Entry entry, List<LocalUser> named) {
        if (named.isEmpty()) return false;
        List<UserId> joining = Entries.joining(entry);
        for (LocalUser user : named) if (!joining.contains(user.id)) return false;
        return true;
    }

    private void pass(List<Event> run, long nowMillis, Exit exit) {
        int done = 0;
        for (int i = 0; i < run.size(); i++) {
            Entry entry = run.get(i).entry();
            changeRole(entry, exit);
            if (later.isEmpty() && !Entries.isMembership(entry)) continue;
            emit(run, done, i, nowMillis, exit);
            if (!enter(entry, null, exit)) return;
            emit(run, i, i + 1, nowMillis, exit);
            leave(entry);
            done = i + 1;
        }
        emit(run, done, run.size(), nowMillis, exit);
    }

    /** @param isOfAll the memberships of all were asked for; else they are what the entries that passed made of them */
    private void passPulled(
            List<Event> entries, boolean isOfAll, Map<UserId, Membership> memberships, long nowMillis, Exit exit) {
        List<LocalUser> entered = new ArrayList<>(0); // by these entries: perhaps nobody asked for their memberships
        for (Event event : entries) {
            Entry entry = event.entry();
            if (entry.sequence() <= cursor) continue;
            changeRole(entry, exit);
            enterLater();
            int before = users.size();
            if (entry.sequence() != cursor + 1 || !enter(entry, memberships, exit)) return;
            entered.addAll(users.subList(before, users.size()));
            List<LocalUser> readers = new ArrayList<>(users.size());
            for (LocalUser user : users) {
                Membership membership = memberships.get(user.id);
                boolean mayRead =
                        membership == null ? !isOfAll || entered.contains(user) : membership.mayRead(entry.sequence());
                if (mayRead) readers.add(user);
            }
            moveTo(entry, nowMillis);
            exit.pass(this, List.of(event), readers);
            leave(entry);
        }
    }

    private void changeRole(Entry entry, Exit exit) {
        if (!(entry.content() instanceof Content.RoleChanged changed)) return;
        LocalUser user = exit.find(changed.userId());
        if (user != null && counts(user)) role(user, changed.role());
    }

    private void emit(List<Event> run, int from, int to, long nowMillis, Exit exit) {
        if (from >= to) return;
        enterLater();
        moveTo(run.get(to - 1).entry(), nowMillis);
        exit.pass(this, from == 0 && to == run.size() ? run : run.subList(from, to), users);
    }

    /** What lies before has not passed here, so it may have changed memberships. */
    private void beginAt(long sequence) {
        cursor = sequence;
        membershipSequence = sequence;
        memberCount = MANY;
    }

    private void moveTo(Entry entry, long nowMillis) {
        cursor = entry.sequence();
        memberCount = entry.memberCount();
        movedAtMillis = nowMillis;
        if (Entries.isMembership(entry)) membershipSequence = cursor;
    }

    /** Those here whom the entry adds. False: their former memberships must be asked for first. */
    private boolean enter(Entry entry, @Nullable Map<UserId, Membership> memberships, Exit exit) {
        enterLater();
        List<LocalUser> joining = new ArrayList<>(0);
        for (UserId id : Entries.joining(entry)) {
            LocalUser user = exit.find(id);
            if (user != null && !counts(user)) joining.add(user);
        }
        boolean isKnown =
                entry.sequence() <= CREATION_SEQUENCES || memberships != null && knowsAll(memberships, joining);
        if (!joining.isEmpty() && !isKnown) {
            ask(joining);
            return false;
        }
        for (LocalUser user : joining) {
            add(user);
            role(user, Entries.roleOfJoining(entry));
            Membership membership = memberships == null ? null : memberships.get(user.id);
            long from = membership == null ? 1 : endOfFormer(membership, entry.sequence()) + 1;
            if (from < entry.sequence()) exit.gap(this, user, from, entry.sequence() - 1);
        }
        return true;
    }

    private static boolean knowsAll(Map<UserId, Membership> memberships, List<LocalUser> users) {
        for (LocalUser user : users) if (!memberships.containsKey(user.id)) return false;
        return true;
    }

    private void leave(Entry entry) {
        for (UserId id : Entries.leaving(entry)) {
            for (int i = users.size() - 1; i >= 0; i--) if (users.get(i).id.equals(id)) remove(users.get(i));
        }
    }

    private void removeFormer(Map<UserId, Membership> memberships) {
        for (int i = users.size() - 1; i >= 0; i--) {
            Membership membership = memberships.get(users.get(i).id);
            if (membership == null || membership.isMember() || membership.last().left() > cursor) continue;
            remove(users.get(i));
        }
    }

    /** Those who had to be asked for: some join behind the cursor, the others have missed something. */
    private void meetUnknown(Asked asked, long head, Map<UserId, Membership> memberships, Exit exit) {
        List<LocalUser> met = new ArrayList<>(0);
        for (LocalUser user : unknown) if (asked.users.contains(user.id)) met.add(user);
        for (LocalUser user : met) unknown = without(unknown, user);
        if (cursor == UNKNOWN) beginAt(beginning(met, head, memberships));
        for (LocalUser user : met) {
            Membership membership = memberships.get(user.id);
            if (membership == null || users.contains(user) || exit.find(user.id) != user) continue;
            Interval last = membership.last();
            if (last.joined() > cursor) continue;
            role(user, membership.role());
            if (last.isOpen() || last.left() > cursor) add(user);
            else depart(user);
            exit.resync(this, user);
        }
    }

    /** Where the first of those who joined without our knowing did so. Of the forgotten it is not known what they were sent. */
    private static long beginning(List<LocalUser> met, long head, Map<UserId, Membership> memberships) {
        long first = Long.MAX_VALUE;
        for (LocalUser user : met) {
            Membership membership = memberships.get(user.id);
            if (membership != null && !user.isForgetful)
                first = Math.min(first, membership.last().joined());
        }
        return first == Long.MAX_VALUE ? head : first - 1;
    }

    /** Too much is missing to be sent: the sessions are told to synchronise, which brings them at least to where the cursor goes now. */
    private void skip(long head, Map<UserId, Membership> memberships, long nowMillis, Exit exit) {
        isSkipDue = false;
        beginAt(head); // and not where more is known of: the memberships are of here
        movedAtMillis = nowMillis;
        enterLater();
        for (LocalUser user : users) {
            Membership membership = memberships.get(user.id);
            if (membership != null) role(user, membership.role());
            exit.resync(this, user);
        }
    }

    private List<LocalUser> strangers(List<LocalUser> named) {
        List<LocalUser> strangers = List.of();
        for (int i = 0; i < named.size(); i++) {
            LocalUser user = named.get(i);
            if (isKnown(user)) continue;
            if (strangers.isEmpty()) strangers = new ArrayList<>(1);
            strangers.add(user);
        }
        return strangers;
    }

    /** As a member, or as one who has gone. */
    private boolean isKnown(LocalUser user) {
        return counts(user) || departed.contains(user);
    }

    private void ask(List<LocalUser> strangers) {
        for (LocalUser user : strangers) {
            if (unknown.contains(user)) continue;
            if (unknown.isEmpty()) unknown = new ArrayList<>(1);
            unknown.add(user);
        }
    }

    private void want(long head, Exit exit) {
        wanted = Math.max(wanted, head);
        if (isWanting()) pull(exit);
    }

    private void pull(Exit exit) {
        if (isPulling) return;
        isPulling = true;
        exit.pull(this);
    }

    private void add(LocalUser user) {
        departed = without(departed, user);
        users.add(user);
        boolean isListed = !later.isEmpty() && later.removeIf(each -> each.user == user);
        if (!isListed) user.gates.add(this); // twice, and it would stay when they leave
        user.joined(conversation);
    }

    private void remove(LocalUser user) {
        role(user, Role.MEMBER);
        users.remove(user);
        user.gates.remove(this);
        depart(user);
    }

    /** Whoever is forgotten here is asked for once more if a delayed word names them. */
    private void depart(LocalUser user) {
        if (departed.isEmpty()) departed = new ArrayList<>(1);
        else if (departed.size() >= DEPARTED_MAX) departed.removeFirst();
        departed.add(user);
        user.toldOfLeaving(conversation);
    }

    private void addLater(LocalUser user, long head) {
        if (isLater(user)) return;
        if (later.isEmpty()) later = new ArrayList<>(1);
        later.add(new Later(user, head));
        user.gates.add(this);
        user.joined(conversation);
    }

    /** One who comes in when the cursor is there. */
    boolean isLater(LocalUser user) {
        for (Later each : later) if (each.user == user) return true;
        return false;
    }

    private void enterLater() {
        if (later.isEmpty()) return;
        for (Later each : later) if (each.head <= cursor && !users.contains(each.user)) users.add(each.user);
        later.removeIf(each -> each.head <= cursor);
        if (later.isEmpty()) later = List.of();
    }

    private static List<LocalUser> without(List<LocalUser> list, LocalUser user) {
        if (list.isEmpty()) return list;
        list.remove(user);
        return list.isEmpty() ? List.of() : list;
    }

    /** The end of the membership before the one that begins at {@code joined}; 0: that is the first. */
    private static long endOfFormer(Membership membership, long joined) {
        long end = 0;
        for (Interval interval : membership.intervals()) {
            if (interval.joined() >= joined) break;
            end = interval.left();
        }
        return end;
    }

    /** A member whose sessions get everything up to the head by other ways. */
    private record Later(LocalUser user, long head) {}

    /**
     * What is to be pulled.
     *
     * @param after the entries behind it
     * @param known a sequence that is known to exist
     * @param users and their memberships
     * @param isOfAll these are all who have to do with the conversation here
     */
    record Asked(long after, long known, List<UserId> users, boolean isOfAll, int generation) {}

    /** What the gate opens on. */
    interface Exit {
        /** The user of this id who is ready here. */
        @Nullable
        LocalUser find(UserId user);

        /** These entries, in their order, to these users. */
        void pass(Gate gate, List<Event> run, List<LocalUser> users);

        /** The sequences, both counted, will never come to the user, who was no member then. */
        void gap(Gate gate, LocalUser user, long from, long to);

        /** Entries went past the user's sessions. */
        void resync(Gate gate, LocalUser user);

        /** Pull what {@link Gate#asked} says then, soon; and report it to {@link Gate#pulled} or {@link Gate#pullFailed}. */
        void pull(Gate gate);
    }
}
