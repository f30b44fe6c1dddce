package chat.parley.bus;

import chat.parley.model.UserId;
import java.util.List;

/**
 * What the owner of user shards answers to {@link Announce} and {@link Compare}. A shard that is in neither list is known to the owner
 * up to the counter that was said.
 *
 * @param node the owner
 * @param boot of the owner: another one than before means that it has forgotten everything
 * @param gatewayBoot the boot of that gateway which the owner goes by; if it is greater than the asker's, the owner takes the asker
 *     for a ghost and did nothing: it must take a greater one and say everything again
 * @param turn grows with every announcement of whatever gateway: of two sessions of one device the greater turn is the newer
 * @param wanted shards of which the owner missed something: it wants the whole
 * @param notMine shards that belong to another
 * @param elsewhere for each user who came: at which other gateways they are; users who are at none are not listed
 * @param unknown users of whole shards that the owner had not known at this gateway: nothing was routed to them there
 */
public record Announced(
        String node,
        long boot,
        long gatewayBoot,
        long turn,
        List<Integer> wanted,
        List<NotMine> notMine,
        List<Elsewhere> elsewhere,
        List<UserId> unknown) {
    /** A user, and other gateways where they are. */
    public record Elsewhere(UserId userId, List<String> gateways) {}
}
