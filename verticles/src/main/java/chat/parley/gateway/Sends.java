package chat.parley.gateway;

import chat.parley.bus.Answer;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ServerFrame;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sends of one session until they are settled: each gets exactly one ack or refusal, and its entry never comes to the session as
 * an event besides. The ack comes from the sequencer's answer or from the entry when it passes the gate, whichever is first; a send
 * whose outcome was said to be unknown gets it then too.
 */
final class Sends {
    /** Answered sends whose entry has not passed, and may never do: past this many they are forgotten. */
    private static final int KEPT_MAX = 4_096;

    private final Map<String, Send> byId = new HashMap<>(4);
    private int unanswered;
    private int kept;

    /** Sends without an answer. */
    int unanswered() {
        return unanswered;
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    void add(Send send) {
        unanswered++;
        Send last = byId.putIfAbsent(send.draft.clientMessageId(), send);
        if (last == null) return;
        while (last.next != null) last = last.next;
        last.next = send;
    }

    /**
     * The sequencer has answered, or nobody has.
     *
     * @param gateCursor up to where entries of the conversation have passed the gate
     * @return what to tell the client; null: it knows
     */
    @Nullable
    ServerFrame answered(Send send, Answer answer, long gateCursor) {
        if (send.state == State.ACKED) return null; // by its entry
        unanswered--;
        return switch (answer) {
            case Answer.Placed placed -> {
                if (placed.sequence() <= gateCursor) remove(send);
                else keep(send, State.ACKED);
                forgetUnknown(send.draft);
                yield ack(send, placed.sequence(), placed.sentAt(), placed.duplicate());
            }
            case Answer.Unchanged unchanged -> throw new IllegalStateException("a message cannot hold already");
            case Answer.Refused refused -> {
                if (refused.code() == ErrorCode.OUTCOME_UNKNOWN) keep(send, State.UNKNOWN);
                else remove(send);
                yield new ServerFrame.Error(
                        refused.code(),
                        refused.message(),
                        refused.retryAfterMillis(),
                        send.ref,
                        send.draft.clientMessageId(),
                        send.draft.conversationId());
            }
        };
    }

    /** An entry that this session sent passes the gate. */
    Passed passed(Entry entry) {
        Send send = byId.get(entry.clientMessageId());
        while (send != null && !send.draft.conversationId().equals(entry.conversationId())) send = send.next;
        if (send == null) return Passed.AS_EVENT;
        remove(send);
        if (send.state == State.WAITING) unanswered--;
        else kept--;
        if (send.state == State.ACKED) return Passed.KNOWN;
        send.state = State.ACKED;
        return new Passed(ack(send, entry.sequence(), entry.sentAt(), false), false);
    }

    private static ServerFrame.MessageAck ack(Send send, long sequence, long sentAt, boolean duplicate) {
        return new ServerFrame.MessageAck(
                send.ref, send.draft.clientMessageId(), send.draft.conversationId(), sequence, sentAt, duplicate);
    }

    private void keep(Send send, State state) {
        send.state = state;
        if (++kept <= KEPT_MAX) return;
        kept = 0;
        for (Iterator<Send> each = byId.values().iterator(); each.hasNext(); ) {
            Send first = each.next();
            if (first.state != State.WAITING && first.next == null) each.remove();
            else for (Send at = first; at != null; at = at.next) if (at.state != State.WAITING) kept++;
        }
    }

    /** A retry was acked: who asked before needs no ack any more. */
    private void forgetUnknown(Draft draft) {
        for (Send at = byId.get(draft.clientMessageId()); at != null; at = at.next) {
            if (at.state != State.UNKNOWN || !at.draft.conversationId().equals(draft.conversationId())) continue;
            kept--;
            remove(at);
        }
    }

    private void remove(Send send) {
        String id = send.draft.clientMessageId();
        Send first = byId.get(id);
        if (first == null) return;
        if (first == send) {
            if (send.next == null) byId.remove(id);
            else byId.put(id, send.next);
            return;
        }
        for (Send before = first; before.next != null; before = before.next) {
            if (before.next != send) continue;
            before.next = send.next;
            return;
        }
    }

    private enum State {
        WAITING,
        /** Answered; its entry may still pass. */
        ACKED,
        /** Answered by an error; its entry may still pass, which acks it. */
        UNKNOWN
    }

    /** @param ack to be sent in place of the event; null: none */
    record Passed(ServerFrame.@Nullable MessageAck ack, boolean asEvent) {
        /** Acked already; nothing is sent. */
        static final Passed KNOWN = new Passed(null, false);

        /** Nobody waits for an ack: the event is sent. */
        static final Passed AS_EVENT = new Passed(null, true);
    }

    /** One frame of a client that wants to be placed. */
    abstract static class Send extends Submission {
        final @Nullable String ref;
        private State state = State.WAITING;
        private @Nullable Send next;

        Send(Draft draft, @Nullable String ref) {
            super(draft);
            this.ref = ref;
        }
    }
}
