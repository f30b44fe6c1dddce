package chat.parley.presence;

/**
 * Bounds of one presence verticle, and how it damps.
 *
 * @param usersMax users online in the owned shards; who comes beyond is not routed to until there is room (the next comparison of digests)
 * @param gatewaysMax gateways that announce; one beyond is told that nothing here is owned; likewise gateways that watch
 * @param watchesMax users watched, counted for each gateway that does; one beyond is not watched, and not told of
 * @param graceMillis after which a user who has gone is offline: who is back by then never was
 * @param settleMillis for which a user who is nowhere is not called offline, in a shard that has just come here
 */
public record PresenceConfig(int usersMax, int gatewaysMax, int watchesMax, long graceMillis, long settleMillis) {
    public static final PresenceConfig DEFAULT = new PresenceConfig(2_000_000, 1_024, 1_000_000, 3_000, 5_000);
}
