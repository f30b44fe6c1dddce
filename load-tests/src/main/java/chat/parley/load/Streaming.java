package chat.parley.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The connection on which one session over SockJS's xhr_streaming gets its frames: one answer after the other, one frame a chunk. */
final class Streaming extends ChannelInboundHandlerAdapter {
    private final Session session;
    private final Fleet fleet;
    private final String path;
    private boolean isInBody;
    private @Nullable ByteBuf rest;

    Streaming(Session session, Fleet fleet, String path) {
        this.session = session;
        this.fleet = fleet;
        this.path = path;
    }

    /** A request with a body. */
    static ByteBuf post(String path, String body) {
        String request =
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        return Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        session.connected(context.channel());
        ask(context);
    }

    private void ask(ChannelHandlerContext context) {
        isInBody = false;
        context.writeAndFlush(post(path + "/xhr_streaming", ""), context.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (rest != null) rest.release();
        rest = null;
        session.disconnected(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fleet.window().error(String.valueOf(cause));
        context.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (rest != null) {
            rest.writeBytes(in);
            in.release();
            in = rest;
            rest = null;
        }
        while (isInBody ? chunk(context, in) : head(in)) {}
        if (in.isReadable()) rest = in.alloc().buffer(2 * in.readableBytes()).writeBytes(in);
        in.release();
    }

    private boolean head(ByteBuf in) {
        String head = in.toString(StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0) return false;
        if (!head.startsWith("HTTP/1.1 200")) throw new IllegalStateException("no stream: " + head);
        in.skipBytes(end + 4);
        isInBody = true;
        return true;
    }

    /** Takes one whole chunk; false if there is none yet. */
    private boolean chunk(ChannelHandlerContext context, ByteBuf in) {
        int end = in.bytesBefore((byte) '\n');
        if (end < 0) return false;
        String digits = in.toString(in.readerIndex(), end - 1, StandardCharsets.US_ASCII);
        int length = Integer.parseInt(digits, 16);
        if (in.readableBytes() < end + 1 + length + 2) return false;
        in.skipBytes(end + 1);
        ByteBuf frame = in.readSlice(length);
        in.skipBytes(2);
        if (length == 0) {
            ask(context);
            return true;
        }
        switch (frame.getByte(frame.readerIndex())) {
            case 'o' -> fleet.post(session, path + "/xhr_send", SockJsText.quote(session.hello()));
            case 'a' -> session.framed(frame);
            case 'c' -> fleet.window().error("closed by the server: " + frame.toString(StandardCharsets.UTF_8));
            default -> {} // heartbeats and what browsers want first
        }
        return true;
    }
}
