package chat.parley.gateway;

import chat.parley.bus.Presences.State;
import chat.parley.bus.Topology;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import chat.parley.store.Presence.Seen;
import chat.parley.wire.ServerFrame.Status;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@link Presence} helps out with where the owner of users does not: a user who was seen a moment ago at a node that lives is online. Only
 * what is in it counts; of whom it says nothing, and whenever it does not answer, nothing is known.
 */
final class Sightings {
    private final Presence presence;
    private final Topology topology;
    private final LastSeen lastSeen;

    Sightings(Presence presence, Topology topology, LastSeen lastSeen) {
        this.presence = presence;
        this.topology = topology;
        this.lastSeen = lastSeen;
    }

    /** Those of the users who were somewhere a moment ago. Never fails. */
    Future<Set<UserId>> of(Collection<UserId> users) {
        if (users.isEmpty()) return Future.succeededFuture(Set.of());
        return presence.find(users).map(this::living).otherwise(Set.of());
    }

    private Set<UserId> living(Map<UserId, List<Seen>> found) {
        Set<UserId> living = new HashSet<>();
        found.forEach((user, devices) -> {
            for (Seen each : devices) if (topology.isAlive(each.node())) living.add(user);
        });
        return living;
    }

    /** The states with what is known of those whom the owner does not know yet. */
    static List<State> with(List<State> vague, Set<UserId> seen) {
        List<State> states = new ArrayList<>(vague.size());
        for (State each : vague)
            states.add(seen.contains(each.userId()) ? new State(each.userId(), Status.ONLINE, 0) : each);
        return states;
    }

    /** These are nowhere. Whoever went with their node has not been able to say so: when they were active last is written down. */
    void gone(Collection<UserId> users) {
        if (users.isEmpty()) return;
        presence.find(users)
                .onSuccess(found -> found.forEach((user, devices) -> {
                    long last = 0;
                    for (Seen each : devices) last = Math.max(last, each.activeAt());
                    lastSeen.was(user, last);
                }));
    }
}
