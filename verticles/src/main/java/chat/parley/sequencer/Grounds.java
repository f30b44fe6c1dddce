package chat.parley.sequencer;

import chat.parley.model.Content;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.History;
import chat.parley.store.StoredEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the drafts of a line are decided on, as far as it is read from the projections: asks for what is missing, and adds what the log says
 * behind that, from memory, to what is found. The {@link Line} hears of which conversation more is known.
 */
final class Grounds {
    private final Line line;
    private final Memory memory;
    private final Turn turn;
    private final Loaded loaded;
    private final int loadedMembersMax;

    Grounds(Line line, Memory memory, Turn turn, Loaded loaded, int loadedMembersMax) {
        this.line = line;
        this.memory = memory;
        this.turn = turn;
        this.loaded = loaded;
        this.loadedMembersMax = loadedMembersMax;
    }

    // What is looked up.

    /** At once for all that waits, so that little is left to be asked when its turn comes. */
    void lookUp(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        if (conversation.isLoaded()) loaded.touch(conversation);
        else load(conversation);
        if (memory.placed(draft.key()) == null) lookUpId(draft);
        long target = draft.targetSequence();
        if (target > 0 && conversation.recent().get(target) == null) lookUpTarget(draft);
        if (conversation.isLoaded()) lookUpMembers(draft);
    }

    /** Whether all is known that the draft is decided on; asks for what is not. */
    boolean areKnown(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        if (!conversation.isLoaded()) {
            load(conversation);
            return false;
        }
        if (!draft.idLookedUp && memory.placed(draft.key()) == null) {
            lookUpId(draft);
            return false;
        }
        Standing standing = conversation.decided();
        long target = draft.targetSequence();
        boolean isTarget = target > 0 && target <= standing.head();
        if (isTarget && !draft.targetLookedUp && conversation.recent().get(target) == null) {
            lookUpTarget(draft);
            return false;
        }
        if (!lookUpMembers(draft)) return false;
        boolean isMessage = draft.draft().contents().getFirst() instanceof Content.Message;
        if (isMessage && standing.settings().isPaced() && standing.spoken() == null) {
            lookUpSpoken(conversation);
            return false;
        }
        if (standing.door() == null && Rules.isOfDoor(draft.draft())) {
            lookUpDoor(conversation);
            return false;
        }
        return isBlockingKnown(draft, standing);
    }

    /** Has the conversation loaded. */
    void load(Conversation conversation) {
        if (conversation.reading != null || line.isEnded()) return;
        conversation.reading = memory.reading();
        turn.wantLoad(conversation);
    }

    /** Of what is read from the projections for something else than a draft, until it is done. */
    Reading reading() {
        return memory.reading();
    }

    private void lookUpId(WaitingDraft draft) {
        if (draft.idAsked) return;
        draft.idAsked = true;
        turn.wantId(draft);
    }

    private void lookUpTarget(WaitingDraft draft) {
        if (draft.targetAsked) return;
        draft.targetAsked = true;
        turn.wantTarget(draft);
    }

    /** Whether it is known how those stand to the conversation whom the draft names; asks for what is not. */
    private boolean lookUpMembers(WaitingDraft draft) {
        Conversation conversation = draft.conversation();
        Members members = conversation.decided().members();
        if (members.isWhole()) return true;
        boolean isKnown = true;
        for (UserId user : draft.users()) {
            if (members.knows(user)) continue;
            isKnown = false;
            if (!conversation.ask(user)) continue;
            WantedMembers wanted = conversation.wanted;
            if (wanted == null) {
                wanted = new WantedMembers(conversation, memory.reading());
                conversation.wanted = wanted;
                turn.wantMembers(wanted);
            }
            wanted.users().add(user);
        }
        return isKnown;
    }

    private void lookUpSpoken(Conversation conversation) {
        if (conversation.reading != null) return;
        conversation.reading = memory.reading();
        turn.wantSpoken(conversation);
    }

    private void lookUpDoor(Conversation conversation) {
        if (conversation.doorReading != null) return;
        conversation.doorReading = memory.reading();
        turn.wantDoor(conversation);
    }

    /** Nothing is said directly before it is known who of the two blocks the other. */
    private boolean isBlockingKnown(WaitingDraft draft, Standing standing) {
        List<UserId> both = Rules.both(draft.draft(), standing);
        if (both == null) return true;
        Conversation conversation = draft.conversation();
        long arrived = draft.ask().arrived();
        Blocking blocking = conversation.blocking;
        if (blocking == null || !blocking.isBelieved(arrived)) {
            blocking = new Blocking(both, arrived);
            conversation.blocking = blocking;
            turn.wantBlocking(conversation);
        }
        return blocking.isKnown();
    }

    // What is found.

