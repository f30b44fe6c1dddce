package chat.parley.node.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What the canaries of this node tell: every 5 s one flies over each other node and home. Told the time and what happened; answers what is to
 * be done.
 */
final class Canaries {
    static final long EVERY_MILLIS = 5_000;
    static final long REGISTER_MILLIS = 15_000;
    static final long RESTART_MILLIS = 60_000;

    /** What was sent is repeated after 2 s and 10 s: all three may have been lost in as long as this. */
    static final long LOSS_MILLIS = 10_000;

    /** What is due before canaries fly. */
    enum Due {
        NOTHING,

        /** The others do not find this node: its addresses are to be registered again. */
        REGISTER,

        /** Nor did that help: this node is to start again. */
        RESTART
    }

    private final Map<String, Long> foundAt = new HashMap<>();
    private long homeAt;
    private long registeredAt;

    Canaries(long nowMillis) {
        homeAt = nowMillis;
        registeredAt = nowMillis;
    }

    /** To be asked whenever canaries are about to fly. */
    Due due(Collection<String> others, long nowMillis) {
        foundAt.keySet().retainAll(others);
        for (String other : others) foundAt.putIfAbsent(other, nowMillis);
        if (others.isEmpty()) homeAt = nowMillis;
        if (missingMillis(nowMillis) >= RESTART_MILLIS) {
            homeAt = nowMillis;
            return Due.RESTART;
        }
        if (missingMillis(nowMillis) < REGISTER_MILLIS || nowMillis - registeredAt < REGISTER_MILLIS)
            return Due.NOTHING;
        registeredAt = nowMillis;
        return Due.REGISTER;
    }

    /** For how long no canary has come home. */
    long missingMillis(long nowMillis) {
        return nowMillis - homeAt;
    }

    /** One came home. */
    void home(long flewAtMillis) {
        homeAt = Math.max(homeAt, flewAtMillis);
    }

    /**
     * That node was found at its address. Whether it had not been for so long that entries, and all repeats of their heads, may have been lost
     * on their way to it or through it.
     */
    boolean found(String node, long nowMillis) {
        Long before = foundAt.put(node, nowMillis); // or met at first
        return before != null && nowMillis - before >= LOSS_MILLIS;
    }
}
