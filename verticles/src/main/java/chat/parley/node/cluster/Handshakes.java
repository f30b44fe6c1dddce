package chat.parley.node.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.server.Server;
import com.hazelcast.internal.server.ServerConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections of Hazelcast to which no other node answers. It has no limit of its own, and until the first byte comes the thread that
 * writes to such a connection turns round its queue of tasks and never looks at its other connections (5.3.8, {@code
 * NioOutboundPipeline.postProcessClean}): when a node stands still, the kernel takes connections for it, the search for lost parts of the cluster
 * makes one every 10 s, and what was half written to a healthy node is never finished, so that the healthy ones give each other up as well.
 *
 * <p>This reads what is internal to Hazelcast, since nothing else names its connections; {@code HandshakesTest} shows whether it still does.
 */
final class Handshakes {
    private static final Logger LOG = LoggerFactory.getLogger(Handshakes.class);

    private final Server server;
    private final long nanosMax;
    private Map<ServerConnection, Long> since = new HashMap<>(); // of those without an answer

    /** @param millisMax from when a connection was first seen to the first answer; one took up to 70 ms on a machine with 14 times its load */
    Handshakes(HazelcastInstance hazelcast, long millisMax) {
        this.server = ((HazelcastInstanceProxy) hazelcast).getOriginal().node.getServer();
        this.nanosMax = TimeUnit.MILLISECONDS.toNanos(millisMax);
    }

    /** To be run several times in that. */
    void look() {
        long now = System.nanoTime();
        Map<ServerConnection, Long> still = new HashMap<>();
        for (ServerConnection connection : server.getConnections()) {
            if (connection.getRemoteUuid() != null) continue;
            long first = since.getOrDefault(connection, now);
            if (now - first < nanosMax) {
                still.put(connection, first);
                continue;
            }
            LOG.warn("{} takes connections and does not answer", connection.getRemoteAddress());
            connection.close("no answer to the handshake", null);
        }
        since = still;
    }
}
