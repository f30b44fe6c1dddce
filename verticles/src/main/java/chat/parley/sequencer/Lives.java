package chat.parley.sequencer;

import chat.parley.bus.Event;
import chat.parley.bus.Route;
import chat.parley.model.ConversationId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Groups what became durable in one turn in large conversations, by the shards whose fan-out workers send it on its way. */
final class Lives {
    private final Map<Integer, Map<ConversationId, Route.Events>> shards = new LinkedHashMap<>(2);

    void add(Event event) {
        ConversationId conversation = event.entry().conversationId();
        shards.computeIfAbsent(conversation.shard(), any -> new LinkedHashMap<>(2))
                .computeIfAbsent(conversation, any -> new Route.Events(any, new ArrayList<>(2), List.of()))
                .events()
                .add(event);
    }

    /** Shard → its entries, in order. */
    Map<Integer, List<Route.Events>> byShard() {
        Map<Integer, List<Route.Events>> lists = new LinkedHashMap<>(shards.size());
        shards.forEach((shard, events) -> lists.put(shard, List.copyOf(events.values())));
        return lists;
    }
}
