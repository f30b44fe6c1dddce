package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are alive, as this node believes, and so who owns which shard: of the nodes with the role the one with the highest score
 * (rendezvous hashing), so that a node that comes or goes moves only its own share. A hint (P6): others may believe otherwise.
 *
 * <p>Whoever knows the nodes calls {@link #update}, from any thread; readers see one consistent picture or the next.
 */
public final class Topology {
    private final String self;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Picture picture;

    public Topology(String self, Collection<Node> nodes) {
        this.self = self;
        this.picture = Picture.of(nodes);
    }

    /** A node alone, with every role. */
    public static Topology single(String node) {
        return new Topology(node, List.of(new Node(node, EnumSet.allOf(NodeRole.class))));
    }

    /** The nodes that are alive now. Listeners hear of it if anything changed. */
    public void update(Collection<Node> nodes) {
        Picture next = Picture.of(nodes);
        synchronized (this) {
            if (next.nodes.equals(picture.nodes)) return;
            picture = next;
        }
        for (Runnable listener : listeners) listener.run();
    }

    /** Runs {@code changed} on the loop, once for the present picture and after every change. To be called on that loop. Returns what ends it. */
    public Runnable listen(Loop loop, Runnable changed) {
        Runnable listener = () -> loop.soon(changed);
        listeners.add(listener);
        loop.soon(changed);
        return () -> listeners.remove(listener);
    }

    /** This node's name. */
    public String self() {
        return self;
    }

    /** The names of the nodes that are alive, sorted. */
    public Set<String> nodes() {
        return picture.nodes.navigableKeySet();
    }

    /** What the node does; nothing if it is not alive. */
    public Set<NodeRole> roles(String node) {
        return picture.nodes.getOrDefault(node, Set.of());
    }

    public boolean isAlive(String node) {
        return picture.nodes.containsKey(node);
    }

    /** The node that knows where the users of this shard are; null: there is none. */
    public @Nullable String presenceOwner(int userShard) {
        return picture.presence[userShard];
    }

    /** The node that sequences this shard; null: there is none. */
    public @Nullable String sequencerOwner(int shard) {
        return picture.sequencers[shard];
    }

    /**
     * Where that node is asked for what only it knows at the address: this node there, without the registry; another over the one address
     * by which the registry knows it for all its life. So shards change hands without a word to the registry.
     */
    public String addressOf(String node, String address) {
        return node.equals(self) ? address : Address.node(node);
    }

    /** The node that repeats the heads of this shard; null: there is none. */
    public @Nullable String fanoutOwner(int shard) {
        return picture.fanouts[shard];
    }

    /** The nodes that have gateways, sorted. */
    public List<String> gateways() {
        return picture.gateways;
    }

    /** The node that brings this part of the event log to consumers; null: there is none. */
    public @Nullable String consumerOwner(int part) {
        return picture.consumers[part];
    }

    /** A node that is alive. */
    public record Node(String name, Set<NodeRole> roles) {}

    /** What follows from one set of nodes. */
    @SuppressWarnings("ArrayRecordComponent") // never changed
    private record Picture(
            TreeMap<String, Set<NodeRole>> nodes,
            @Nullable String[] presence,
            @Nullable String[] sequencers,
            @Nullable String[] fanouts,
            @Nullable String[] consumers,
            List<String> gateways) {
        static Picture of(Collection<Node> nodes) {
            TreeMap<String, Set<NodeRole>> byName = new TreeMap<>();
            for (Node node : nodes) byName.put(node.name(), Set.copyOf(node.roles()));
            return new Picture(
                    byName,
                    owners(byName, NodeRole.PRESENCE, UserId.SHARDS),
                    owners(byName, NodeRole.SEQUENCER, ConversationId.SHARDS),
                    owners(byName, NodeRole.FANOUT, ConversationId.SHARDS),
                    owners(byName, NodeRole.CONSUMERS, ConversationId.SHARDS),
                    byName.keySet().stream()
                            .filter(node -> byName.getOrDefault(node, Set.of()).contains(NodeRole.GATEWAY))
                            .toList());
        }

        private static @Nullable String[] owners(TreeMap<String, Set<NodeRole>> nodes, NodeRole role, int shards) {
            @Nullable String[] owners = new @Nullable String[shards];
            long[] best = new long[shards];
            Arrays.fill(best, Long.MIN_VALUE);
            nodes.forEach((node, roles) -> {
                if (!roles.contains(role)) return;
                long seed = mix(node.hashCode() * 31L + role.ordinal());
                for (int shard = 0; shard < shards; shard++) {
                    long score = mix(seed + shard * 0x9e3779b97f4a7c15L);
                    if (owners[shard] == null || score > best[shard]) {
                        owners[shard] = node;
                        best[shard] = score;
                    }
                }
            });
            return owners;
        }

        /** The finaliser of Murmur 3. */
        private static long mix(long value) {
            long h = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
            h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
            return h ^ (h >>> 33);
        }
    }
}
