package chat.parley.gateway;

import io.netty.buffer.ByteBuf;

/** One message is one text, and there is nothing else. @param textBytesMax of a message */
record PlainFraming(int textBytesMax) implements Framing {
    @Override
    public String greeting() {
        return "";
    }

    @Override
    public String heartbeat() {
        return "";
    }

    @Override
    public String closing(int code, String reason) {
        return "";
    }

    @Override
    public ByteBuf encode(Packet packet) {
        return packet.webSocket();
    }

    @Override
    public void read(byte[] text, Inbound inbound) {
        inbound.onText(text);
    }
}
