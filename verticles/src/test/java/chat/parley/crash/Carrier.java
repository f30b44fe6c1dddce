package chat.parley.crash;

import java.io.IOException;

/** What carries the sessions of a device. */
enum Carrier {
    WEBSOCKET {
        @Override
        Link link(int port) throws IOException {
            return new ClientSocket(port);
        }
    },
    STREAMING {
        @Override
        Link link(int port) throws IOException {
            return new SockJsLink(port, SockJsLink.Kind.STREAMING);
        }
    },
    POLLING {
        @Override
        Link link(int port) throws IOException {
            return new SockJsLink(port, SockJsLink.Kind.POLLING);
        }
    };

    abstract Link link(int port) throws IOException;
}
