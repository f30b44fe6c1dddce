package chat.parley.gateway;

import chat.parley.wire.BadInput;
import io.netty.buffer.ByteBuf;

/** How messages stand in the texts of a WebSocket. One object for all sockets of a loop. */
public interface Framing {
    /** The greatest text of a client. */
    int textBytesMax();

    /** The text that opens the session; empty: none. ASCII, as all texts here. */
    String greeting();

    /** The text that goes along with a ping; empty: none. */
    String heartbeat();

    /** The text in front of the close frame; empty: none. */
    String closing(int code, String reason);

    /** WebSocket messages, which the packet keeps; retain a duplicate for each write. */
    ByteBuf encode(Packet packet);

    /** Hands the messages of a client's text to its session. @throws BadInput if it holds none, or one that is too large */
    void read(byte[] text, Inbound inbound) throws BadInput;
}
