package chat.parley.gateway.sockjs;

import chat.parley.gateway.Framing;
import chat.parley.gateway.Inbound;
import chat.parley.gateway.Packet;
import chat.parley.wire.BadInput;
import chat.parley.wire.CloseCode;
import io.netty.buffer.ByteBuf;

/** SockJS's framing in the texts of a WebSocket. */
final class SockJsFraming implements Framing {
    private final int textBytesMax;
    private final Posting.Reader reader;

    /** @param textBytesMax as for one post */
    SockJsFraming(int textBytesMax, Posting.Reader reader) {
        this.textBytesMax = textBytesMax;
        this.reader = reader;
    }

    @Override
    public int textBytesMax() {
        return textBytesMax;
    }

    @Override
    public String greeting() {
        return Frames.OPEN;
    }

    @Override
    public String heartbeat() {
        return Frames.HEARTBEAT;
    }

    @Override
    public String closing(int code, String reason) {
        return Frames.close(code, reason);
    }

    @Override
    public ByteBuf encode(Packet packet) {
        return packet.sockJs();
    }

    @Override
    public void read(byte[] text, Inbound inbound) throws BadInput {
        if (text.length == 0) return;
        switch (reader.read(text)) {
            case Posting.Messages(var all) -> all.forEach(inbound::onText);
            case Posting.Broken(String why) -> throw BadInput.badFrame(why);
            case Posting.Offence(CloseCode code) -> throw BadInput.tooLarge(code.reason()); // its UTF-8 was looked at
        }
    }
}
