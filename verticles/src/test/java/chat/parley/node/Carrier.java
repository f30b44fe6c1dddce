package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.crash.Link;
import chat.parley.crash.SockJsLink;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/** How a session is carried. */
public enum Carrier {
    POLLING,
    STREAMING,
    EVENTS,
    WEBSOCKET,
    RAW_WEBSOCKET;

    /** Opens a session. */
    public Link open(int port) throws IOException {
        return switch (this) {
            case POLLING -> new SockJsLink(port, SockJsLink.Kind.POLLING);
            case STREAMING -> new SockJsLink(port, SockJsLink.Kind.STREAMING);
            case EVENTS -> new SockJsLink(port, SockJsLink.Kind.EVENTS);
            case WEBSOCKET -> new Framed(port, "/000/" + UUID.randomUUID() + "/websocket", true);
            case RAW_WEBSOCKET -> new Framed(port, "/websocket", false);
        };
    }

    /** A WebSocket of SockJS, framed or raw. */
    private static final class Framed implements Link {
        private final RawClient socket;
        private final boolean isFramed;

        Framed(int port, String path, boolean isFramed) {
            this.isFramed = isFramed;
            socket = RawClient.connect(port);
            assertThat(socket.upgradeAt("/v1/sockjs" + path).status()).isEqualTo(101);
            if (isFramed) assertThat(socket.nextText()).isEqualTo("o");
        }

        @Override
        public void listen(String name, Listener listener) {
            Thread.ofPlatform().daemon().name(name).start(() -> {
                String why = "end of stream";
                try {
                    for (RawClient.Frame frame = socket.patiently().next(); ; frame = socket.next()) {
                        if (frame.kind() == RawClient.PING)
                            socket.frame(RawClient.FINAL | RawClient.PONG, frame.payload());
                        else if (frame.kind() == RawClient.CLOSE) why = "closed: " + frame.closeCode();
                        else if (frame.kind() == RawClient.TEXT) hear(frame.text(), listener);
                    }
                } catch (UncheckedIOException ended) {
                    listener.closed(why);
                }
            });
        }

        private void hear(String text, Listener listener) {
            if (!isFramed) listener.text(text);
            else if (text.startsWith("a"))
                new JsonArray(text.substring(1)).forEach(message -> listener.text((String) message));
        }

        @Override
        public void send(String text) {
            socket.text(isFramed ? new JsonArray().add(text).encode() : text);
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
