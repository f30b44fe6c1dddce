package chat.parley.crash;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What carries the sessions of a device. */
enum Carrier {
    WEBSOCKET {
        @Override
        Link link(InetSocketAddress node) throws IOException {
            return new ClientSocket(node);
        }
    },
    STREAMING {
        @Override
        Link link(InetSocketAddress node) throws IOException {
            return new SockJsLink(node, SockJsLink.Kind.STREAMING);
        }
    },
    POLLING {
        @Override
        Link link(InetSocketAddress node) throws IOException {
            return new SockJsLink(node, SockJsLink.Kind.POLLING);
        }
    };

    abstract Link link(InetSocketAddress node) throws IOException;
}
