package chat.parley.node.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/**
 * Finds the event bus of another node by what its member says of itself, which is known here. Vert.x asks a map of the cluster, of which parts are
 * at other nodes: while two that both see a third cannot reach each other, that question to the other one hangs, and with it the connection
 * that would be made anew, until half a minute after they can.
 */
final class MemberAttributes extends HazelcastClusterManager {
    /** Where vertx-hazelcast expects the name that it uses. */
    static final String VERTX_NODE = "__vertx.nodeId";

    static final String BUS_PORT = "parley.busPort";

    private final HazelcastInstance hazelcast;

    MemberAttributes(HazelcastInstance hazelcast) {
        super(hazelcast);
        this.hazelcast = hazelcast;
    }

    @Override
    public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
        for (Member member : hazelcast.getCluster().getMembers()) {
            String port = member.getAttribute(BUS_PORT);
            if (port == null || !nodeId.equals(member.getAttribute(VERTX_NODE))) continue;
            promise.succeed(new NodeInfo(member.getAddress().getHost(), Integer.parseInt(port), null));
            return;
        }
        super.getNodeInfo(nodeId, promise);
    }
}
