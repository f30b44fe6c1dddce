package chat.parley.presence;

import chat.parley.bus.Address;
import chat.parley.bus.Announce;
import chat.parley.bus.Announced;
import chat.parley.bus.Announced.Elsewhere;
import chat.parley.bus.Compare;
import chat.parley.bus.Compare.ShardDigest;
import chat.parley.bus.NotMine;
import chat.parley.bus.Topology;
import chat.parley.model.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is where, for the users of the shards that this node owns; and what an announcement is worth. Bounded: users and gateways past
 * their bounds are not taken in, which the gateways' digests show again every 30 s.
 */
final class UserTable {
    private static final int NOBODY = -1;

    private final Topology topology;
    private final long boot;
    private final PresenceConfig config;
    private final UserKeys keys;
    private final LongConsumer changed;
    private final boolean[] mine = new boolean[UserId.SHARDS];
    private final Places[] places = new Places[UserId.SHARDS];
    private final Map<String, Gateway> byName = new LinkedHashMap<>();
    private final List<@Nullable Gateway> gateways = new ArrayList<>();

    /** Those at more than one gateway; the place of such a user is ~index. */
    private final List<int[]> several = new ArrayList<>();

    private final ArrayList<Integer> severalFree = new ArrayList<>();
    private int users;
    private long turn;
    private final AtomicLong drift = new AtomicLong(); // counters are read by others
    private final AtomicLong overflow = new AtomicLong();

    /** @param changed hears the key of a user who came to be somewhere, or is nowhere any more */
    UserTable(Topology topology, long boot, PresenceConfig config, UserKeys keys, LongConsumer changed) {
        this.topology = topology;
        this.boot = boot;
        this.config = config;
        this.keys = keys;
        this.changed = changed;
        for (int shard = 0; shard < UserId.SHARDS; shard++) places[shard] = new Places();
        moved();
    }

    /** The topology may be another: forgets the gateways of nodes that are gone, and the shards that belong to others now. */
    void moved() {
        for (Gateway gateway : List.copyOf(byName.values())) if (!topology.isAlive(gateway.node)) drop(gateway);
        for (int shard = 0; shard < UserId.SHARDS; shard++) {
            boolean isMine = topology.self().equals(topology.presenceOwner(shard));
            if (mine[shard] && !isMine) for (Gateway gateway : byName.values()) forget(gateway, shard);
            mine[shard] = isMine;
        }
    }

    /** A gateway says who came and went. */
    Announced announce(Announce announce, long nowMillis) {
        Reply reply = new Reply();
        Gateway gateway = gateway(announce.gateway(), announce.boot());
        if (gateway == null) {
            for (Announce.Step step : announce.steps()) reply.notMine.add(new NotMine(step.shard(), null));
            return reply.announced(announce.boot());
        }
        if (gateway.boot > announce.boot()) return reply.announced(gateway.boot);
        turn = Math.max(turn + 1, nowMillis);
        for (Announce.Step step : announce.steps()) {
            if (isMine(step.shard(), reply)) takeIn(gateway, step, reply);
        }
        return reply.announced(gateway.boot);
    }

    /** A gateway says what should be known of it. */
    Announced compare(Compare compare) {
        Reply reply = new Reply();
        Gateway gateway = gateway(compare.gateway(), compare.boot());
        if (gateway == null) {
            for (ShardDigest digest : compare.shards()) reply.notMine.add(new NotMine(digest.shard(), null));
            return reply.announced(compare.boot());
        }
        if (gateway.boot > compare.boot()) return reply.announced(gateway.boot);
        for (ShardDigest digest : compare.shards()) {
            int shard = digest.shard();
            if (!isMine(shard, reply) || digest.counter() < gateway.counters[shard]) continue; // overtaken on the way
            boolean isSame = digest.counter() == gateway.counters[shard]
                    && digest.users() == gateway.counts[shard]
                    && digest.sum() == gateway.sums[shard];
            if (!isSame) gateway.wanted.set(shard);
            if (gateway.wanted.get(shard)) reply.wanted.add(shard);
        }
        return reply.announced(gateway.boot);
    }

    /** {@link Places#NONE}, the number of the one gateway, or a negative number that {@link #several} knows. */
    int placeOf(UserId user) {
        return places[user.shard()].get(keys.of(user));
    }

