package chat.parley.bus;

import org.jspecify.annotations.Nullable;

/** Every address of the bus, named after the inbox it is. Only this class spells one. */
public final class Address {
    private static final String GATEWAY = "gateway.";
    private static final String GATEWAYS = "gateways.";
    private static final String PRESENCE = "presence.";
    private static final String SEQUENCER = "sequencer.";
    private static final String FANOUT = "fanout.";
    private static final String NODE = "node.";

    private Address() {}

    /** A gateway instance: takes {@link Deliver}. */
    public static String gateway(String gateway) {
        return GATEWAY + gateway;
    }

    /** All gateway instances of the node, each of which hears it: take {@link Deliver} of large conversations. Not in the registry. */
    public static String gateways(String node) {
        return GATEWAYS + node;
    }

    /** Whether all listeners of the node hear what is sent there, not the last one alone. */
    public static boolean isForAll(String address) {
        return address.startsWith(GATEWAYS);
    }

    /**
     * The sequencer of this node that owns the shard: takes {@link Submit} and {@link Pull}. Not in the registry: at another node it is
     * reached over {@link #node}, see {@link Topology#addressOf}.
     */
    public static String sequencer(int shard) {
        return SEQUENCERS[shard];
    }

    /** Whether only this node knows the address: who is elsewhere names the node, see {@link Topology#addressOf}. */
    public static boolean isHome(String address) {
        return address.startsWith(SEQUENCER) || address.startsWith(FANOUT) || isForAll(address);
    }

    /** The presence verticle of the node: takes announcements and {@link Route}. */
    public static String presence(String node) {
        return PRESENCE + node;
    }

    /** The fan-out worker of this node that owns the shard: takes {@link Spread}. As {@link #sequencer}. */
    public static String fanout(int shard) {
        return FANOUT + shard;
    }

    /** The node's control verticle: takes {@link Bundle}, {@link Canary} and {@link Command}, and what is for the owners of its shards. */
    public static String node(String node) {
        return NODE + node;
    }

    /** The node of a {@link #gateway}, of {@link #gateways}, {@link #presence} or {@link #node}; null: the address does not say. Names of nodes have no dot. */
    static @Nullable String nodeOf(String address) {
        int start = -1;
        if (address.startsWith(GATEWAY)) start = GATEWAY.length();
        else if (address.startsWith(PRESENCE)) start = PRESENCE.length();
        else if (address.startsWith(GATEWAYS)) start = GATEWAYS.length();
        else if (address.startsWith(NODE)) start = NODE.length();
        if (start < 0) return null;
        int end = address.indexOf('.', start);
        return end < 0 ? address.substring(start) : address.substring(start, end);
    }

    private static final String[] SEQUENCERS = new String[chat.parley.model.ConversationId.SHARDS];

    static {
        for (int shard = 0; shard < SEQUENCERS.length; shard++) SEQUENCERS[shard] = SEQUENCER + shard;
    }
}
