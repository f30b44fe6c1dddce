package chat.parley.node.cluster;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node meets the others.
 *
 * @param name of the cluster: who has another is not let in
 * @param host the node's private address, where both ports are
 * @param port of the cluster's membership (Hazelcast)
 * @param busPort of the event bus
 * @param members {@code host:port} of nodes that may be there already
 * @param tls of the bus; null: none, which is for trying
 */
public record ClusterConfig(
        String name,
        String host,
        int port,
        int busPort,
        List<String> members,
        @Nullable Tls tls) {
    /** @param keys of this node, PKCS 12 @param trust the certificate of the cluster's authority, PKCS 12 @param password file with that of both */
    public record Tls(Path keys, Path trust, Path password) {}

    /** Whether an address is one that only an inner network can reach. */
    public static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean isShared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64; // RFC 6598
        boolean isBench = bytes.length == 4 && (bytes[0] & 0xff) == 198 && (bytes[1] & 0xfe) == 18; // RFC 2544
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || isUniqueLocal
                || isShared
                || isBench;
    }
}
