/**
 * The gateway: where devices are connected. One instance is one event loop with its sockets.
 *
 * <p>In the order a message meets them: {@code GatewayVerticle} (HTTP server, upgrade) → {@code WebSocketTransport} → {@code Session} (one device) →
 * {@code Submitter} → bus; and back: bus → {@code Gateway} → {@code Gate} (order per conversation) → {@code Session} → {@code Outbox} → {@code Transport}.
 */
@NullMarked
package chat.parley.gateway;

import org.jspecify.annotations.NullMarked;
