package chat.parley.crash;

import chat.parley.model.ConversationId;
import chat.parley.store.ShardHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long after faults of one kind each shard that had lost its owner acknowledged a new send. */
final class Recovery {
    private final String kind;
    private final List<Long> millis = new ArrayList<>(); // of each such shard, at each fault
    private final List<Long> worst = new ArrayList<>(); // of all shards, at each fault

    Recovery(String kind) {
        this.kind = kind;
    }

    /** @param atNanos when it struck @param orphans whose owner it struck @param acks the first of each conversation since */
    void add(long atNanos, List<ShardHead> orphans, Map<String, Long> acks) {
        Map<Integer, Long> byShard = new HashMap<>();
        acks.forEach((conversation, nanos) -> byShard.merge(
                new ConversationId(conversation).shard(), TimeUnit.NANOSECONDS.toMillis(nanos - atNanos), Math::min));
        for (ShardHead orphan : orphans)
            if (byShard.containsKey(orphan.shard())) millis.add(byShard.get(orphan.shard()));
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
        List<Long> sorted = millis.stream().sorted().toList();
        return String.format(
                "%d x %s: of %d shards without an owner, acknowledged again after %d ms median, %d ms p95, %d ms worst;"
                        + " every shard after %s ms",
                worst.size(),
                kind,
                sorted.size(),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() * 95 / 100),
                sorted.getLast(),
                worst);
    }
}
