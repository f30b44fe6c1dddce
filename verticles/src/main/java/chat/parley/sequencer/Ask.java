package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.bus.Bus;
import chat.parley.bus.NotMine;
import chat.parley.bus.Submitted;
import chat.parley.model.Draft;
import chat.parley.wire.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One {@code Submit} and what is known of its drafts: one reply for all of them. */
final class Ask {
    static final Answer.Refused UNKNOWN =
            new Answer.Refused(ErrorCode.OUTCOME_UNKNOWN, "the outcome is not known, send the same again", 1_000);
    private static final Answer.Refused MOVED =
            new Answer.Refused(ErrorCode.UNAVAILABLE, "the conversation is moving to another node", 250);

    private final List<Draft> drafts;
    private final Bus.Received received;
    private final long arrived;
    private final long cameAtNanos = System.nanoTime();
    private final Turn turn;
    private final @Nullable Answer[] answers;
    private final @Nullable WaitingDraft[] waiting;
    private @Nullable List<Broken> broken;
    private int missing;
    private @Nullable Object reply;

    private record Broken(int index, Answer.Refused refusal) {}

    /** @param arrived monotonic milliseconds */
    Ask(List<Draft> drafts, Bus.Received received, long arrived, Turn turn) {
        this.drafts = drafts;
        this.received = received;
        this.arrived = arrived;
        this.turn = turn;
        this.answers = new @Nullable Answer[drafts.size()];
        this.waiting = new @Nullable WaitingDraft[drafts.size()];
        this.missing = drafts.size();
        if (missing == 0) reply(new Submitted(List.of()));
    }

    List<Draft> drafts() {
        return drafts;
    }

    long arrived() {
        return arrived;
    }

    /** By {@link System#nanoTime}: only for how long it took. */
    long cameAtNanos() {
        return cameAtNanos;
    }

    boolean isReplied() {
        return reply != null;
    }

    void waits(WaitingDraft draft) {
        waiting[draft.index()] = draft;
    }

    /** The drafts that were taken in, by their index; null where one was refused at once. */
    @Nullable
    WaitingDraft[] waiting() {
        return waiting;
    }

    /** What became of one draft. The last one missing makes the reply; after the reply it is too late. */
    void answer(int index, Answer answer) {
        if (reply != null || answers[index] != null) return;
        answers[index] = answer;
        if (answer instanceof Answer.Refused refused) breakOff(index, refused);
        if (--missing == 0) reply(new Submitted(all()));
    }

    /**
     * The refusal that a draft has to share: a session's sends are placed in the order sent, so what stands behind one that is to be sent
     * again must be sent again too.
     */
    Answer.@Nullable Refused brokenBefore(int index) {
        if (broken == null) return null;
        Draft draft = drafts.get(index);
        for (Broken each : broken) {
            Draft before = drafts.get(each.index);
            if (each.index < index
                    && before.conversationId().equals(draft.conversationId())
                    && before.senderId().equals(draft.senderId())
                    && before.origin().equals(draft.origin())) return each.refusal;
        }
        return null;
    }

    /** The draft is refused, or will be: if it is to be sent again, so is what stands behind it. */
    void breakOff(int index, Answer.Refused refusal) {
        if (!refusal.code().retryable() || drafts.get(index).origin().isEmpty()) return;
        if (broken == null) broken = new ArrayList<>(2);
        broken.add(new Broken(index, refusal));
    }

    /** Nothing more will be known in time. */
    void answerUnknown() {
        if (reply != null) return;
        fill(UNKNOWN, UNKNOWN);
        reply(new Submitted(all()));
    }

    /** The shard has gone: what was not sent to the store goes to the new owner, if nothing of this ask was. */
    void answerMoved(int shard, @Nullable String owner) {
        if (reply != null) return;
        if (missing == drafts.size() && !anyOut()) {
            reply(new NotMine(shard, owner));
            return;
        }
        fill(UNKNOWN, MOVED);
        reply(new Submitted(all()));
    }

    /** The shard is going: as {@link #answerMoved}, but what was sent to the store still waits for its outcome. */
    void answerUnsentMoved(int shard, @Nullable String owner) {
        if (reply != null) return;
        if (!anyOut()) {
            answerMoved(shard, owner);
            return;
        }
        for (int i = 0; i < answers.length && reply == null; i++) {
            if (answers[i] == null && !isOut(i)) answer(i, MOVED);
        }
    }

    /** Sends the reply. */
    void tell() {
        if (reply != null) received.answer(reply);
    }

    private boolean anyOut() {
        for (int i = 0; i < answers.length; i++) if (answers[i] == null && isOut(i)) return true;
        return false;
    }

    private boolean isOut(int index) {
        WaitingDraft draft = waiting[index];
        return draft != null && draft.isOut();
    }

    private void fill(Answer out, Answer unsent) {
        for (int i = 0; i < answers.length; i++) if (answers[i] == null) answers[i] = isOut(i) ? out : unsent;
        missing = 0;
    }

    @SuppressWarnings("NullAway") // none is missing
    private List<Answer> all() {
        return Arrays.asList(answers);
    }

    private void reply(Object whole) {
        reply = whole;
        turn.replied(this);
    }
}
