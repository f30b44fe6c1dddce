package chat.parley.presence;

import chat.parley.bus.Deliver;
import chat.parley.bus.Route;
import chat.parley.bus.Route.Events;
import chat.parley.bus.Route.HeadHint;
import chat.parley.bus.Topology;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Splits one {@link Route} by gateway, each with those of the users who are there. On the path of every message.
 */
final class Dispatch {
    private final UserTable table;
    private final Split split;
    private final Route route;

    /** By gateway number. */
    private final @Nullable Deliver[] deliveries;

    private final Map<String, Route> passedOn = new LinkedHashMap<>(0);

    private Dispatch(UserTable table, Topology topology, Route route) {
        this.table = table;
        this.split = new Split(table, topology);
        this.route = route;
        this.deliveries = new @Nullable Deliver[table.numbers()];
    }

    /** What goes where. */
    static Dispatch of(Route route, UserTable table, Topology topology) {
        Dispatch dispatch = new Dispatch(table, topology, route);
        for (Events events : route.events()) {
            dispatch.split.of(
                    events.users(),
                    (users, gateway) -> dispatch.delivery(gateway).events().add(with(users, events)),
                    (users, owner) -> dispatch.passedOn(owner).events().add(with(users, events)));
        }
        for (HeadHint hint : route.heads()) {
            dispatch.split.of(
                    hint.users(),
                    (users, gateway) -> dispatch.delivery(gateway).heads().add(with(users, hint)),
                    (users, owner) -> dispatch.passedOn(owner).heads().add(with(users, hint)));
        }
        return dispatch;
    }

    /** One {@code Deliver} for each gateway where somebody is, with its bus address. */
    void deliver(BiConsumer<String, Deliver> send) {
        for (int gateway = 0; gateway < deliveries.length; gateway++) {
            Deliver delivery = deliveries[gateway];
            if (delivery != null) send.accept(table.addressOf(gateway), delivery);
        }
    }

    /** What is for users of others' shards, by the node that is believed to own them. */
    Map<String, Route> passedOn() {
        return passedOn;
    }

    private static Events with(List<UserId> users, Events events) {
        return users == events.users() ? events : new Events(events.conversationId(), events.events(), users);
    }

    private static HeadHint with(List<UserId> users, HeadHint hint) {
        return users == hint.users() ? hint : new HeadHint(hint.conversationId(), hint.head(), users);
    }

    private Deliver delivery(int gateway) {
        Deliver delivery = deliveries[gateway];
        if (delivery == null) {
            delivery = new Deliver(route.incarnation(), new ArrayList<>(), new ArrayList<>());
            deliveries[gateway] = delivery;
        }
        return delivery;
    }

    private Route passedOn(String owner) {
        return passedOn.computeIfAbsent(
                owner, any -> new Route(route.incarnation(), new ArrayList<>(), new ArrayList<>()));
    }
}
