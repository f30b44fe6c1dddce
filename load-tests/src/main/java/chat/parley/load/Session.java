package chat.parley.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One user's device, in one conversation. Frames are taken apart in place and copied once, into an array that all share. It
 * outlives its socket: what it holds goes into the next {@code hello} as its cursor.
 */
final class Session {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    final int user;
    private final Fleet fleet;
    private final Accounts.Account account;
    private final @Nullable Template template;
    private @Nullable Channel channel;
    private @Nullable Straggler straggler;
    private boolean ready;
    private boolean dropped;
    private boolean returns;
    long openedAt;

    private long lastEvent;
    private long highest;
    private long cursor; // what came or was acknowledged behind it is counted
    private long held;
    private final BitSet online = new BitSet(0);

    Session(Fleet fleet, int user, Accounts.Account account) {
        this.fleet = fleet;
        this.user = user;
        this.account = account;
        highest = cursor = account.head();
        String conversation = account.conversationId();
        template = conversation == null ? null : new Template(conversation, fleet.bodyBytes());
    }

    ChannelHandler open() {
        ready = false;
        dropped = false;
        openedAt = System.nanoTime();
        String path = fleet.carrier().path();
        return fleet.carrier() == Carrier.XHR_STREAMING ? new Streaming(this, fleet, path) : new Inbound(path);
    }

    void connected(Channel to) {
        channel = to;
    }

    void disconnected(Channel from) {
        if (channel != from || dropped) return;
        channel = null;
        if (straggler != null) {
            straggler.closed();
            if (!straggler.isStopped()) fleet.reopen(this);
            return;
        }
        fleet.closed(this);
    }

    boolean isReady() {
        return ready;
    }

    void send(int slot, int generation) {
        Channel to = channel;
        if (to == null || template == null) return;
        to.writeAndFlush(template.encode(to.alloc(), slot, generation), to.voidPromise());
    }

    /** Hangs up; what comes later is behind its cursor. */
    void drop() {
        dropped = true;
        returns = true;
        online.clear();
        cursor = highest;
        held = 0;
        if (channel != null) channel.close();
    }

    /** It will stop reading; before it is connected. */
    void straggle() {
        straggler = new Straggler(account.head());
    }

    boolean isStraggler() {
        return straggler != null;
    }

    Straggler straggler() {
        return Objects.requireNonNull(straggler);
    }

    /** What comes stays in the kernel, and then at the server. */
    void stopReading() {
        straggler().stop(true);
        if (channel != null) channel.config().setAutoRead(false);
    }

    void readAgain() {
        straggler().stop(false);
        if (channel != null) channel.config().setAutoRead(true);
        else fleet.reopen(this);
    }

    /** The last entry that it has. */
    long highest() {
        return highest;
    }

    /** How many entries it has of those behind its cursor. */
    long held() {
        return held;
    }

    /** How many it has not, of those up to the highest. */
    long holes() {
        if (straggler != null) return straggler.holes();
        return Math.max(0, highest - cursor - held); // less than none: what was acknowledged again
    }

    boolean isConnected() {
        return ready && channel != null && !dropped;
    }

    /** Says a frame of its own, if it is connected. */
    void say(String frame) {
        if (isConnected()) write(TEXT, Unpooled.copiedBuffer(frame, StandardCharsets.UTF_8));
    }

    /** Has its conversation on screen from now on. */
    void openConversation() {
        say("{\"type\":\"open\",\"conversationId\":\"" + account.conversationId() + "\"}");
    }

    /** How many of those it watches it was last told to be there. */
    int online() {
        return online.cardinality();
    }

    String hello() {
        boolean isBack = straggler != null || fleet.isReturning() && account.conversationId() != null;
        String cursors = isBack ? "," + cursors() : "";
        return "{\"type\":\"hello\",\"token\":\"" + account.token() + "\",\"deviceId\":\"load\"" + cursors + "}";
    }

    private String cursors() {
        long from = straggler == null ? cursor : straggler.through();
        return "\"cursors\":{\"" + account.conversationId() + "\":" + from + "}";
    }

    /** Asks for what it lacks, one time after the other. */
    private void catchUp(Straggler asking) {
        if (isConnected() && asking.asks()) say("{\"type\":\"sync\"," + cursors() + "}");
    }

    /** A frame of SockJS. */
    void framed(ByteBuf frame) {
        int length = frame.readableBytes();
        byte[] bytes = fleet.scratch(length);
        frame.readBytes(bytes, 0, length);
        if (length > 0 && bytes[0] == 'a') text(bytes, SockJsText.unquote(bytes, length));
    }

    private void write(int opcode, ByteBuf payload) {
        Channel to = channel;
        if (to == null) return;
        to.write(Unpooled.wrappedBuffer(Template.header(opcode, payload.readableBytes())), to.voidPromise());
        to.writeAndFlush(payload, to.voidPromise());
    }

