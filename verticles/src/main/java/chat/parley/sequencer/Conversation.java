package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Kind;
import chat.parley.model.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a line has in memory of one conversation. */
final class Conversation {
    private static final int BYTES = 400;
    private static final int BYTES_A_MEMBER = 200;

    private final Line line;
    private final ConversationId id;
    private final Recent recent = new Recent();
    private final Deque<WaitingDraft> waiting = new ArrayDeque<>(2);
    private @Nullable Standing durable;
    private @Nullable Standing decided;
    private @Nullable Deque<Held> held;

    /** Its turn is coming: it is in the line's queue of conversations that have a draft to decide. */
    boolean isQueued;

    /** In a direct conversation, once something is said there: who blocks whom. */
    @Nullable
    Blocking blocking;

    /** The reading that its loading rests on or, once it is loaded, what was said last; null: neither is being read. */
    @Nullable
    Reading reading;

    /** The reading that who may come in rests on; null: it is not being read. */
    @Nullable
    Reading doorReading;

    /** Where not all its members are here: those that are being looked up. */
    private @Nullable Set<UserId> asked;
    /** Of these, those that are to be asked for at the end of the turn. */
    @Nullable
    WantedMembers wanted;
    /** How many pulls wait for what is read of its members. */
    int pulling;

    /** Its entries that are not projected yet. */
    int unprojected;
    /** The sequence of its last entry that was projected since it is here. */
    long projected;
    /** The fan-out worker is to hear of it. */
    boolean isSpreading;

    private @Nullable List<Runnable> onceLoaded;

    /** Its neighbours among the loaded, from the longest idle to the last used. */
    @Nullable
    Conversation longerIdle;

    @Nullable
    Conversation lessIdle;
    /** What it was counted with among the loaded; 0: it is not among them. */
    long counted;

    /** An entry that is durable and not told yet, since it must be projected first or stands behind one that must. */
    static final class Held {
        private final Entry entry;
        private final Recipients recipients;
        private final List<WaitingDraft> drafts = new ArrayList<>(1);
        private final List<Answer> answers = new ArrayList<>(1);

        Held(Entry entry, Recipients recipients) {
            this.entry = entry;
            this.recipients = recipients;
        }

        Entry entry() {
            return entry;
        }

        Recipients recipients() {
            return recipients;
        }

        void answerWith(WaitingDraft draft, Answer answer) {
            drafts.add(draft);
            answers.add(answer);
        }

        /** Those that waited for it get their answers. */
        void answer(BiConsumer<WaitingDraft, Answer> answerer) {
            for (int i = 0; i < drafts.size(); i++) answerer.accept(drafts.get(i), answers.get(i));
        }
    }

    Conversation(Line line, ConversationId id) {
        this.line = line;
        this.id = id;
    }

    Line line() {
        return line;
    }

    Grounds grounds() {
        return line.grounds();
    }

    ConversationId id() {
        return id;
    }

    /** Its last entries, with those of the batch in flight. */
    Recent recent() {
        return recent;
    }

    Deque<WaitingDraft> waiting() {
        return waiting;
    }

    boolean isLoaded() {
        return durable != null;
    }

    /** As of the log. */
    Standing durable() {
        if (durable == null) throw new IllegalStateException(id + " is not loaded");
        return durable;
    }

    /** As of the log and the batch in flight. */
    Standing decided() {
        if (decided == null) throw new IllegalStateException(id + " is not loaded");
        return decided;
    }

    void stands(Standing standing) {
        durable = standing;
        decided = standing;
    }

    void stands(Standing durableStanding, Standing decidedStanding) {
        durable = durableStanding;
        decided = decidedStanding;
    }

    /** An entry was decided that is not durable yet. */
    void decide(Standing next) {
        decided = next;
    }

    /** What was decided is durable. */
    void settle() {
        durable = decided;
    }

    /** What was decided is void. */
    void forgetDecided() {
        decided = durable;
    }

    /** From now on it is being looked up how they stand to it. @return false: it was before */
    boolean ask(UserId user) {
        if (asked == null) asked = new HashSet<>();
        return asked.add(user);
    }

    void answered(Set<UserId> users) {
        if (asked != null) asked.removeAll(users);
        if (asked != null && asked.isEmpty()) asked = null;
    }

    /** Those whose memberships the waiting drafts are decided on. */
    Set<UserId> needed() {
        Set<UserId> users = new HashSet<>();
        for (WaitingDraft draft : waiting) users.addAll(draft.users());
        return users;
    }

    void unload() {
        blocking = null;
        durable = null;
        decided = null;
    }

    /** The last entry that may be told to anybody. */
    long toldHead() {
        return held == null || held.isEmpty()
                ? durable().head()
                : held.getFirst().entry().sequence() - 1;
    }

    boolean isHeld() {
        return held != null && !held.isEmpty();
    }

    void hold(Held entry) {
        if (held == null) held = new ArrayDeque<>(2);
        held.addLast(entry);
    }

    /** Takes out the first that is held, if it may be told now. */
    @Nullable
    Held release() {
        if (held == null || held.isEmpty()) return null;
        Entry first = held.getFirst().entry;
        return first.kind() != Kind.MESSAGE && first.sequence() > projected ? null : held.removeFirst();
    }

    /** The last entry of the draft whose first has this sequence, if it is held. */
    @Nullable
    Held heldWith(long sequence) {
        Held second = heldAt(sequence + 1);
        return second != null && second.entry.clientMessageId().isEmpty() ? second : heldAt(sequence);
    }

    private @Nullable Held heldAt(long sequence) {
        if (held != null) {
            for (Held each : held) if (each.entry.sequence() == sequence) return each;
        }
        return null;
    }

    /** It was read, or what was said last there, or neither will be. */
    void readDone() {
        if (reading != null) reading.done();
        reading = null;
    }

    /** Who may come in was read, or will not be. */
    void doorReadDone() {
        if (doorReading != null) doorReading.done();
        doorReading = null;
    }

    /** To be run once it is loaded, or will not be. */
    void onceLoaded(Runnable action) {
        if (onceLoaded == null) onceLoaded = new ArrayList<>(1);
        onceLoaded.add(action);
    }

    /** It is loaded, or will not be. */
    void runOnceLoaded() {
        List<Runnable> actions = onceLoaded;
        onceLoaded = null;
        if (actions != null) actions.forEach(Runnable::run);
    }

    /** About what it takes in memory. */
    long bytes() {
        if (durable == null) return BYTES;
        Door door = durable.door();
        return BYTES + (long) BYTES_A_MEMBER * durable.members().size() + (door == null ? 0 : door.bytes());
    }

    /** Whether somebody waits for what is read of it. */
    boolean isWanted() {
        return !waiting.isEmpty() || isSpreading || onceLoaded != null;
    }

    /** Whether something rests on it that must not be forgotten. */
    boolean isBusy() {
        return !waiting.isEmpty()
                || durable != decided
                || unprojected > 0
                || reading != null
                || doorReading != null
                || isSpreading
                || isHeld()
                || onceLoaded != null
                || asked != null
                || pulling > 0;
    }
}
