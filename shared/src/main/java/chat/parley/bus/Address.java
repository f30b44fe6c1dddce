package chat.parley.bus;

/** Every address of the bus, named after the inbox it is. Only this class spells one. */
public final class Address {
    private Address() {}

    /** A gateway instance: takes {@link Deliver}. */
    public static String gateway(String gateway) {
        return "gateway." + gateway;
    }

    /** The sequencer that owns the shard: takes {@link Submit} and {@link Pull}. */
    public static String sequencer(int shard) {
        return SEQUENCERS[shard];
    }

    /** The presence verticle of the node: takes announcements and {@link Route}. */
    public static String presence(String node) {
        return "presence." + node;
    }

    /** The fan-out worker that owns the shard: takes {@link Spread}. */
    public static String fanout(int shard) {
        return "fanout." + shard;
    }

    /** The node's control verticle. */
    public static String node(String node) {
        return "node." + node;
    }

    private static final String[] SEQUENCERS = new String[chat.parley.model.ConversationId.SHARDS];

    static {
        for (int shard = 0; shard < SEQUENCERS.length; shard++) SEQUENCERS[shard] = "sequencer." + shard;
    }
}
