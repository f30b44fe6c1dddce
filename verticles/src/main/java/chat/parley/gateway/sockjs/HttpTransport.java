package chat.parley.gateway.sockjs;

import chat.parley.gateway.Inbound;
import chat.parley.gateway.Packet;
import chat.parley.gateway.Sources;
import chat.parley.gateway.Transport;
import chat.parley.wire.CloseCode;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A SockJS session over HTTP: what is written waits for the client's next request, or goes into the one that waits. On the loop of its
 * session, whichever loops the requests are on.
 */
final class HttpTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

    /** Of one frame: a slow line has it before the client is missed. */
    private static final int FRAME_BYTES_MAX = 32 << 10;

    private static final int UNHEARD_HEARTBEATS_MAX = 2;
    private static final int SERVER_ERROR = 1011;

    private enum State {
        OPEN,
        /** It is told to the client when it asks. */
        CLOSED,
        GONE
    }

    /** For less to be pending. */
    private record Waiting(int bytes, int frames, Runnable action) {}

    /** What becomes of messages that were posted. */
    enum Posted {
        TAKEN,
        /** Others are being taken: one request at a time. */
        BUSY,
        UNKNOWN
    }

    private final ContextInternal context;
    private final SockJsConfig config;
    private final String peer;
    private final Sources.Place place;
    private final Runnable whenGone;
    private final Mail mail = new Mail();
    private @Nullable Inbound inbound;
    private @Nullable String origin;
    private State state = State.OPEN;
    private long second;
    private boolean isFlushing;

    private @Nullable Receiver receiver;
    private @Nullable Receiver writing;
    private long heartbeatAt;
    private long lonelyUntil;
    private long closedUntil;
    private long writingUntil;
    private boolean wasTold;
    private @Nullable List<Waiting> whenDrained;

    private volatile boolean isAuthenticated; // asked from any loop
    private boolean isPaused;
    private boolean isHanding;
    private @Nullable ArrayDeque<byte[]> posted;
    private @Nullable Consumer<Posted> whenTaken;

    /**
     * @param peer its address
     * @param place among the unauthenticated of its source
     * @param whenGone runs once, when nothing of it is remembered
     */
    HttpTransport(ContextInternal context, SockJsConfig config, String peer, Sources.Place place, Runnable whenGone) {
        this.context = context;
        this.config = config;
        this.peer = peer;
        this.place = place;
        this.whenGone = whenGone;
        this.lonelyUntil = inSeconds(config.disconnectSeconds());
    }

    @Override
    public Kind kind() {
        return Kind.HTTP;
    }

    /** Begins, before anything else. */
    void open(Inbound session) {
        inbound = session;
    }

    // What comes in, from any loop.

    /** A request waits for messages. */
    void receive(Receiver asked) {
        Hop.to(context, () -> {
            if (!isOf(asked.origin) || state == State.GONE) {
                asked.refuse();
                return;
            }
            asked.begin();
            if (receiver != null) {
                asked.send(Mail.ascii(Frames.ANOTHER_OPEN), true, ignored -> {});
            } else {
                receiver = asked;
                if (isAuthenticated) asked.authenticated();
                heartbeatAt = second + config.heartbeatSeconds();
                send();
            }
        });
    }

    /** The connection of a request ended before its answer. */
    void lost(Receiver asked) {
        Hop.to(context, () -> {
            if (asked == receiver || asked == writing) interrupted(asked);
        });
    }

    /** Messages; the answer is known when they are handed over, and comes on the session's loop. */
    void post(ArrayDeque<byte[]> messages, @Nullable String from, Consumer<Posted> answer) {
        Hop.to(context, () -> {
            if (!isOf(from) || state == State.GONE) {
                answer.accept(Posted.UNKNOWN);
            } else if (state == State.CLOSED) {
                answer.accept(Posted.TAKEN); // it learns of the close by what it receives
            } else if (posted != null) {
                answer.accept(Posted.BUSY);
            } else {
                if (receiver != null) receiver.heartbeats = 0;
                posted = messages;
                whenTaken = answer;
                hand();
            }
        });
    }

    /** What was posted cannot be read. */
    void offend(CloseCode code, @Nullable String from) {
        Hop.to(context, () -> {
            if (!isOf(from) || state != State.OPEN) return;
            close(code.number(), code.reason());
            tellClosed();
        });
    }

    /** The first page that asks is its page; requests of no page, such as browsers' GETs at home, go with every page's. */
    private boolean isOf(@Nullable String from) {
        if (origin == null) origin = from;
        return from == null || from.equals(origin);
    }

    private void hand() {
        if (isHanding) return;
        isHanding = true;
        try {
            while (posted != null && !isPaused && state == State.OPEN) {
                byte[] message = posted.poll();
                if (message == null) posted = null;
                else if (inbound != null) inbound.onText(message);
            }
        } catch (RuntimeException broken) {
            log.error("{}: a message was not handled; closing", peer, broken);
            close(SERVER_ERROR, "internal error");
            tellClosed();
        } finally {
            isHanding = false;
        }
        if (posted == null || state != State.OPEN) answerPost(Posted.TAKEN);
    }

    private void answerPost(Posted posting) {
        posted = null;
        Consumer<Posted> answer = whenTaken;
        whenTaken = null;
        if (answer != null) answer.accept(posting);
    }

    @Override
    public void pauseReading(boolean paused) {
        isPaused = paused;
        if (!paused) hand();
    }

    // What goes out.

    @Override
    public void write(Packet packet) {
        if (state != State.OPEN) return;
        for (byte[] message : packet.quoted()) mail.add(message);
        flushLater();
    }

    private void flushLater() {
        if (isFlushing) return;
        isFlushing = true;
        context.nettyEventLoop()
                .execute(() -> context.dispatch(() -> {
                    isFlushing = false;
                    send();
                }));
    }

    /** The next frame, if there is one and somebody waits for it. */
    private void send() {
        Receiver to = receiver;
        if (to == null || writing != null) return;
        Mail.Taken taken = mail.take(FRAME_BYTES_MAX);
        if (taken != null) send(to, taken, taken.isClose());
    }

    private void send(Receiver to, Mail.Taken mailed, boolean isEnd) {
        to.sentBytes += mailed.frame().length;
        boolean isLast = isEnd || to.style == Style.POLL || to.sentBytes >= config.streamBytesMax();
        writing = to;
        writingUntil = second + (long) UNHEARD_HEARTBEATS_MAX * config.heartbeatSeconds();
        if (isLast) receiver = null; // who asks again has read it all
        to.send(mailed.frame(), isLast, wasTaken -> Hop.to(context, () -> taken(to, mailed, wasTaken)));
    }

    private void taken(Receiver by, Mail.Taken mailed, boolean wasTaken) {
        if (writing != by) return;
        writing = null;
        mail.taken();
        if (!wasTaken) {
            interrupted(by);
            return;
        }
        lonelyUntil = inSeconds(config.disconnectSeconds());
        wasTold |= mailed.isClose();
        runDrained();
        send();
    }

    @Override
    public long pendingBytes() {
        return mail.bytes();
    }

    @Override
    public int pendingFrames() {
        return mail.frames();
    }

    @Override
    public void whenDrained(int bytes, int frames, Runnable action) {
        if (state != State.OPEN) return;
        if (mail.bytes() < bytes && mail.frames() < frames) {
            action.run();
            return;
        }
        if (whenDrained == null) whenDrained = new ArrayList<>(2);
        whenDrained.add(new Waiting(bytes, frames, action));
    }

    private void runDrained() {
        List<Waiting> all = whenDrained;
        whenDrained = null;
        if (all != null) for (Waiting each : all) whenDrained(each.bytes, each.frames, each.action);
    }

    // Its life.

    /** The tick by which so many seconds have passed: a part of the present one has already. */
    private long inSeconds(int seconds) {
        return second + 1 + seconds;
    }

    /** Once a second. */
    void tick() {
        second++;
        if (state == State.CLOSED && second >= closedUntil) {
            go();
        } else if (writing != null) {
            if (second >= writingUntil) stuck(writing);
        } else if (receiver == null) {
            if (second >= lonelyUntil && state == State.OPEN) go();
        } else if (second >= heartbeatAt) {
            heartbeat(receiver);
        }
    }

    private void heartbeat(Receiver waiting) {
        heartbeatAt = second + config.heartbeatSeconds();
        Mail.Taken beat = new Mail.Taken(Mail.ascii(Frames.HEARTBEAT), false);
        send(waiting, beat, ++waiting.heartbeats == UNHEARD_HEARTBEATS_MAX);
    }

    private void stuck(Receiver unread) {
        unread.cut();
        interrupted(unread);
    }

    /** Nobody knows what the client has of what was sent: it has to begin anew. Who has asked again meanwhile is told so. */
    private void interrupted(Receiver by) {
        if (receiver == by) receiver = null;
        writing = null;
        mail.drop();
        mail.taken();
        if (state == State.OPEN) end(Frames.INTERRUPTED);
        wasTold = true;
        tellClosed();
        send();
    }

    @Override
    public void close(int code, String reason) {
        if (state != State.OPEN) return;
        end(Frames.close(code, reason));
        send();
    }

    private void end(String frame) {
        state = State.CLOSED;
        closedUntil = inSeconds(config.disconnectSeconds());
        mail.close(frame);
        whenDrained = null;
        place.giveBack();
        if (!isHanding) answerPost(Posted.TAKEN);
    }

    /** It is forgotten; a connection that took nothing all the while is cut. */
    private void go() {
        boolean wasOpen = state == State.OPEN;
        state = State.GONE;
        if (receiver != null) receiver.cut();
        if (writing != null) writing.cut();
        receiver = null;
        writing = null;
        whenDrained = null;
        wasTold = true;
        mail.drop();
        if (wasOpen) place.giveBack();
        answerPost(Posted.UNKNOWN);
        tellClosed();
        whenGone.run();
    }

    private void tellClosed() {
        Inbound told = inbound;
        inbound = null;
        if (told != null) told.onClosed();
    }

    @Override
    public void authenticated() {
        isAuthenticated = true;
        place.giveBack();
        if (receiver != null) receiver.authenticated();
    }

    /** Whether it has proved whose it is; from any loop. */
    boolean isAuthenticated() {
        return isAuthenticated;
    }

    /** Closed, and its client has not heard of it yet. */
    boolean isUntold() {
        return state == State.CLOSED && !wasTold;
    }

    boolean isGone() {
        return state == State.GONE;
    }

    @Override
    public String peer() {
        return peer;
    }
}