    /** Whether the user is somewhere, as far as this node knows. */
    boolean isOnline(UserId user) {
        return placeOf(user) != Places.NONE;
    }

    /** Who comes now is not taken in. */
    boolean isFull() {
        return users >= config.usersMax();
    }

    /** The numbers of the gateways. */
    int[] several(int place) {
        return several.get(~place);
    }

    boolean isMine(UserId user) {
        return isMine(user.shard());
    }

    boolean isMine(int shard) {
        return mine[shard];
    }

    /** The bus address of a gateway by its number. */
    String addressOf(int gateway) {
        return known(gateway).address;
    }

    /** Numbers of gateways are below this. */
    int numbers() {
        return gateways.size();
    }

    /** The names of the gateways where the user is. */
    List<String> gatewaysOf(UserId user) {
        return namesOf(placeOf(user), NOBODY);
    }

    /** Users online in the owned shards. */
    int users() {
        return users;
    }

    /** How often since the start a user had to be put right whose gateway had been heard before: what was lost on the way. */
    long drift() {
        return drift.get();
    }

    /** How many comings were not taken in because the table was full. */
    long overflow() {
        return overflow.get();
    }

    private boolean isMine(int shard, Reply reply) {
        if (mine[shard]) return true;
        String owner = topology.presenceOwner(shard);
        reply.notMine.add(new NotMine(shard, topology.self().equals(owner) ? null : owner));
        return false;
    }

    /** Null: not to be taken in. */
    private @Nullable Gateway gateway(String name, long itsBoot) {
        Gateway gateway = byName.get(name);
        if (gateway != null && gateway.boot < itsBoot) {
            drop(gateway);
            gateway = null;
        }
        if (gateway == null) {
            String node = nodeOf(name);
            if (!topology.isAlive(node) || byName.size() >= config.gatewaysMax()) return null;
            int free = gateways.indexOf(null);
            gateway = new Gateway(name, node, itsBoot, free < 0 ? gateways.size() : free);
            if (free < 0) gateways.add(gateway);
            else gateways.set(free, gateway);
            byName.put(name, gateway);
        }
        return gateway;
    }

    /** The node of a gateway by its name. */
    static String nodeOf(String gateway) {
        return gateway.substring(0, Math.max(0, gateway.lastIndexOf('.')));
    }

    private void takeIn(Gateway gateway, Announce.Step step, Reply reply) {
        int shard = step.shard();
        long counter = gateway.counters[shard];
        if (step.counter() > counter) {
            if (step.whole()) {
                takeInWhole(gateway, step, reply);
                gateway.wanted.clear(shard);
            } else {
                for (UserId user : step.came()) add(gateway, user);
                for (UserId user : step.gone()) remove(gateway, user);
                if (step.counter() > counter + 1) gateway.wanted.set(shard);
            }
            gateway.counters[shard] = step.counter();
            for (UserId user : step.came()) {
                int place = placeOf(user);
                if (place < 0 && place != Places.NONE) {
                    reply.elsewhere.add(new Elsewhere(user, namesOf(place, gateway.number)));
                }
            }
        }
        if (gateway.wanted.get(shard)) reply.wanted.add(shard);
    }

    private void takeInWhole(Gateway gateway, Announce.Step step, Reply reply) {
        int shard = step.shard();
        boolean wasKnown = gateway.counters[shard] > 0;
        Places before = new Places();
        for (long key : keysAt(gateway, shard)) before.put(key, 0);
        for (UserId user : step.came()) {
            if (before.remove(keys.of(user))) continue;
            if (!add(gateway, user)) continue;
            reply.unknown.add(user);
            if (wasKnown) drift.incrementAndGet();
        }
        drift.addAndGet(before.size());
        for (long key : before.keysWhere(any -> true)) removeKey(gateway, shard, key);
        long sum = 0;
        for (UserId user : step.came()) sum += Compare.of(user);
        gateway.sums[shard] = sum;
    }

