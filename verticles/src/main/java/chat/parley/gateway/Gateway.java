package chat.parley.gateway;

import chat.parley.bus.Bus;
import chat.parley.bus.Loop;
import chat.parley.bus.Topology;
import chat.parley.gateway.auth.Tokens;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Stores;
import chat.parley.wire.CloseCode;
import io.vertx.core.Future;
import java.util.random.RandomGenerator;

/** One gateway instance: the sessions of one event loop, and what stands between them and the bus. Used from that loop only. */
public final class Gateway {
    /**
     * @param name of the instance, {@code <node>.<number>}
     * @param boot greater than that of the instance's life before
     */
    public Gateway(
            String name,
            long boot,
            Bus bus,
            Loop loop,
            Stores stores,
            Topology topology,
            Tokens tokens,
            RandomGenerator random,
            GatewayConfig config) {}

    /** Completes once the instance can be reached on the bus. */
    public Future<Void> start() {
        throw new UnsupportedOperationException();
    }

    /** A device has connected; it has not said who it is. */
    public Session open(Transport transport) {
        throw new UnsupportedOperationException();
    }

    /** Takes no new sessions, tells all to go elsewhere, spread over the window, then closes those that are left. Completes when none is. */
    public Future<Void> drain(long windowMillis) {
        throw new UnsupportedOperationException();
    }

    /** Sends drafts to their sequencers; for HTTP too. */
    public Submitter submitter() {
        throw new UnsupportedOperationException();
    }

    /** Pages of entries as a user may see them. */
    public Pages pages() {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes the cost of an operation from the user's allowance.
     *
     * @return 0, or after how many milliseconds to try again
     */
    public long admit(UserId user, int cost) {
        throw new UnsupportedOperationException();
    }

    /** Ends all sessions of a device, wherever they are. */
    public void endSessions(UserId user, DeviceId device, CloseCode code) {
        throw new UnsupportedOperationException();
    }

    /** Sessions that are open now, with or without a hello. */
    public int sessions() {
        throw new UnsupportedOperationException();
    }
}
