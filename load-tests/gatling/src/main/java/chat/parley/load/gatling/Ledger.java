package chat.parley.load.gatling;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What all devices of a run know together: how many of their sends are not acknowledged; and of each conversation the last acknowledged
 * sequence, and which message has which sequence.
 */
final class Ledger {
    /** Of a conversation: how many of its last sequences are compared between devices. */
    private static final int COMPARED = 512;

    private record Seen(long sequence, String id) {}

    private static final class Known {
        final AtomicLong acknowledged = new AtomicLong();
        final AtomicReferenceArray<Seen> last = new AtomicReferenceArray<>(COMPARED);
    }

    private final Map<String, Known> conversations = new ConcurrentHashMap<>();
    private final AtomicLong unacknowledged = new AtomicLong();

    /** Somebody waits for an acknowledgement from now on. */
    void sent() {
        unacknowledged.incrementAndGet();
    }

    /** What was sent is durable, and every member has to get it. */
    void acknowledged(String conversationId, long sequence) {
        known(conversationId).acknowledged.accumulateAndGet(sequence, Math::max);
        unacknowledged.decrementAndGet(); // after it is known: who sees that nobody waits sees all that is due
    }

    /** Whether somebody waits for an acknowledgement, after which more may be due. */
    boolean isWaiting() {
        return unacknowledged.get() > 0;
    }

    /** The last sequence that somebody was told to be durable. */
    long acknowledged(String conversationId) {
        return known(conversationId).acknowledged.get();
    }

    /** Whether nobody saw another message there; the id is that of its client. */
    boolean agrees(String conversationId, long sequence, String id) {
        Seen now = new Seen(sequence, id);
        Seen last = known(conversationId)
                .last
                .getAndUpdate(
                        (int) (sequence % COMPARED),
                        before -> before == null || before.sequence < sequence ? now : before);
        return last == null || last.sequence != sequence || last.id.equals(id);
    }

    private Known known(String conversationId) {
        return conversations.computeIfAbsent(conversationId, id -> new Known());
    }
}
