package chat.parley.bus;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The bus of one loop of a node in a cluster: what is sent to another node goes there in {@link Bundle}s, which that node acknowledges; what is
 * for this node, and what is asked, goes as it is. The event bus decodes whatever comes to a node on one loop and has no flow control,
 * so many messages in one cost a fraction, and what a node does not acknowledge has a bound ({@link Windows}).
 *
 * <p>A bundle leaves at the end of the turn, or, while an earlier one is not acknowledged, 5 ms after its first message or when it has 256 KiB.
 */
public final class PeerBus implements Bus {
    private static final long GATHER_MILLIS = 5;
    private static final int BUNDLE_BYTES_MAX = 256 << 10;

    /** What a bundle without an answer is waited for; then it counts as lost. */
    private static final long ANSWER_MILLIS = 10_000;

    private final Bus bus;
    private final Loop loop;
    private final Topology topology;
    private final Windows windows;
    private final Map<String, Peer> peers = new HashMap<>();

    public PeerBus(Bus bus, Loop loop, Topology topology, Windows windows) {
        this.bus = bus;
        this.loop = loop;
        this.topology = topology;
        this.windows = windows;
    }

    @Override
    public void send(String address, Object message) {
        String node = Address.nodeOf(address);
        if (node == null || node.equals(topology.self())) bus.send(address, message);
        else peers.computeIfAbsent(node, Peer::new).add(address, message);
    }

    @Override
    public Future<Object> request(String address, Object message, long timeoutMillis) {
        return bus.request(address, message, timeoutMillis);
    }

    @Override
    public Future<Listening> listen(String address, Consumer<Received> listener) {
        return bus.listen(address, listener);
    }

    /** Passes on what came in a bundle, in order; what cannot be read is refused. Returns the acknowledgement. */
    public static Unbundled unbundle(Bundle bundle, BiConsumer<String, Object> passOn, Unreadable unreadable) {
        int passedOn = 0;
        for (Bundle.Parcel parcel : bundle.parcels()) {
            try {
                passOn.accept(parcel.address(), BusCodecs.unpack(parcel));
                passedOn++;
            } catch (IllegalArgumentException why) {
                unreadable.refuse(parcel.address(), why);
            }
        }
        return new Unbundled(passedOn);
    }

    /** Another node. */
    private final class Peer {
        private final String node;
        private final Windows.Window window;
        private List<Bundle.Parcel> gathered = new ArrayList<>();
        private int bytes;
        private int underWay;
        private boolean isPlanned;

        Peer(String node) {
            this.node = node;
            this.window = windows.of(node);
        }

        void add(String address, Object message) {
            Bundle.Parcel parcel = BusCodecs.pack(address, message);
            int size = parcel.body().length + address.length();
            if (!window.take(size)) return;
            gathered.add(parcel);
            bytes += size;
            if (bytes >= BUNDLE_BYTES_MAX) {
                flush();
            } else if (!isPlanned) {
                isPlanned = true;
                if (underWay == 0) loop.soon(this::flush);
                else loop.after(GATHER_MILLIS, this::flush);
            }
        }

        private void flush() {
            isPlanned = false;
            if (gathered.isEmpty()) return;
            int size = bytes;
            Bundle bundle = new Bundle(gathered);
            gathered = new ArrayList<>();
            bytes = 0;
            underWay++;
            bus.request(Address.node(node), bundle, ANSWER_MILLIS).onComplete(answer -> {
                underWay--;
                window.free(size, answer.succeeded());
                if (underWay == 0) flush();
                if (underWay == 0 && !topology.isAlive(node)) peers.remove(node, this);
            });
        }
    }
}
