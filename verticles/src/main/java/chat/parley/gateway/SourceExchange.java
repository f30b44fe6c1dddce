package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.store.SharedCounts;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keeps {@link Sources} told of what other nodes hold of the sources that hold much here, and them of what is held here. One question is under
 * way at a time; while there is no answer, the node goes by what it holds alone. For all gateways of a node, on one loop.
 */
public final class SourceExchange {
    static final long EVERY_MILLIS = 250;

    private final String node;
    private final Loop loop;
    private final Sources sources;
    private final SharedCounts counts;
    private Set<Long> told = Set.of();

    public SourceExchange(String node, Loop loop, Sources sources, SharedCounts counts) {
        this.node = node;
        this.loop = loop;
        this.sources = sources;
        this.counts = counts;
    }

    public void start() {
        loop.after(EVERY_MILLIS, this::tell);
    }

    private void tell() {
        Map<Long, Integer> many = sources.many();
        Map<Long, Integer> held = new HashMap<>(many);
        for (Long former : told) held.computeIfAbsent(former, sources::held); // fewer by now, or none
        told = many.keySet();
        if (held.isEmpty()) {
            sources.elsewhere(Map.of());
            start();
            return;
        }
        counts.hold(node, held).onComplete(answer -> {
            sources.elsewhere(answer.succeeded() ? answer.result() : Map.of());
            start();
        });
    }
}
