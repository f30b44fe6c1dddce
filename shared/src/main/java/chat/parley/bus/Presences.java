package chat.parley.bus;

import chat.parley.model.UserId;
import chat.parley.wire.ServerFrame.Status;
import java.util.List;

/**
 * What the owner of user shards knows of users: its answer to {@link Watch} and {@link Ask}; and to {@code gateway.<gateway>} when it changes for one
 * who is watched there. It is the bare truth: who may be shown it is the gateway's to decide.
 *
 * @param node the owner
 * @param turn grows with every such message of the node: what comes with a smaller one is older
 * @param states users who are not the owner's are not among them
 */
public record Presences(String node, long turn, List<State> states) {
    /**
     * One user.
     *
     * @param status UNKNOWN: the owner cannot say yet
     * @param lastSeenAt when a user who is offline went, in Unix milliseconds; 0: not known here
     */
    public record State(UserId userId, Status status, long lastSeenAt) {}
}
