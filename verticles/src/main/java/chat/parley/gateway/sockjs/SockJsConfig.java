package chat.parley.gateway.sockjs;

/**
 * SockJS of a node.
 *
 * @param heartbeatSeconds between two heartbeats of a session over HTTP
 * @param disconnectSeconds a session over HTTP may be without a request that waits for messages; so long a closed one is remembered
 * @param sessionsMax over HTTP, of the node
 * @param streamBytesMax of messages in one answer, as browsers keep all of it
 */
public record SockJsConfig(
        boolean enabled, int heartbeatSeconds, int disconnectSeconds, int sessionsMax, int streamBytesMax) {
    public static final SockJsConfig DEFAULT = new SockJsConfig(true, 25, 5, 20_000, 128 << 10);
}