    /** False: the user was there, or there is no room. */
    private boolean add(Gateway gateway, UserId user) {
        int shard = user.shard();
        if (!mine[shard]) return false;
        long key = keys.of(user);
        int place = places[shard].get(key);
        if (isAt(place, gateway.number)) return false;
        if (place == Places.NONE) {
            if (isFull()) {
                overflow.incrementAndGet();
                return false;
            }
            users++;
            places[shard].put(key, gateway.number);
            changed.accept(key);
        } else if (place >= 0) {
            places[shard].put(key, keep(new int[] {place, gateway.number}));
        } else {
            int[] more = Arrays.copyOf(several(place), several(place).length + 1);
            more[more.length - 1] = gateway.number;
            several.set(~place, more);
        }
        gateway.counts[shard]++;
        gateway.sums[shard] += Compare.of(user);
        return true;
    }

    private void remove(Gateway gateway, UserId user) {
        int shard = user.shard();
        if (removeKey(gateway, shard, keys.of(user))) gateway.sums[shard] -= Compare.of(user);
    }

    /** The user is no longer at the gateway. False: was not. */
    private boolean removeKey(Gateway gateway, int shard, long key) {
        int place = places[shard].get(key);
        if (!isAt(place, gateway.number)) return false;
        gateway.counts[shard]--;
        int left = without(place, gateway.number);
        if (left != Places.NONE) {
            places[shard].put(key, left);
        } else {
            places[shard].remove(key);
            users--;
            changed.accept(key);
        }
        return true;
    }

    /** The place of a user who is no longer at that gateway. */
    private int without(int place, int number) {
        if (!isAt(place, number)) return place;
        if (place >= 0) return Places.NONE;
        int[] left =
                Arrays.stream(several(place)).filter(each -> each != number).toArray();
        if (left.length > 1) {
            several.set(~place, left);
            return place;
        }
        severalFree.add(~place);
        return left[0];
    }

    private int keep(int[] numbers) {
        if (severalFree.isEmpty()) {
            several.add(numbers);
            return ~(several.size() - 1);
        }
        int index = severalFree.removeLast();
        several.set(index, numbers);
        return ~index;
    }

    private boolean isAt(int place, int number) {
        if (place >= 0 || place == Places.NONE) return place == number;
        for (int each : several(place)) if (each == number) return true;
        return false;
    }

    private long[] keysAt(Gateway gateway, int shard) {
        if (gateway.counts[shard] == 0) return new long[0];
        return places[shard].keysWhere(place -> isAt(place, gateway.number));
    }

    private void drop(Gateway gateway) {
        for (int shard = 0; shard < UserId.SHARDS; shard++) forget(gateway, shard);
        byName.remove(gateway.name);
        gateways.set(gateway.number, null);
    }

    private void forget(Gateway gateway, int shard) {
        for (long key : keysAt(gateway, shard)) removeKey(gateway, shard, key);
        gateway.counters[shard] = 0;
        gateway.sums[shard] = 0;
        gateway.wanted.clear(shard);
    }

    private List<String> namesOf(int place, int without) {
        if (place == Places.NONE) return List.of();
        if (place >= 0) return List.of(known(place).name);
        List<String> names = new ArrayList<>();
        for (int number : several(place)) if (number != without) names.add(known(number).name);
        return names;
    }

    private Gateway known(int number) {
        Gateway gateway = gateways.get(number);
        if (gateway == null) throw new IllegalStateException("no gateway " + number);
        return gateway;
    }

    /** What is known of one gateway, by user shard. */
    private static final class Gateway {
        final String name;
        final String node;
        final String address;
        final long boot;
        final int number;

        /** Of the last step taken in; 0: none. */
        final long[] counters = new long[UserId.SHARDS];

        final int[] counts = new int[UserId.SHARDS];
        final long[] sums = new long[UserId.SHARDS];

        /** Shards of which a step is missing. */
        final BitSet wanted = new BitSet();

        Gateway(String name, String node, long boot, int number) {
            this.name = name;
            this.node = node;
            this.address = Address.gateway(name);
            this.boot = boot;
            this.number = number;
        }
    }

    private final class Reply {
        final List<Integer> wanted = new ArrayList<>(0);
        final List<NotMine> notMine = new ArrayList<>(0);
        final List<Elsewhere> elsewhere = new ArrayList<>(0);
        final List<UserId> unknown = new ArrayList<>(0);

        Announced announced(long gatewayBoot) {
            return new Announced(topology.self(), boot, gatewayBoot, turn, wanted, notMine, elsewhere, unknown);
        }
    }
}
