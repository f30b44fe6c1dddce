package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.store.History;
import chat.parley.wire.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The asks of a line that have no reply yet, as they came, and what of their drafts waits for an answer: no more than its bounds, and no longer. */
final class Asks {
    private static final Answer.Refused UNAVAILABLE =
            new Answer.Refused(ErrorCode.UNAVAILABLE, "not stored in time, try again", 1_000);

    private final int shard;
    private final SequencerConfig config;
    private final Memory memory;
    private final Deque<Ask> asks = new ArrayDeque<>();
    private int waiting;
    private long waitingBytes;

    Asks(int shard, SequencerConfig config, Memory memory) {
        this.shard = shard;
        this.config = config;
        this.memory = memory;
    }

    void add(Ask ask) {
        asks.addLast(ask);
    }

    /** Drafts that are not decided, or not durable. */
    int waiting() {
        return waiting;
    }

    /** Whether a draft of this size is too much. */
    boolean isFull(int more) {
        return waiting >= config.shardWaitingMax() || waitingBytes + more > config.shardWaitingBytesMax();
    }

    void waits(WaitingDraft draft) {
        draft.ask().waits(draft);
        waiting++;
        waitingBytes += draft.size();
    }

    void answer(WaitingDraft draft, Answer answer) {
        if (draft.hasLeft()) return;
        draft.leave();
        waiting--;
        waitingBytes -= draft.size();
        draft.reading().done();
        draft.ask().answer(draft.index(), answer);
    }

    /** Nothing was written: said only if that is not known to be wrong. */
    Answer.Refused unlessPlaced(History.IdKey key, Answer.Refused refusal) {
        return memory.placed(key) == null ? refusal : Ask.UNKNOWN;
    }

    /**
     * Refuses what waited too long and was not sent to the store; says of the rest that its outcome is not known.
     *
     * @return the conversations in which drafts waited that were refused
     */
    Set<Conversation> expire(long now) {
        while (!asks.isEmpty() && asks.getFirst().isReplied()) asks.removeFirst();
        Set<Conversation> left = new LinkedHashSet<>();
        for (Ask ask : asks) {
            long waited = now - ask.arrived();
            if (waited < config.unsentMillis()) break;
            if (ask.isReplied()) continue;
            for (WaitingDraft draft : ask.waiting()) {
                if (draft == null || draft.hasLeft() || draft.isOut()) continue;
                answer(draft, unlessPlaced(draft.key(), UNAVAILABLE));
                left.add(draft.conversation());
            }
            if (waited >= config.answerMillis()) ask.answerUnknown();
        }
        return left;
    }

    /** The shard is to go to another: so does what was not sent to the store. */
    void leave(@Nullable String newOwner) {
        for (Ask ask : asks) {
            ask.answerUnsentMoved(shard, newOwner);
            for (WaitingDraft draft : ask.waiting()) if (draft != null && !draft.isOut()) answer(draft, UNAVAILABLE);
        }
    }

    /** The shard belongs to another: whatever still waits is told so. */
    void end(@Nullable String newOwner) {
        for (Ask ask : asks) {
            ask.answerMoved(shard, newOwner);
            for (WaitingDraft draft : ask.waiting()) if (draft != null) draft.leave();
        }
        asks.clear();
    }
}
