package chat.parley.store;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where devices were a short while ago: said again and again by the gateways that have them, and forgotten by itself. For those who look a
 * user up while nobody else knows; routing never reads it. What is in it was so, at most its lifetime ago; that something is missing
 * says nothing. Whoever cannot reach it goes on without.
 */
public interface Presence {
    /** For which it stands, from when it was said last. */
    long LIFETIME_MILLIS = 60_000;

    /** These are there now. */
    Future<Void> refresh(Collection<Seen> seen);

    /** These have gone; what was said of a device by another gateway since then stays. */
    Future<Void> remove(Collection<Seen> gone);

    /** Where devices of these users are; users of whom nothing is known are not in the answer. */
    Future<Map<UserId, List<Seen>>> find(Collection<UserId> users);

    /**
     * One device.
     *
     * @param gateway as in its address, {@code <node>.<instance>}
     * @param activeAt when it said something last, in Unix milliseconds
     */
    record Seen(UserId userId, DeviceId deviceId, String gateway, long activeAt) {
        /** Of the gateway. */
        public String node() {
            return gateway.substring(0, Math.max(0, gateway.lastIndexOf('.')));
        }
    }
}
