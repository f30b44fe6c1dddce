package chat.parley.crash;

import chat.parley.model.ConversationId;
import chat.parley.store.ShardHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How long after faults of one kind each shard that had lost its owner acknowledged a new send of a session at another node; and each conversation
 * a new send of anybody, whose session may have had to move.
 */
final class Recovery {
    private final String kind;
    private final List<Long> millis = new ArrayList<>(); // of each such shard, at each fault
    private final List<Long> conversations = new ArrayList<>(); // of each, at each fault
    private final List<Long> worst = new ArrayList<>(); // of all shards, at each fault

    Recovery(String kind) {
        this.kind = kind;
    }

    /**
     * @param atNanos when it struck
     * @param orphans whose owner it struck
     * @param acks the first of each conversation since
     * @param uprooted conversations of those whose session it struck
     */
    void add(long atNanos, List<ShardHead> orphans, Map<String, Long> acks, Set<String> uprooted) {
        Map<Integer, Long> byShard = new HashMap<>();
        Map<Integer, Long> elsewhere = new HashMap<>();
        acks.forEach((conversation, nanos) -> {
            long after = TimeUnit.NANOSECONDS.toMillis(nanos - atNanos);
            int shard = new ConversationId(conversation).shard();
            conversations.add(after);
            byShard.merge(shard, after, Math::min);
            if (!uprooted.contains(conversation)) elsewhere.merge(shard, after, Math::min);
        });
        for (ShardHead orphan : orphans)
            if (elsewhere.containsKey(orphan.shard())) millis.add(elsewhere.get(orphan.shard()));
        worst.add(byShard.values().stream().mapToLong(Long::longValue).max().orElseThrow());
    }

    boolean isEmpty() {
        return worst.isEmpty();
    }

    long worstMillis() {
        return worst.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    @Override
    public String toString() {
        return String.format(
                "%d x %s: of %d shards without an owner, acknowledged again after %s; every shard after %s ms; %d"
                        + " times a conversation after %s",
                worst.size(),
                kind,
                millis.size(),
                figures(millis),
                worst,
                conversations.size(),
                figures(conversations));
    }

    static String figures(List<Long> millis) {
        if (millis.isEmpty()) return "none"; // in none of them did anybody say anything from elsewhere
        List<Long> sorted = millis.stream().sorted().toList();
        return String.format(
                "%d ms median, %d ms p95, %d ms worst",
                sorted.get(sorted.size() / 2), sorted.get(sorted.size() * 95 / 100), sorted.getLast());
    }
}
