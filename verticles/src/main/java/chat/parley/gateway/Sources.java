package chat.parley.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many connections each source holds that have not proved who they are. What it holds at other nodes counts with it, where that is
 * known; those that are exempt count nothing. For all loops of a node.
 */
public final class Sources {
    private static final int MANY_MAX = 5_000;

    private final int unauthenticatedMax;
    private final ConcurrentHashMap<Long, Integer> unauthenticated = new ConcurrentHashMap<>();

    /** Of sources that hold many here: what they hold at other nodes. */
    private volatile Map<Long, Integer> elsewhere = Map.of();

    public Sources(int unauthenticatedMax) {
        this.unauthenticatedMax = unauthenticatedMax;
    }

    /** Takes a place for a connection; null if its source has too many. Give it back when it authenticated or went. */
    public @Nullable Place take(Source source) {
        if (source.isExempt()) return new Place(this, source, false);
        long key = source.key();
        int held = unauthenticated.merge(key, 1, Integer::sum);
        if (held + elsewhere.getOrDefault(key, 0) <= unauthenticatedMax) return new Place(this, source, true);
        release(key);
        return null;
    }

    /** The sources that hold a fiftieth of what they may, or more, with what they hold; of very many not all. */
    Map<Long, Integer> many() {
        int least = Math.max(1, unauthenticatedMax / 50);
        Map<Long, Integer> many = new HashMap<>();
        for (Map.Entry<Long, Integer> each : unauthenticated.entrySet()) {
            if (many.size() == MANY_MAX) break;
            if (each.getValue() >= least) many.put(each.getKey(), each.getValue());
        }
        return many;
    }

    /** What the source holds here. */
    int held(Long source) {
        return unauthenticated.getOrDefault(source, 0);
    }

    /** What sources hold at other nodes, from now on; those not named hold nothing. */
    void elsewhere(Map<Long, Integer> held) {
        elsewhere = Map.copyOf(held);
    }

    /** Sources that hold a place now. */
    int size() {
        return unauthenticated.size();
    }

    private void release(Long source) {
        unauthenticated.computeIfPresent(source, (key, held) -> held == 1 ? null : held - 1);
    }

    /** The place of one connection or session; given back once. */
    public static final class Place {
        private final Sources sources;
        private final Source source;
        private boolean isHeld;

        private Place(Sources sources, Source source, boolean isHeld) {
            this.sources = sources;
            this.source = source;
            this.isHeld = isHeld;
        }

        /** Whose it is. */
        public Source source() {
            return source;
        }

        public void giveBack() {
            if (isHeld) sources.release(source.key());
            isHeld = false;
        }
    }
}
