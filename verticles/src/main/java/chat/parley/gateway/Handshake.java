package chat.parley.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The opening handshake of a WebSocket (RFC 6455 section 4.2), after which the channel is ours alone: Vert.x's handlers leave it, and
 * {@link WebSocketTransport} is the only one in it. No extension is ever agreed to, compression least of all.
 */
final class Handshake {
    static final String SUBPROTOCOL = "parley.v1.json";

    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    private Handshake() {}

    /** What is asked for. */
    enum Asked {
        WEB_SOCKET,
        OTHER_VERSION,
        /** A handshake, but not as the RFC has it. */
        BROKEN,
        NONE
    }

    static Asked asked(HttpServerRequest request) {
        if (!names(request, "Upgrade", "websocket")) return Asked.NONE;
        if (!names(request, "Connection", "upgrade") || request.version() != HttpVersion.HTTP_1_1) return Asked.BROKEN;
        if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))) return Asked.OTHER_VERSION;
        List<String> keys = request.headers().getAll("Sec-WebSocket-Key");
        return keys.size() == 1 && isKey(keys.getFirst()) ? Asked.WEB_SOCKET : Asked.BROKEN;
    }

    /** Says yes, and puts the transport into the channel in place of everything else. */
    static Future<Void> accept(HttpServerRequest request, WebSocketTransport transport) {
        ChannelHandlerContext vertx = ((ConnectionBase) request.connection()).channelHandlerContext();
        ChannelPipeline pipeline = vertx.pipeline();
        // In front of Vert.x's last handler, as the decoder, when it goes, hands on what came too early.
        pipeline.addBefore(vertx.name(), "parley", transport);
        request.response()
                .putHeader(HttpHeaders.UPGRADE, "websocket")
                .putHeader(HttpHeaders.CONNECTION, "Upgrade")
                .putHeader(
                        "Sec-WebSocket-Accept",
                        answerTo(request.headers().getAll("Sec-WebSocket-Key").getFirst()));
        if (names(request, "Sec-WebSocket-Protocol", SUBPROTOCOL))
            request.response().putHeader("Sec-WebSocket-Protocol", SUBPROTOCOL);
        return request.toNetSocket().map(socket -> {
            pipeline.removeLast();
            return null;
        });
    }

    /** Whether the value is an element of the header, which may be a list in one or several lines. */
    private static boolean names(HttpServerRequest request, String header, String value) {
        for (String line : request.headers().getAll(header))
            for (String element : line.split(",", -1))
                if (element.strip().toLowerCase(Locale.ROOT).equals(value)) return true;
        return false;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static String answerTo(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every JDK has SHA-1
        }
    }
}
