package chat.parley.presence;

import chat.parley.bus.Address;
import chat.parley.bus.Presences;
import chat.parley.bus.Presences.State;
import chat.parley.bus.Topology;
import chat.parley.bus.Watch;
import chat.parley.model.UserId;
import chat.parley.wire.ServerFrame.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which gateways want to know of which users, and what they were told: online at once, offline after a grace in which reconnecting
 * users come back, nothing while it is not known. What is to be told is gathered for each gateway.
 *
 * <p>A watch lapses unless it is said again, and the answer to that says how things stand: so nothing that is lost stays lost, and
 * nobody has to take leave. Bounded: watches past the bound are left out of the answer.
 */
final class Watchers {
    private static final long GATHER_MILLIS = 100;
    private static final int STATES_MAX = 1_000;

    private final UserTable table;
    private final UserKeys keys;
    private final Topology topology;
    private final PresenceConfig config;
    private final Map<Long, Watched> watched = new HashMap<>();
    private final Map<String, Gateway> gateways = new LinkedHashMap<>();
    private final Set<Watched> touched = new LinkedHashSet<>();
    private final PriorityQueue<Watched> due = new PriorityQueue<>(Comparator.comparingLong(each -> each.queuedAt));

    /** By shard: when users who are nowhere are offline, as all gateways have had their say. */
    private final long[] settledAt = new long[UserId.SHARDS];

    private final boolean[] mine = new boolean[UserId.SHARDS];
    private int watches;
    private long turn;

    Watchers(UserTable table, UserKeys keys, Topology topology, PresenceConfig config) {
        this.table = table;
        this.keys = keys;
        this.topology = topology;
        this.config = config;
    }