    private void text(byte[] bytes, int length) {
        FrameScanner scanner = fleet.scanner();
        scanner.begin(bytes, length);
        while (scanner.next()) {
            switch (scanner.type()) {
                case MESSAGE_EVENT -> event(bytes, scanner);
                case MESSAGE_ACK -> ack(bytes, scanner);
                case SYNCED -> synced();
                case RESYNC -> resync(scanner);
                case ERROR -> fleet.window().error(scanner.toString());
                case PRESENCE_EVENT -> {
                    online.set(scanner.user(), scanner.isOnline());
                    fleet.window().presence();
                }
                case GAP, OTHER -> {}
            }
        }
    }

    private void resync(FrameScanner frame) {
        if (straggler == null) {
            fleet.window().error(frame.toString());
            return;
        }
        straggler.resync();
        catchUp(straggler);
    }

    private void event(byte[] bytes, FrameScanner frame) {
        long sequence = frame.sequence();
        if (straggler != null) {
            straggler.hold(sequence);
            fleet.window().deliveryToStraggler();
            catchUp(straggler);
            return;
        }
        if (sequence <= lastEvent) {
            fleet.window().outOfOrder++;
        } else {
            lastEvent = sequence;
            hold(sequence);
        }
        if (fleet.isReturning() && returns) {
            fleet.caughtUp(this);
        } else if (frame.body() >= 0) {
            fleet.sends()
                    .delivery(Template.readNumber(bytes, frame.body()), Template.readNumber(bytes, frame.body() + 8));
        }
    }

    private void ack(byte[] bytes, FrameScanner frame) {
        hold(frame.sequence());
        int id = frame.clientMessageId();
        fleet.sends().ack(Template.readNumber(bytes, id), Template.readNumber(bytes, id + 8));
    }

    private void hold(long sequence) {
        held++;
        highest = Math.max(highest, sequence);
    }

    private void synced() {
        if (!ready) {
            ready = true;
            fleet.ready(this);
        }
        if (straggler == null) return;
        straggler.answered();
        catchUp(straggler);
    }

    /** The socket's end in the channel: the upgrade, then frames. */
    private final class Inbound extends ChannelInboundHandlerAdapter {
        private final boolean isFramed = fleet.carrier() == Carrier.SOCKJS_WEBSOCKET;
        private final String path;
        private boolean upgraded;
        private @Nullable ByteBuf rest;
        private @Nullable ByteBuf fragments;

        Inbound(String path) {
            this.path = path;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            connected(context.channel());
            String request = """
                GET %s HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 13\r
                \r
                """.formatted(path);
            context.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII), context.voidPromise());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (rest != null) rest.release();
            if (fragments != null) fragments.release();
            disconnected(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (straggler == null) fleet.window().error(String.valueOf(cause));
            context.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf in = (ByteBuf) message;
            boolean isFresh = rest == null;
            if (rest != null) {
                rest.writeBytes(in);
                in.release();
                in = rest;
                rest = null;
            }
            try {
                if (upgraded || upgrade(in)) {
                    while (frame(in)) {}
                }
                if (in.isReadable()) {
                    rest = isFresh
                            ? in.alloc().buffer(2 * in.readableBytes()).writeBytes(in)
                            : in.retain().discardSomeReadBytes();
                }
            } finally {
                in.release();
            }
        }

        private boolean upgrade(ByteBuf in) {
            String head = in.toString(StandardCharsets.ISO_8859_1);
            int end = head.indexOf("\r\n\r\n");
            if (end < 0) return false;
            if (!head.startsWith("HTTP/1.1 101")) throw new IllegalStateException("no upgrade: " + head);
            in.skipBytes(end + 4);
            upgraded = true;
            String hello = isFramed ? SockJsText.quote(hello()) : hello();
            write(TEXT, Unpooled.copiedBuffer(hello, StandardCharsets.UTF_8));
            return true;
        }

        /** Takes one whole frame; false if there is none yet. */
        private boolean frame(ByteBuf in) {
            int start = in.readerIndex();
            int readable = in.readableBytes();
            if (readable < 2) return false;
            int first = in.getByte(start);
            long length = in.getByte(start + 1) & 0x7F;
            int header = length < 126 ? 2 : length == 126 ? 4 : 10;
            if (readable < header) return false;
            if (header == 4) length = in.getUnsignedShort(start + 2);
            else if (header == 10) length = in.getLong(start + 2);
            if (readable < header + length) return false;
            in.skipBytes(header);
            payload(in.readSlice((int) length), first & 15, (first & 0x80) != 0);
            return true;
        }

        private void payload(ByteBuf payload, int opcode, boolean isFinal) {
            if (opcode == PING) {
                write(PONG, payload.copy());
            } else if (opcode == CLOSE) {
                if (straggler == null)
                    fleet.window().error("closed by the server: " + payload.toString(StandardCharsets.UTF_8));
            } else if (opcode <= TEXT && isFinal && fragments == null) {
                read(payload);
            } else if (opcode <= TEXT) {
                if (fragments == null) fragments = payload.alloc().buffer();
                fragments.writeBytes(payload);
                if (!isFinal) return;
                read(fragments);
                fragments.release();
                fragments = null;
            }
        }

        private void read(ByteBuf payload) {
            if (isFramed) {
                framed(payload);
                return;
            }
            int length = payload.readableBytes();
            byte[] bytes = fleet.scratch(length);
            payload.readBytes(bytes, 0, length);
            text(bytes, length);
        }
    }
}
