package chat.parley.gateway;

import java.util.List;

/**
 * How a node listens to the world.
 *
 * @param origins that web pages may come from, as browsers send them
 * @param trustedProxies whose word counts of whom they forward
 * @param connectWaitMillisMax how long a WebSocket above the rate may wait for its turn
 * @param sourceRequestsPerSecond of each source, those that do not prove who asks
 * @param connectionsMax of the node, of all kinds
 * @param headSecondsMax from the connection to the first whole request head
 * @param requestSecondsMax from a request's head to the end of its answer
 * @param keepAliveSeconds from an answer to the next request
 */
public record HttpConfig(
        String host,
        int port,
        List<String> origins,
        List<Network> trustedProxies,
        int connectsPerSecond,
        int connectsBurst,
        int connectWaitMillisMax,
        int unauthenticatedPerSourceMax,
        int sourceConnectsPerSecond,
        int sourceConnectsBurst,
        int sourceRequestsPerSecond,
        int sourceRequestsBurst,
        int connectionsMax,
        int headBytesMax,
        int headSecondsMax,
        int requestSecondsMax,
        int keepAliveSeconds,
        int pingSeconds) {
    public static final HttpConfig DEFAULT = new HttpConfig(
            "127.0.0.1",
            8080,
            List.of(),
            List.of(),
            2000,
            5000,
            1000,
            2000,
            200,
            2000,
            500,
            5000,
            100_000,
            8192,
            10,
            30,
            75,
            25);
}