    /** The topology may be another than before; the table knows already. */
    void moved(long nowMillis) {
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            boolean isMine = table.isMine(shard);
            if (isMine && !mine[shard]) settledAt[shard] = nowMillis + config.settleMillis();
            mine[shard] = isMine;
        }
        for (Watched user : List.copyOf(watched.values())) if (!table.isMine(user.id)) forget(user);
        for (Gateway gateway : List.copyOf(gateways.values())) if (!topology.isAlive(gateway.node)) drop(gateway);
    }

    /** The table says that a user came to be somewhere, or is nowhere any more. */
    void changed(long key) {
        Watched user = watched.get(key);
        if (user != null) touched.add(user);
    }

    /** A gateway says whom it watches. */
    Presences watch(Watch watch, long nowMillis, long wallMillis) {
        List<State> states = new ArrayList<>(watch.users().size());
        Gateway gateway = gateway(watch.gateway(), watch.boot());
        if (gateway != null) {
            for (UserId id : watch.gone()) {
                Watched user = watched.get(keys.of(id));
                if (user != null) unwatch(gateway, user);
            }
            for (UserId id : watch.users()) {
                Watched user = table.isMine(id) ? watch(gateway, id, nowMillis) : null;
                if (user != null) states.add(user.state());
            }
        }
        return presences(states, wallMillis);
    }

    /** How it stands with these users now. */
    Presences ask(List<UserId> users, long nowMillis, long wallMillis) {
        List<State> states = new ArrayList<>(users.size());
        for (UserId id : users) {
            if (!table.isMine(id)) continue;
            Watched user = watched.get(keys.of(id));
            states.add(user == null ? new State(id, statusOf(id, nowMillis), 0) : user.state());
        }
        return presences(states, wallMillis);
    }

    /** Where the user is watched: bus addresses. */
    List<String> watching(UserId id) {
        Watched user = watched.get(keys.of(id));
        if (user == null) return List.of();
        return user.gateways.stream().map(gateway -> gateway.address).toList();
    }

    /** What is to be told now. */
    List<Tell> act(long nowMillis, long wallMillis) {
        for (Watched user : touched) settle(user, nowMillis, wallMillis);
        touched.clear();
        while (!due.isEmpty() && due.element().queuedAt <= nowMillis) overdue(due.remove(), nowMillis);
        List<Tell> tells = new ArrayList<>(0);
        for (Gateway gateway : List.copyOf(gateways.values())) {
            lapse(gateway, nowMillis);
            if (!gateway.untold.isEmpty() && nowMillis >= gateway.toldAt + GATHER_MILLIS) {
                gateway.toldAt = nowMillis;
                tell(gateway, wallMillis, tells);
            }
        }
        return tells;
    }

    /** When {@link #act} will have something to do though nothing happens. */
    long nextAt() {
        long at = due.isEmpty() ? Long.MAX_VALUE : due.element().queuedAt;
        for (Gateway gateway : gateways.values()) {
            if (!gateway.untold.isEmpty()) at = Math.min(at, gateway.toldAt + GATHER_MILLIS);
            if (!gateway.lapses.isEmpty())
                at = Math.min(at, gateway.lapses.firstEntry().getValue());
        }
        return at;
    }

    /** Users watched, counted for each gateway that does. */
    int watches() {
        return watches;
    }

    private @Nullable Gateway gateway(String name, long boot) {
        Gateway gateway = gateways.get(name);
        if (gateway != null && gateway.boot > boot) return null;
        if (gateway != null && gateway.boot < boot) {
            drop(gateway);
            gateway = null;
        }
        if (gateway == null) {
            String node = UserTable.nodeOf(name);
            if (!topology.isAlive(node) || gateways.size() >= config.gatewaysMax()) return null;
            gateway = new Gateway(name, node, boot);
            gateways.put(name, gateway);
        }
        return gateway;
    }

    /** Null: there is no room. */
    private @Nullable Watched watch(Gateway gateway, UserId id, long nowMillis) {
        long key = keys.of(id);
        Watched user = watched.get(key);
        boolean isWatching = gateway.lapses.remove(key) != null;
        if (!isWatching && watches >= config.watchesMax()) return null;
        if (user == null) {
            user = new Watched(id, key);
            user.status = statusOf(id, nowMillis);
            if (user.status == Status.UNKNOWN) queue(user, Math.max(settledAt[id.shard()], nowMillis + 1));
            watched.put(key, user);
        }
        gateway.lapses.put(key, nowMillis + Watch.LAPSE_MILLIS);
        gateway.untold.remove(user);
        if (!isWatching) {
            user.gateways.add(gateway);
            watches++;
        }
        return user;
    }

    private Status statusOf(UserId id, long nowMillis) {
        if (table.isOnline(id)) return Status.ONLINE;
        return table.isFull() || nowMillis < settledAt[id.shard()] ? Status.UNKNOWN : Status.OFFLINE;
    }

    /** The user came or went. */
    private void settle(Watched user, long nowMillis, long wallMillis) {
        if (user.gateways.isEmpty()) return;
        if (table.isOnline(user.id)) {
            user.dueAt = 0;
            change(user, Status.ONLINE, 0);
        } else if (user.status == Status.ONLINE && user.dueAt == 0) {
            user.goneAt = wallMillis;
            queue(user, nowMillis + config.graceMillis());
        }
    }

    /** A time has come for the user, who may have come back, or gone again, since it was set. */
    private void overdue(Watched user, long nowMillis) {
        user.isQueued = false;
        if (user.gateways.isEmpty() || user.dueAt == 0) return;
        if (user.dueAt > nowMillis) {
            queue(user, user.dueAt);
            return;
        }
        user.dueAt = 0;
        Status status = statusOf(user.id, nowMillis);
        change(user, status, status == Status.OFFLINE ? user.goneAt : 0);
        if (status == Status.UNKNOWN) queue(user, nowMillis + config.settleMillis());
    }

    private void queue(Watched user, long atMillis) {
        user.dueAt = atMillis;
        if (user.isQueued) return;
        user.isQueued = true;
        user.queuedAt = atMillis;
        due.add(user);
    }

    private static void change(Watched user, Status status, long lastSeenAt) {
        if (user.status == status) return;
        user.status = status;
        user.lastSeenAt = lastSeenAt;
        for (Gateway gateway : user.gateways) gateway.untold.add(user);
    }

    private void tell(Gateway gateway, long wallMillis, List<Tell> tells) {
        List<State> states = new ArrayList<>(Math.min(STATES_MAX, gateway.untold.size()));
        for (Watched user : gateway.untold) {
            states.add(user.state());
            if (states.size() < STATES_MAX) continue;
            tells.add(new Tell(gateway.address, presences(states, wallMillis)));
            states = new ArrayList<>();
        }
        if (!states.isEmpty()) tells.add(new Tell(gateway.address, presences(states, wallMillis)));
        gateway.untold.clear();
    }

    private Presences presences(List<State> states, long wallMillis) {
        turn = Math.max(turn + 1, wallMillis);
        return new Presences(topology.self(), turn, states);
    }

    private void lapse(Gateway gateway, long nowMillis) {
        Iterator<Map.Entry<Long, Long>> eldest = gateway.lapses.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<Long, Long> next = eldest.next();
            if (next.getValue() > nowMillis) break;
            eldest.remove();
            Watched user = watched.get(next.getKey());
            if (user != null) leave(gateway, user);
        }
        if (gateway.lapses.isEmpty()) gateways.remove(gateway.name);
    }

    private void unwatch(Gateway gateway, Watched user) {
        if (gateway.lapses.remove(user.key) != null) leave(gateway, user);
    }

    /** The user is another's: what is known of them now will not hold should they come back. */
    private void forget(Watched user) {
        for (Gateway gateway : List.copyOf(user.gateways)) unwatch(gateway, user);
    }

    private void leave(Gateway gateway, Watched user) {
        watches--;
        gateway.untold.remove(user);
        user.gateways.remove(gateway);
        if (user.gateways.isEmpty()) watched.remove(user.key);
    }

    private void drop(Gateway gateway) {
        gateways.remove(gateway.name);
        for (Long key : gateway.lapses.keySet()) {
            Watched user = watched.get(key);
            if (user != null) leave(gateway, user);
        }
        gateway.lapses.clear();
    }

    /** To be sent to a gateway. */
    record Tell(String address, Presences presences) {}

    /** A user whom at least one gateway watches. */
    private static final class Watched {
        final UserId id;
        final long key;
        final List<Gateway> gateways = new ArrayList<>(1);
        Status status = Status.UNKNOWN;
        long lastSeenAt;

        /** When the user was last seen to go, by the wall clock; 0: was not. */
        long goneAt;

        /** When it is time to see whether the user is offline; 0: it is not to be seen. */
        long dueAt;

        /** Stands in {@link Watchers#due}, once, for then or earlier. */
        boolean isQueued;

        long queuedAt;

        Watched(UserId id, long key) {
            this.id = id;
            this.key = key;
        }

        State state() {
            return new State(id, status, lastSeenAt);
        }
    }

    /** A gateway that watches. */
    private static final class Gateway {
        final String name;
        final String node;
        final String address;
        final long boot;

        /** By the key of the user, in the order in which they lapse. */
        final LinkedHashMap<Long, Long> lapses = new LinkedHashMap<>();

        final Set<Watched> untold = new LinkedHashSet<>();
        long toldAt = Long.MIN_VALUE / 2;

        Gateway(String name, String node, long boot) {
            this.name = name;
            this.node = node;
            this.address = Address.gateway(name);
            this.boot = boot;
        }
    }
}
