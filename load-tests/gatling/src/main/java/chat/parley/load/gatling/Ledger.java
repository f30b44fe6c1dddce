package chat.parley.load.gatling;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What all devices of a run know together: how many of their sends are not acknowledged; and of each conversation the last acknowledged
 * sequence, and which message has which sequence.
 */
final class Ledger {
    /** What is wrong with where a message stands. */
    enum Finding {
        NOTHING,
        /** Somebody saw another message there. */
        ANOTHER,
        /** Somebody saw it at another sequence. */
        TWICE
    }

    /** Of a conversation: how many of its last sequences are compared between devices. */
    private static final int COMPARED = 512;

    private record Seen(long sequence, String id) {}

    private static final class Known {
        final AtomicLong acknowledged = new AtomicLong();
        private final @Nullable Seen[] last = new Seen[COMPARED];
        private final Map<String, Long> sequences = new HashMap<>(); // of those in last

        synchronized Finding find(Seen now) {
            int place = (int) (now.sequence % COMPARED);
            Seen before = last[place];
            if (before != null && before.sequence > now.sequence) return Finding.NOTHING; // too old to tell
            if (before == null || before.sequence < now.sequence) {
                last[place] = now;
                if (before != null) sequences.remove(before.id, before.sequence);
                sequences.putIfAbsent(now.id, now.sequence);
            } else if (!before.id.equals(now.id)) {
                return Finding.ANOTHER;
            }
            return sequences.getOrDefault(now.id, now.sequence) == now.sequence ? Finding.NOTHING : Finding.TWICE;
        }
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

    /** A device was told that this message stands there; the id is that of its client. */
    Finding compare(String conversationId, long sequence, String id) {
        return known(conversationId).find(new Seen(sequence, id));
    }

    private Known known(String conversationId) {
        return conversations.computeIfAbsent(conversationId, id -> new Known());
    }
}