    /**
     * A conversation as projected, read first, and its members, read then; what the log says behind that comes from memory. Members may be
     * read later than the conversation: what is applied twice is applied once.
     *
     * @param row null: nothing of it is projected
     * @param members null: there are too many
     */
    void loaded(Conversation conversation, Directory.@Nullable Conversation row, @Nullable List<Membership> members) {
        if (line.isEnded()) return;
        Standing standing = row == null ? Standing.NONE : Standing.of(row, members);
        Recent entries = conversation.recent();
        for (long next = Math.max(standing.head() + 1, entries.first()); ; next++) {
            Entry entry = entries.get(next);
            if (entry == null) break;
            if (next != standing.head() + 1) {
                throw new IllegalStateException(
                        conversation.id() + " is projected up to " + standing.head() + ", its tail begins at " + next);
            }
            standing = standing.after(entry);
        }
        conversation.readDone();
        conversation.stands(standing);
        conversation.projected =
                Math.max(conversation.projected, row == null ? 0 : row.head().sequence());
        loaded.add(conversation);
        conversation.waiting().forEach(this::lookUpMembers);
        line.queueIfReady(conversation);
        conversation.runOnceLoaded();
    }

    /** Nobody waits for the conversation any more, so that it is not read. */
    void notLoaded(Conversation conversation) {
        conversation.readDone();
        line.forgetIfNothing(conversation);
    }

    void idFound(WaitingDraft draft, History.@Nullable KnownId known) {
        draft.idFound(known);
        line.queueIfReady(draft.conversation());
    }

    void targetFound(WaitingDraft draft, @Nullable StoredEntry target) {
        draft.targetFound(target);
        line.queueIfReady(draft.conversation());
    }

    /** What is projected of the memberships of users; what the log says behind that comes from memory. */
    void membersFound(WantedMembers wanted, Map<UserId, Membership> rows) {
        Conversation conversation = wanted.conversation();
        if (line.isEnded()) return;
        if (conversation.isLoaded()) stands(conversation, standing -> withMembers(standing, wanted, rows));
        membersNotFound(wanted);
        line.queueIfReady(conversation);
    }

    /** Nobody waits for them any more. */
    void membersNotFound(WantedMembers wanted) {
        wanted.reading().done();
        wanted.conversation().answered(wanted.users());
        line.forgetIfNothing(wanted.conversation());
    }

    private Standing withMembers(Standing standing, WantedMembers wanted, Map<UserId, Membership> rows) {
        if (!(standing.members() instanceof KnownMembers members)) return standing;
        Conversation conversation = wanted.conversation();
        List<Entry> entries = conversation.recent().through(standing.head());
        KnownMembers found = KnownMembers.overlaid(wanted.users(), rows, entries);
        return standing.withMembers(members.with(found)).bounded(loadedMembersMax, conversation::needed);
    }

    /** What was said, from projected entries; what came since is in memory. */
    void spokenFound(Conversation conversation, List<StoredEntry> entries) {
        conversation.readDone();
        if (!conversation.isLoaded()) return;
        stands(conversation, standing -> withSpoken(conversation, standing, entries));
        line.queueIfReady(conversation);
    }

    private static Standing withSpoken(Conversation conversation, Standing standing, List<StoredEntry> stored) {
        if (!standing.settings().isPaced()) return standing;
        List<Entry> entries = new ArrayList<>();
        for (StoredEntry each : stored) if (each.entry().sequence() <= standing.head()) entries.add(each.entry());
        entries.addAll(conversation.recent().through(standing.head()));
        return standing.withSpoken(Spoken.of(entries, standing.settings()));
    }

    /** Who may come in, from projected entries; what came since is in memory. */
    void doorFound(Conversation conversation, Door projected) {
        conversation.doorReadDone();
        if (!conversation.isLoaded()) return;
        stands(conversation, standing -> withDoor(conversation, standing, projected));
        line.queueIfReady(conversation);
    }

    /** Nobody waits for it any more. */
    void doorNotFound(Conversation conversation) {
        conversation.doorReadDone();
        line.forgetIfNothing(conversation);
    }

    private static Standing withDoor(Conversation conversation, Standing standing, Door projected) {
        Door door = projected;
        for (Entry entry : conversation.recent().through(standing.head())) door = door.after(entry);
        return standing.withDoor(door);
    }

    void blockingFound(Conversation conversation) {
        line.queueIfReady(conversation);
    }

    /** What was read is added to how it stands; with nothing under way that stays one and the same, and the conversation idle. */
    private void stands(Conversation conversation, UnaryOperator<Standing> more) {
        Standing durable = conversation.durable();
        Standing decided = conversation.decided();
        Standing known = more.apply(durable);
        conversation.stands(known, durable == decided ? known : more.apply(decided));
        loaded.touch(conversation);
    }
}
