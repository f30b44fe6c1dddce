package chat.parley.presence;

/**
 * Bounds of one presence verticle.
 *
 * @param usersMax users online in the owned shards; who comes beyond is not routed to until there is room (the next comparison of digests)
 * @param gatewaysMax gateways that announce; one beyond is told that nothing here is owned
 */
public record PresenceConfig(int usersMax, int gatewaysMax) {
    public static final PresenceConfig DEFAULT = new PresenceConfig(2_000_000, 1_024);
}
