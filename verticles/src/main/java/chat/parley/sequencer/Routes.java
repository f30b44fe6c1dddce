package chat.parley.sequencer;

import chat.parley.bus.Event;
import chat.parley.bus.Route;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Groups what became durable in one turn: one {@link Route} for each presence node. */
final class Routes {
    private final Map<ConversationId, Group> last = new HashMap<>();
    private final List<Group> groups = new ArrayList<>();

    /** Consecutive entries of one conversation for the same users. */
    private record Group(List<UserId> recipients, Route.Events events) {}

    void add(Event event, List<UserId> recipients) {
        if (recipients.isEmpty()) return;
        ConversationId conversation = event.entry().conversationId();
        Group group = last.get(conversation);
        if (group == null || group.recipients != recipients) {
            group = new Group(recipients, new Route.Events(conversation, new ArrayList<>(2), recipients));
            last.put(conversation, group);
            groups.add(group);
        }
        group.events.events().add(event);
    }

    /** Node → what is to go there, in order. Users of whom nobody knows where they are are left out. */
    Map<String, Route> byNode(long incarnation, Topology topology) {
        Map<String, Route> routes = new LinkedHashMap<>();
        for (Group group : groups) {
            String node = nodeOfAll(group.recipients, topology);
            if (node != null) {
                route(routes, node, incarnation).events().add(group.events);
                continue;
            }
            Map<String, List<UserId>> users = new LinkedHashMap<>();
            for (UserId user : group.recipients) {
                String owner = topology.presenceOwner(user.shard());
                if (owner != null)
                    users.computeIfAbsent(owner, n -> new ArrayList<>()).add(user);
            }
            users.forEach((owner, theirs) -> route(routes, owner, incarnation)
                    .events()
                    .add(new Route.Events(group.events.conversationId(), group.events.events(), theirs)));
        }
        return routes;
    }

    /** The node that knows where all of them are; null: there is no such node. */
    private static @Nullable String nodeOfAll(List<UserId> users, Topology topology) {
        String node = topology.presenceOwner(users.getFirst().shard());
        for (int i = 1; i < users.size() && node != null; i++) {
            if (!node.equals(topology.presenceOwner(users.get(i).shard()))) node = null;
        }
        return node;
    }

    private static Route route(Map<String, Route> routes, String node, long incarnation) {
        return routes.computeIfAbsent(node, n -> new Route(incarnation, new ArrayList<>(), List.of()));
    }
}
