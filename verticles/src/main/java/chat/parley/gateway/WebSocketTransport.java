package chat.parley.gateway;

import chat.parley.wire.BadInput;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after its handshake: the only handler of its channel. Reads frames and answers what belongs to the protocol itself
 * (pings, closes, offences); what is left is text, and goes to the session.
 */
final class WebSocketTransport extends ChannelInboundHandlerAdapter implements Transport {
    private static final Logger log = LoggerFactory.getLogger(WebSocketTransport.class);

    private static final int UNANSWERED_PINGS_MAX = 2;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int SERVER_ERROR = 1011;
    private static final int CLOSE_HEAD = 0x88;
    private static final int PONG_HEAD = 0x8A;
    private static final int CONTROL_BYTES_MAX = 125;

    /** Pending: with less than that pings are answered. */
    private static final int PONG_BYTES_MAX = 128 << 10;

    private static final int PONG_FRAMES_MAX = 256;

    /**
     * Of what has not been sent, the kernel takes so much: else it takes megabytes for a peer that has stopped reading, before anything
     * is pending here. (Linux, with its own transport; what was sent and is under way is bounded by the peer's window.)
     */
    private static final long KERNEL_BYTES_MAX = 64 << 10;

    private static final ByteBuf PING =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(2).writeByte(0x89).writeByte(0));

    private enum State {
        /** The handshake is not over; what comes early is kept. */
        OPENING,
        OPEN,
        /** A close frame is out; what still comes is dropped. */
        CLOSING,
        CLOSED
    }

    /** Where {@link Sockets} keeps it. */
    int turn;

    int index;

    private final Sockets sockets;
    private final Framing framing;
    private final FrameReader reader;
    private final Sources.Place place;
    private final Runnable whenGone;
    private @Nullable ChannelHandlerContext channel;
    private @Nullable Inbound inbound;
    private @Nullable ByteBuf unread;
    private State state = State.OPENING;
    private boolean isPaused;
    private boolean isReading;
    private int unflushed;
    private int unansweredPings;

    /**
     * @param framing of the messages in its texts
     * @param place among the unauthenticated of its source
     * @param whenGone runs once, when its connection has ended
     */
    WebSocketTransport(Sockets sockets, Framing framing, Sources.Place place, Runnable whenGone) {
        this.sockets = sockets;
        this.framing = framing;
        this.reader = new FrameReader(framing.textBytesMax());
        this.place = place;
        this.whenGone = whenGone;
    }

    /** The handshake is over: from now on the channel is this socket's alone. */
    void open(Inbound inbound) {
        this.inbound = inbound;
        if (state != State.OPENING) { // gone meanwhile
            inbound.onClosed();
            return;
        }
        state = State.OPEN;
        sockets.add(this);
        writeText(framing.greeting());
        if (unread != null) readUnread();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context;
        context.channel().config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, KERNEL_BYTES_MAX);
    }

    // What comes in.

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message); // still HTTP
            return;
        }
        if (state == State.CLOSING || state == State.CLOSED) {
            bytes.release();
            return;
        }
        ByteBuf in = unread;
        unread = null;
        if (in == null) {
            in = bytes;
        } else {
            in.writeBytes(bytes);
            bytes.release();
        }
        read(in);
    }

    private void readUnread() {
        ByteBuf in = unread;
        unread = null;
        if (in != null && state == State.OPEN) read(in);
    }

    /** Takes over the buffer: frames go out, what is left is kept for later. */
    private void read(ByteBuf in) {
        ContextInternal before = sockets.context.beginDispatch();
        isReading = true;
        try {
            while (state == State.OPEN && !isPaused && readFrame(in)) {}
        } catch (RuntimeException broken) {
            log.error("{}: a frame was not handled; closing", peer(), broken);
            if (state == State.OPEN) refuse(SERVER_ERROR, "internal error");
        } finally {
            isReading = false;
            keep(in);
            sockets.context.endDispatch(before);
        }
    }

    private boolean readFrame(ByteBuf in) {
        switch (reader.read(in)) {
            case NOTHING -> {
                return false;
            }
            case TEXT -> {
                unansweredPings = 0;
                hand(reader.payload());
            }
            case PING -> pong(reader.payload());
            case PONG -> {
                reader.payload();
                unansweredPings = 0;
            }
            case CLOSE -> answerClose(reader.payload());
            case PROTOCOL_ERROR -> refuse(PROTOCOL_ERROR, "protocol error");
            case BINARY -> refuse(CloseCode.BAD_FRAME.number(), "binary message");
            case TOO_BIG -> refuse(CloseCode.TOO_BIG.number(), CloseCode.TOO_BIG.reason());
            case BAD_UTF8 -> refuse(CloseCode.BAD_UTF8.number(), CloseCode.BAD_UTF8.reason());
        }
        return true;
    }

    private void hand(byte[] text) {
        try {
            framing.read(text, session());
        } catch (BadInput bad) {
            CloseCode code = bad.code() == ErrorCode.TOO_LARGE ? CloseCode.TOO_BIG : CloseCode.BAD_FRAME;
            refuse(code.number(), code.reason());
        }
    }

    private void keep(ByteBuf in) {
        if (in.isReadable() && (state == State.OPEN || state == State.OPENING)) {
            if (in.readerIndex() > 0) in.discardReadBytes();
            unread = in;
        } else {
            in.release();
        }
    }

    @Override
    public void pauseReading(boolean paused) {
        if (isPaused == paused) return;
        isPaused = paused;
        context().channel().config().setAutoRead(!paused);
        if (!paused && !isReading && unread != null) readUnread();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (state == State.OPEN || state == State.CLOSING) sockets.remove(this);
        state = State.CLOSED;
        if (unread != null) {
            unread.release();
            unread = null;
        }
        tellClosed();
        place.giveBack();
        whenGone.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A connection that broke; nobody is left to be told.
        if (!(cause instanceof IOException)) log.warn("{}: the connection broke", peer(), cause);
        context.close();
    }

    // What goes out.

    @Override
    public void write(Packet packet) {
        if (state == State.OPEN) write(framing.encode(packet).retainedDuplicate());
    }

    private void write(ByteBuf bytes) {
        ChannelHandlerContext channel = context();
        channel.write(bytes, channel.voidPromise());
        if (unflushed++ == 0) sockets.flushLater(this);
    }

    /** A text that is no message; none if it is empty. */
    private void writeText(String text) {
        if (text.isEmpty()) return;
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(4 + ascii.length);
        Packet.textHead(bytes, ascii.length);
        write(bytes.writeBytes(ascii));
    }

    /** At the end of the turn, by {@link Sockets}. */
    void flush() {
        unflushed = 0;
        context().flush();
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer outbound = context().channel().unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }

    @Override
    public int pendingFrames() {
        ChannelOutboundBuffer outbound = context().channel().unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.size() + unflushed;
    }

    /** Waits until all that is pending now is written, if that is too much. */
    @Override
    public void whenDrained(int bytes, int frames, Runnable action) {
        if (state != State.OPEN) return;
        if (hasLessPending(bytes, frames)) {
            action.run();
            return;
        }
        ChannelPromise mark = context().newPromise();
        mark.addListener(written -> {
            if (written.isSuccess() && state == State.OPEN) dispatch(action);
        });
        context().write(Unpooled.EMPTY_BUFFER, mark);
        if (unflushed++ == 0) sockets.flushLater(this);
    }

    private boolean hasLessPending(int bytes, int frames) {
        return pendingBytes() < bytes && pendingFrames() < frames;
    }

    /** By {@link Sockets}, every so many seconds. */
    void ping() {
        if (state != State.OPEN) return;
        if (unansweredPings == UNANSWERED_PINGS_MAX) {
            refuse(CloseCode.TOO_SLOW.number(), "no answer to pings");
        } else {
            unansweredPings++;
            write(PING.duplicate());
            writeText(framing.heartbeat());
        }
    }

    private void pong(byte[] payload) {
        unansweredPings = 0;
        // Who pings and does not read gets no more of them: only the last ping has to be answered.
        if (hasLessPending(PONG_BYTES_MAX, PONG_FRAMES_MAX)) write(control(PONG_HEAD, payload, payload.length));
    }

    @Override
    public void close(int code, String reason) {
        if (state != State.OPEN) return;
        writeText(framing.closing(code, reason));
        end(closeFrame(code, reason), false);
    }

    @Override
    public void authenticated() {
        place.giveBack();
    }

    @Override
    public String peer() {
        return channel == null ? "?" : place.source().describe(channel.channel().remoteAddress());
    }

    /** The peer broke the protocol: what it still sends cannot be understood. */
    private void refuse(int code, String reason) {
        writeText(framing.closing(code, reason));
        end(closeFrame(code, reason), false);
        tellClosed();
    }

    /** The peer closes: its code goes back to it. */
    private void answerClose(byte[] payload) {
        end(control(CLOSE_HEAD, payload, Math.min(payload.length, 2)), true);
        tellClosed();
    }

    /**
     * The last frame goes out. If the peer has not closed too, only our direction ends, and what comes until it has (or for some
     * seconds) is read and dropped: closed at once, with bytes of the peer unread, TCP would take our last words back.
     */
    private void end(ByteBuf closeFrame, boolean peerClosed) {
        state = State.CLOSING;
        isPaused = false;
        ChannelHandlerContext channel = context();
        channel.channel().config().setAutoRead(true);
        ChannelPromise written = channel.newPromise();
        written.addListener(done -> {
            if (peerClosed || !done.isSuccess()) channel.close();
            else ((DuplexChannel) channel.channel()).shutdownOutput();
        });
        channel.writeAndFlush(closeFrame, written);
        sockets.awaitClose(this);
    }

    /**
     * By {@link Sockets}: the peer had its time to close. If it did not even take what was written, what the kernel holds for it goes too:
     * else that would stay, and be offered again and again, for minutes after the socket.
     */
    void cut() {
        if (pendingBytes() > 0) ((DuplexChannel) context().channel()).config().setOption(ChannelOption.SO_LINGER, 0);
        context().close();
    }

    private void tellClosed() {
        Inbound told = inbound;
        inbound = null;
        if (told != null) dispatch(told::onClosed);
    }

    private void dispatch(Runnable action) {
        ContextInternal before = sockets.context.beginDispatch();
        try {
            action.run();
        } catch (RuntimeException broken) {
            log.error("{}: an event of the socket was not handled", peer(), broken);
        } finally {
            sockets.context.endDispatch(before);
        }
    }

    private static ByteBuf closeFrame(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[Math.min(2 + text.length, CONTROL_BYTES_MAX)];
        payload[0] = (byte) (code >>> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, payload.length - 2);
        return control(CLOSE_HEAD, payload, payload.length);
    }

    private static ByteBuf control(int head, byte[] payload, int length) {
        return PooledByteBufAllocator.DEFAULT
                .directBuffer(2 + length)
                .writeByte(head)
                .writeByte(length)
                .writeBytes(payload, 0, length);
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(channel);
    }

    private Inbound session() {
        return Objects.requireNonNull(inbound);
    }
}
