package chat.parley.gateway;

import chat.parley.bus.Signals;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.wire.ReceiptType;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells signals that are news from those that the bus delayed or repeats. Of what was longest not heard of nothing is remembered: then an old
 * receipt may be told, which clients know by its sequence, and typing goes by its age alone.
 */
final class Heard {
    /** Typing this old is over. */
    static final long TYPING_MILLIS_MAX = 5_000;

    /** After so long it is known how much the clock of another node is wrong, or has been set. */
    static final long LEARN_MILLIS = 30_000;

    private static final int RECEIPTS_MAX = 50_000;
    private static final int TYPINGS_MAX = 10_000;
    private static final int GATEWAYS_MAX = 1_000;

    private final Map<Mark, Long> sequences = new Remembered<>(RECEIPTS_MAX);
    private final Map<Typist, Said> typings = new Remembered<>(TYPINGS_MAX);
    private final Map<String, Delay> delays = new Remembered<>(GATEWAYS_MAX);

    /** Whether nobody here was told more already. */
    boolean isNews(Signals.Receipt receipt) {
        return isNews(receipt.conversationId(), receipt.userId(), receipt.receiptType(), receipt.sequence());
    }

    /** Likewise. */
    boolean isNews(ConversationId conversation, UserId user, ReceiptType type, long sequence) {
        Mark mark = new Mark(conversation, user, type);
        Long last = sequences.get(mark);
        if (last != null && last > sequence) return false;
        sequences.put(mark, sequence);
        return true;
    }

    /** Whether it is still the last that was heard of that: what had to wait may have been overtaken. */
    boolean isLast(Signals.Receipt receipt) {
        Long last = sequences.get(new Mark(receipt.conversationId(), receipt.userId(), receipt.receiptType()));
        return last == null || last <= receipt.sequence();
    }

    /** Whether its typing is over, as it was so long on its way. To be asked once of all signals, as it is learnt from them what is long. */
    boolean isOver(Signals signals, long nowMillis) {
        Delay delay = delays.computeIfAbsent(signals.gateway(), none -> new Delay(nowMillis));
        return delay.beyondLeast(nowMillis - signals.sentAt(), nowMillis) > TYPING_MILLIS_MAX;
    }

    /** Whether that gateway said nothing later of the same user. */
    boolean isNews(Signals signals, Signals.Typing typing) {
        Typist typist = new Typist(signals.gateway(), typing.conversationId(), typing.userId());
        Said last = typings.get(typist);
        if (last != null && !last.isBefore(signals)) return false;
        typings.put(typist, new Said(signals.boot(), signals.counter()));
        return true;
    }

    private record Mark(ConversationId conversationId, UserId userId, ReceiptType receiptType) {}

    private record Typist(String gateway, ConversationId conversationId, UserId userId) {}

    private record Said(long boot, long counter) {
        boolean isBefore(Signals signals) {
            return boot < signals.boot() || boot == signals.boot() && counter < signals.counter();
        }
    }

    /**
     * How long signals of one gateway take, by its clock and ours. The clocks are believed to agree until everything that came within a
     * while says otherwise: then what came fastest is what they differ by.
     */
    private static final class Delay {
        private long former;
        private long least = Long.MAX_VALUE;
        private long since;

        Delay(long nowMillis) {
            since = nowMillis;
        }

        long beyondLeast(long millis, long nowMillis) {
            if (least != Long.MAX_VALUE && Math.abs(nowMillis - since) >= LEARN_MILLIS) {
                former = least;
                least = Long.MAX_VALUE;
                since = nowMillis;
            }
            least = Math.min(least, millis);
            return millis - Math.min(former, least);
        }
    }

    private static final class Remembered<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1;

        private final int max;

        Remembered(int max) {
            super(16, 0.75f, true);
            this.max = max;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > max;
        }
    }
}
