package chat.parley.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** All sessions and the one event loop they live on. Only what says so may be called from another thread. */
final class Fleet {
    private static final int PORTS_OF_AN_ADDRESS = 8_000; // of the 28,000 that Linux gives out by itself
    private static final int AGAIN_MILLIS = 50;
    private static final long CONNECTED_SECONDS = 400;
    private static final int DRAIN_LOOK_MILLIS = 50;
    private static final int DRAIN_LOOKS_MAX = 400; // over longer than after which a send is given up

    /** So that it is the server that what a straggler does not read waits at. */
    private static final int STRAGGLER_BYTES = 16 << 10;

    private final List<InetSocketAddress> nodes;
    private final int bodyBytes;
    private final Carrier carrier;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Window window;
    private final Sends sends;
    private final FrameScanner scanner = new FrameScanner();
    private byte[] scratch = new byte[1 << 16];
    private final List<Session> sessions = new ArrayList<>();

    private final Histogram loginNanos = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
    private int next;
    private int until;
    private int opening;
    private int openingMax;
    private CompletableFuture<Void> connected = new CompletableFuture<>();
    private boolean returning;
    private Consumer<Session> onCaughtUp = session -> {};
    private Consumer<Session> onReady = session -> {};

    /** @param nodes the first session is at the first of them, the second at the next, and so on in turn */
    Fleet(List<InetSocketAddress> nodes, int bodyBytes, Carrier carrier, Proc proc) {
        this.nodes = List.copyOf(nodes);
        this.bodyBytes = bodyBytes;
        this.carrier = carrier;
        window = new Window(proc);
        sends = new Sends(window);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        loop = (EventLoop) new MultiThreadIoEventLoopGroup(1, io).next();
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(512, 2048, 65536));
        if (Epoll.isAvailable()) bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }

    /** Has one more session, not yet connected. Before the first of them is. */
    void add(Accounts.Account account) {
        sessions.add(new Session(this, sessions.size(), account));
    }

    Session session(int user) {
        return sessions.get(user);
    }

    /** Connects the sessions from one user up to another and waits until all are in step; any thread. Answers the seconds. */
    double connect(int from, int to, int openingMax) throws Exception {
        long start = System.nanoTime();
        CompletableFuture<Void> all = startConnecting(from, to, openingMax);
        try {
            all.get(CONNECTED_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("not all were connected in time: " + window.lastError, e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    CompletableFuture<Void> startConnecting(int from, int to, int openingMax) throws Exception {
        return onLoop(() -> {
            connected = new CompletableFuture<>();
            loginNanos.reset();
            next = from;
            until = to;
            this.openingMax = openingMax;
            openMore();
            return connected;
        });
    }

    private void openMore() {
        while (opening < openingMax && next < until) {
            opening++;
            open(sessions.get(next++));
        }
        if (opening == 0 && next == until) connected.complete(null);
    }

    private void open(Session session) {
        ChannelHandler inbound = session.open();
        Bootstrap its = bootstrap.clone();
        if (session.isStraggler()) its.option(ChannelOption.SO_RCVBUF, STRAGGLER_BYTES);
        its.handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(inbound);
                    }
                })
                .connect(nodeOf(session), source(session))
                .addListener((ChannelFutureListener) attempt -> {
                    if (attempt.isSuccess()) return;
                    window.error("connect: " + attempt.cause());
                    loop.schedule(() -> open(session), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                });
    }

    /** Posts to the node of the session on a connection of its own, which ends when it is answered. */
    void post(Session session, String path, String body) {
        bootstrap
                .clone()
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        context.writeAndFlush(Streaming.post(path, body), context.voidPromise());
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext context, Object answer) {
                        ByteBuf bytes = (ByteBuf) answer;
                        String head = bytes.toString(StandardCharsets.ISO_8859_1);
                        bytes.release();
                        if (!head.startsWith("HTTP/1.1 204")) window.error("a post was answered " + head);
                        context.close();
                    }
                })
                .connect(nodeOf(session));
    }

    private InetSocketAddress nodeOf(Session session) {
        return nodes.get(session.user % nodes.size());
    }

    /** One address has too few ports for all: those of loopback are many. */
    private @Nullable InetSocketAddress source(Session session) {
        if (!nodeOf(session).getAddress().isLoopbackAddress()) return null;
        return new InetSocketAddress("127.0.0." + (2 + session.user / PORTS_OF_AN_ADDRESS), 0);
    }

    void ready(Session session) {
        loginNanos.recordValue(Math.min(System.nanoTime() - session.openedAt, TimeUnit.SECONDS.toNanos(60)));
        opening--;
        onReady.accept(session);
        openMore();
    }

    /** Hears of each session that comes in step, from now on. */
    void onReady(Consumer<Session> action) {
        onReady = action;
    }

    /** The sessions from one user up to another have their conversations on screen from now on; any thread. */
    void openConversations(int from, int to) throws Exception {
        onLoop(() -> {
            for (int user = from; user < to; user++) sessions.get(user).openConversation();
            return to;
        });
        TimeUnit.SECONDS.sleep(1);
    }

    /** Connects one session that hung up. */
    void reopen(Session session) {
        opening++;
        open(session);
    }

    void closed(Session session) {
        window.closes++;
        if (!session.isReady()) loop.schedule(() -> open(session), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** From now on sessions come back with cursors, and what they get is what they missed. */
    void startReturning(Consumer<Session> onEntry) {
        returning = true;
        onCaughtUp = onEntry;
    }

    boolean isReturning() {
        return returning;
    }

    void caughtUp(Session session) {
        onCaughtUp.accept(session);
    }

    /** Runs it on the event loop and waits for its answer; any thread but the loop's. */
    <T> T onLoop(Callable<T> call) throws Exception {
        try {
            return loop.submit(call).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    EventLoop loop() {
        return loop;
    }

    Window window() {
        return window;
    }

    Sends sends() {
        return sends;
    }

    Histogram loginNanos() {
        return loginNanos;
    }

    FrameScanner scanner() {
        return scanner;
    }

    Carrier carrier() {
        return carrier;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    byte[] scratch(int length) {
        if (scratch.length < length) scratch = new byte[2 * length];
        return scratch;
    }

    /**
     * Waits until nothing is under way: what was sent before is done or lost after 15 s, and what follows on a lane is waited for until 20 s.
     * Counts the holes of all sessions; any thread.
     */
    void drain() throws Exception {
        for (int looks = 0; onLoop(this::leftUnderWay) > 0 && looks < DRAIN_LOOKS_MAX; looks++)
            TimeUnit.MILLISECONDS.sleep(DRAIN_LOOK_MILLIS);
        onLoop(() -> {
            window.holes = IntStream.range(0, sessions.size())
                    .mapToLong(user -> sessions.get(user).holes())
                    .sum();
            return window;
        });
    }

    private int leftUnderWay() {
        sends.giveUpOld();
        return sends.underWay();
    }
}
