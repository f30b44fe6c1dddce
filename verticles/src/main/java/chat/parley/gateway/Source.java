package chat.parley.gateway;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection or a request comes from, as limits and logs see it. All of an IPv6 /64 is one source, as one customer has all of it.
 *
 * @param address null: not known, as nothing is that comes by other ways than the network
 * @param via the proxy on the other side of the connection; null: the source itself is there
 * @param isProxy whether it is a trusted proxy, with many clients behind it that cannot be told apart
 * @param isExempt from every limit per source
 */
public record Source(
        @Nullable InetAddress address, @Nullable InetAddress via, boolean isProxy, boolean isExempt) {
    /** Of what is counted: the IPv4 address, or the /64. */
    long key() {
        if (address == null) return 0;
        byte[] bytes = address.getAddress();
        int width = address instanceof Inet6Address ? Long.BYTES : bytes.length;
        long key = 0;
        for (int i = 0; i < width; i++) key = key << Byte.SIZE | bytes[i] & 0xff;
        return key;
    }

    /** Whether its connection is one of many by the same proxy. */
    boolean isBehindProxy() {
        return via != null;
    }

    /** For the log. @param peer the other side of the connection */
    public String describe(Object peer) {
        return address == null || via == null ? String.valueOf(peer) : address.getHostAddress() + " via " + peer;
    }
}
