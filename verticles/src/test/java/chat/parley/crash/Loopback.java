package chat.parley.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/** Nodes on one host, each on an address of loopback that nobody else has, most likely. */
final class Loopback implements Hosts {
    private final String network;
    private final List<String> nodes;
    private final Map<String, InetSocketAddress> doors = new TreeMap<>(); // the same in each life

    Loopback(List<String> nodes) throws IOException {
        ThreadLocalRandom any = ThreadLocalRandom.current();
        this.network = "127." + any.nextInt(1, 255) + "." + any.nextInt(1, 255) + ".";
        this.nodes = nodes;
        for (String node : nodes) doors.put(node, door(freePort()));
    }

    /** A port of the address that everybody has. */
    static InetSocketAddress door(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public String address(String node) {
        return network + (1 + nodes.indexOf(node));
    }

    @Override
    public InetSocketAddress door(String node) {
        return Objects.requireNonNull(doors.get(node));
    }

    @Override
    public List<String> command(String node) {
        return List.of();
    }
}
