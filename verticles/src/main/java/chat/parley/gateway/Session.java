package chat.parley.gateway;

import chat.parley.bus.Answer;
import chat.parley.bus.Event;
import chat.parley.gateway.auth.Identity;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Draft;
import chat.parley.wire.ClientFrame;
import chat.parley.wire.CloseCode;
import chat.parley.wire.Decoded;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ServerFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connected device: takes what it says, sends it what it is told. What it needs only at times it has only then. */
public final class Session implements Inbound {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int EARLY_MAX = 1_024;
    private static final int COMPARE_EVERY = 10;

    /** From its hello: whatever the node waits for by then, another one may not have to. Looked at once a second, so within 20 s. */
    private static final long WELCOME_MILLIS_MAX = 19_000;

    private static final int SYNC_COST = 5;
    private static final int OPEN_COST = 2;
    private static final int REAUTH_COST = 5;
    private static final int WATCH_COST = 2;

    private enum State {
        /** Has not said who it is. */
        NEW,
        /** Has said so; the welcome follows when it is known where live entries begin. */
        ATTACHING,
        WELCOME,
        CLOSED
    }

    final String id;

    /** What it is sent. */
    final Feed feed;

    private final Gateway gateway;
    private final Transport transport;
    private State state = State.NEW;
    private @Nullable LocalUser user;
    private @Nullable DeviceId device;
    private @Nullable String client;
    private @Nullable Identity identity;
    private @Nullable String ref;
    private long turn;
    private long saidHelloAt;
    private int heartbeats;
    private long heardHeadsAt;
    private long activeAt;

    /** As the last welcome told it. */
    private long unreadTotal;

    private final TokenBucket allowance;
    private @Nullable TokenBucket passingAllowance;
    private @Nullable Flood flood;
    private @Nullable OpenConversations open;
    private @Nullable Sends sends;
    private @Nullable Map<ConversationId, Lane> lanes;
    private @Nullable List<Decoded> early;
    private @Nullable Watcher watcher;

    Session(Gateway gateway, Transport transport, String id) {
        this.gateway = gateway;
        this.transport = transport;
        this.id = id;
        this.feed = new Feed(gateway, this, transport);
        long now = gateway.loop.monotonicMillis();
        this.allowance = new TokenBucket(gateway.config.sendsPerSecond(), gateway.config.sendsBurst(), now);
    }

    // What the device says.

    @Override
    public void onText(byte[] json) {
        if (state == State.CLOSED) return;
        List<Decoded> all = gateway.codec.decode(json);
        for (int i = 0; i < all.size() && state != State.CLOSED; i++) receive(all.get(i));
    }

    @Override
    public void onClosed() {
        ended();
    }

    private void receive(Decoded decoded) {
        switch (state) {
            case NEW -> first(decoded);
            case ATTACHING -> {
                if (early == null) early = new ArrayList<>();
                if (early.size() < EARLY_MAX) early.add(decoded);
                else refuse(decoded, ErrorCode.BUSY, "wait for the welcome", 0);
            }
            case WELCOME -> handle(decoded);
            case CLOSED -> {}
        }
    }

    private void first(Decoded decoded) {
        switch (decoded) {
            case ClientFrame.Hello hello -> hello(hello);
            case Decoded.Refusal refusal -> {
                feed.send(refusal.toError());
                close(refusal.close() == null ? CloseCode.BAD_FRAME : refusal.close());
            }
            case ClientFrame frame -> {
                refuse(frame, ErrorCode.UNAUTHENTICATED, "hello comes first", 0);
                close(CloseCode.UNAUTHENTICATED);
            }
        }
    }

    private void hello(ClientFrame.Hello hello) {
        if (gateway.isDraining()) {
            refuse(hello, ErrorCode.UNAVAILABLE, "this node drains: connect elsewhere", gateway.retryAfterMillis());
            close(CloseCode.DRAINING);
            return;
        }
        if (gateway.resumeReads.isFull()) {
            refuse(hello, ErrorCode.BUSY, "too many sessions begin at once", gateway.retryAfterMillis());
            close(CloseCode.TOO_SLOW);
            return;
        }
        Identity proven = gateway.tokens.verify(hello.token(), gateway.loop.millis());
        if (proven == null) {
            refuse(hello, ErrorCode.UNAUTHENTICATED, "the token is not valid", 0);
            close(CloseCode.UNAUTHENTICATED);
            return;
        }
        if (!gateway.enter(this, proven.userId(), hello.deviceId())) {
            refuse(hello, ErrorCode.RATE_LIMITED, "too many devices of this user are connected", 0);
            close(CloseCode.TOO_MANY);
            return;
        }
        transport.authenticated();
        gateway.tally.logins.increment();
        if (hello.cursors() != null) gateway.tally.resumes.increment();
        identity = proven;
        device = hello.deviceId();
        client = hello.client();
        ref = hello.ref();
        state = State.ATTACHING;
        saidHelloAt = gateway.loop.monotonicMillis();
        feed.holdReading(Feed.FOR_WELCOME);
        boolean isOtherLife =
                hello.incarnation() != null && !hello.incarnation().equals(gateway.incarnation());
        LocalUser me = me();
        Attach attach = Attach.all(me.id, hello.ref(), isOtherLife ? null : hello.cursors(), gateway.config);
        Attaching attaching = feed.attach(attach);
        gateway.announce(this, attaching::start);
    }

    private void handle(Decoded decoded) {
        activeAt = gateway.loop.millis();
        if (isExpired() && !(decoded instanceof ClientFrame.Reauth)) {
            refuse(decoded, ErrorCode.UNAUTHENTICATED, "the token has expired", 0);
            close(CloseCode.UNAUTHENTICATED);
            return;
        }
        boolean isLast = decoded instanceof Decoded.Refusal refusal && refusal.close() != null;
        if (!isLast && !admit(decoded)) return;
        switch (decoded) {
            case ClientFrame.SendMessage frame ->
                submit(frame.ref(), frame.clientMessageId(), frame.conversationId(), frame.message());
            case ClientFrame.EditMessage frame ->
                submit(
                        frame.ref(),
                        frame.clientMessageId(),
                        frame.conversationId(),
                        new Content.Edit(frame.sequence(), frame.body(), List.of()));
            case ClientFrame.DeleteMessage frame ->
                submit(
                        frame.ref(),
                        frame.clientMessageId(),
                        frame.conversationId(),
                        new Content.Delete(frame.sequence(), List.of()));
            case ClientFrame.Heartbeat frame -> heartbeat(frame);
            case ClientFrame.Sync frame -> feed.sync(frame);
            case ClientFrame.Open frame -> {
                if (open == null) open = new OpenConversations();
                ConversationId closed = open.open(frame.conversationId());
                if (closed != null) gateway.channels.closed(this, closed);
                feed.sync(frame);
            }
            case ClientFrame.Close frame -> {
                if (open != null) open.close(frame.conversationId());
                gateway.channels.closed(this, frame.conversationId());
            }
            case ClientFrame.Reauth frame -> reauth(frame);
            case ClientFrame.Hello frame -> refuse(frame, ErrorCode.BAD_FRAME, "hello was said already", 0);
            case ClientFrame.Receipt frame -> receipt(frame);
            case ClientFrame.Typing frame -> typing(frame);
            case ClientFrame.Watch frame -> watch(frame);
            case ClientFrame.Unwatch frame -> {
                if (watcher != null) gateway.lookout.unwatch(watcher, frame.userIds());
            }
            case Decoded.Refusal refusal -> {
                feed.send(refusal.toError());
                if (refusal.close() != null) close(refusal.close());
            }
        }
    }

    /** Whether the rates of the session and the user allow it. */
    private boolean admit(Decoded decoded) {
        long now = gateway.loop.monotonicMillis();
        int cost = cost(decoded);
        boolean isPassing = isPassing(decoded);
        TokenBucket mine = isPassing ? passingAllowance(now) : allowance;
        long wait = mine.take(cost, now);
        if (wait == 0) {
            wait = isPassing
                    ? me().passingAllowance(gateway.config, now).take(cost, now)
                    : me().allowance.take(cost, now);
            if (wait == 0) return true;
            mine.giveBack(cost);
        }
        refuse(decoded, ErrorCode.RATE_LIMITED, "too fast", wait);
        if (flood == null) flood = new Flood();
        if (flood.refused(now)) {
            LOG.info("{}: user {} floods; closing", transport.peer(), me().id);
            close(CloseCode.TOO_MANY);
        }
        return false;
    }

    private static boolean isPassing(Decoded decoded) {
        return decoded instanceof ClientFrame.Receipt
                || decoded instanceof ClientFrame.Typing
                || decoded instanceof ClientFrame.Watch
                || decoded instanceof ClientFrame.Unwatch;
    }

    /** As large as that of sends, and its own: receipts, typing and presence never cost a message (P9). */
    private TokenBucket passingAllowance(long nowMillis) {
        TokenBucket bucket = passingAllowance;
        if (bucket == null) {
            bucket = new TokenBucket(gateway.config.sendsPerSecond(), gateway.config.sendsBurst(), nowMillis);
            passingAllowance = bucket;
        }
        return bucket;
    }

    private static int cost(Decoded decoded) {
        return switch (decoded) {
            case ClientFrame.Sync sync -> SYNC_COST + sync.cursors().size() / 50;
            case ClientFrame.Open open -> OPEN_COST;
            case ClientFrame.Reauth reauth -> REAUTH_COST;
            case ClientFrame.Watch watch -> WATCH_COST + watch.userIds().size() / 2;
            default -> 1;
        };
    }

    private void submit(@Nullable String ref, String clientMessageId, ConversationId conversation, Content content) {
        Sends mine = sends;
        if (mine == null) {
            mine = new Sends();
            sends = mine;
        }
        if (mine.unanswered() >= 4 * gateway.config.inFlightMax()) {
            feed.send(new ServerFrame.Error(
                    ErrorCode.BUSY, "too many sends without an answer", 1_000, ref, clientMessageId, conversation));
            return;
        }
        Map<ConversationId, Lane> myLanes = lanes;
        if (myLanes == null) {
            myLanes = new HashMap<>(4);
            lanes = myLanes;
        }
        Draft draft = new Draft(conversation, me().id, clientMessageId, id, List.of(content));
        Sends.Send send = new Sends.Send(draft, ref) {
            @Override
            void answered(Answer answer) {
                Session.this.answered(this, answer);
            }
        };
        mine.add(send);
        gateway.submitter().submit(send, myLanes);
        if (mine.unanswered() >= gateway.config.inFlightMax()) feed.holdReading(Feed.FOR_SENDS);
    }

    private void answered(Sends.Send send, Answer answer) {
        if (state == State.CLOSED || sends == null) return;
        Gate gate = gateway.gates.get(send.draft.conversationId());
        ServerFrame frame = sends.answered(send, answer, gate == null ? 0 : gate.cursor());
        if (frame != null) feed.send(frame);
        settled();
    }

    private void settled() {
        if (sends == null) return;
        if (sends.unanswered() < gateway.config.inFlightMax() / 2) feed.goOnReading(Feed.FOR_SENDS);
        if (sends.isEmpty()) sends = null;
    }

    /** An entry that this session sent passes the gate. False: the ack is all that comes of it. */
    boolean comesAsEvent(Event event) {
        if (sends == null) return true;
        Sends.Passed passed = sends.passed(event.entry());
        if (passed.ack() != null) feed.send(passed.ack());
        settled();
        return passed.asEvent();
    }

    private void receipt(ClientFrame.Receipt frame) {
        gateway.receipts
                .take(me().id, frame.conversationId(), frame.receiptType(), frame.sequence(), id)
                .onComplete(answer -> {
                    if (state == State.CLOSED) return;
                    if (answer.failed()) refuse(frame, ErrorCode.UNAVAILABLE, "the store did not take it", 1_000);
                    else if (answer.result() == Receipts.Taken.BUSY)
                        refuse(frame, ErrorCode.BUSY, "too many receipts wait", 1_000);
                    else if (answer.result() == Receipts.Taken.NOT_FOUND) refuseUnknown(frame);
                });
    }

    private void typing(ClientFrame.Typing frame) {
        gateway.typing.take(me(), frame.conversationId(), frame.active()).onComplete(answer -> {
            if (state == State.CLOSED) return;
            if (answer.failed()) refuse(frame, ErrorCode.UNAVAILABLE, "the store did not answer", 1_000);
            else if (!answer.result()) refuseUnknown(frame);
        });
    }

    private void refuseUnknown(ClientFrame frame) {
        refuse(frame, ErrorCode.NOT_FOUND, "there is no such conversation, or it is not yours", 0);
    }

    private void watch(ClientFrame.Watch frame) {
        if (watcher == null) watcher = new Watcher(me().id, feed);
        ErrorCode refused = gateway.lookout.watch(watcher, frame.userIds());
        if (refused == ErrorCode.TOO_LARGE) refuse(frame, refused, "too many users are watched by this session", 0);
        else if (refused != null) refuse(frame, refused, "too many users are watched here", 5_000);
    }

    private void heartbeat(ClientFrame.Heartbeat frame) {
        Map<ConversationId, Long> heads = gateway.headsSince(this, heardHeadsAt);
        heardHeadsAt = gateway.loop.monotonicMillis();
        feed.send(new ServerFrame.Heartbeat(frame.ref(), gateway.loop.millis(), gateway.watermark(), heads));
        if (--heartbeats > 0) return;
        heartbeats = COMPARE_EVERY;
        gateway.compare(me());
    }

    private void reauth(ClientFrame.Reauth frame) {
        Identity proven = gateway.tokens.verify(frame.token(), gateway.loop.millis());
        if (proven == null || !proven.userId().equals(me().id)) {
            refuse(frame, ErrorCode.UNAUTHENTICATED, "the token is not valid for this session", 0);
            if (isExpired()) close(CloseCode.UNAUTHENTICATED);
            return;
        }
        identity = proven;
        gateway.unread(me()).onComplete(answer -> {
            if (state != State.WELCOME) return;
            if (answer.failed()) LOG.warn("what user {} has not read is told as before", me().id, answer.cause());
            sendWelcome(frame.ref(), answer.succeeded() ? answer.result() : unreadTotal);
        });
    }

    // What the attaching tells.

    /** It is known where live entries begin. */
    void welcome(long unread) {
        state = State.WELCOME;
        gateway.tally.welcomeSeconds.record(
                TimeUnit.MILLISECONDS.toNanos(gateway.loop.monotonicMillis() - saidHelloAt));
        heartbeats = 1 + gateway.random.nextInt(COMPARE_EVERY);
        heardHeadsAt = gateway.loop.monotonicMillis();
        sendWelcome(ref, unread);
        ref = null;
        List<Decoded> said = early;
        early = null;
        if (said != null) gateway.loop.soon(() -> catchUp(said));
        else feed.goOnReading(Feed.FOR_WELCOME);
    }

    /** It cannot be welcomed. */
    void attachFailed() {
        feed.send(new ServerFrame.Error(
                ErrorCode.UNAVAILABLE, "the store cannot be read now", gateway.retryAfterMillis(), ref, null, null));
        close(CloseCode.TOO_SLOW);
    }

    private void catchUp(List<Decoded> said) {
        for (Decoded decoded : said) if (state == State.WELCOME) handle(decoded);
        if (state == State.WELCOME) feed.goOnReading(Feed.FOR_WELCOME);
    }

    private void sendWelcome(@Nullable String toRef, long unread) {
        unreadTotal = unread;
        feed.send(new ServerFrame.Welcome(
                toRef,
                id,
                me().id,
                Objects.requireNonNull(device),
                gateway.loop.millis(),
                gateway.watermark(),
                gateway.config.heartbeatMillis(),
                gateway.config.limits(),
                List.of(),
                gateway.incarnation(),
                unread));
    }

    void refuse(Decoded decoded, ErrorCode code, String message, long retryAfterMillis) {
        String toRef = null;
        String clientMessageId = null;
        ConversationId conversation = null;
        switch (decoded) {
            case ClientFrame.SendMessage frame -> {
                clientMessageId = frame.clientMessageId();
                conversation = frame.conversationId();
                toRef = frame.ref();
            }
            case ClientFrame.EditMessage frame -> {
                clientMessageId = frame.clientMessageId();
                conversation = frame.conversationId();
                toRef = frame.ref();
            }
            case ClientFrame.DeleteMessage frame -> {
                clientMessageId = frame.clientMessageId();
                conversation = frame.conversationId();
                toRef = frame.ref();
            }
            case ClientFrame.Receipt frame -> {
                conversation = frame.conversationId();
                toRef = frame.ref();
            }
            case ClientFrame.Typing frame -> {
                conversation = frame.conversationId();
                toRef = frame.ref();
            }
            case ClientFrame frame -> toRef = frame.ref();
            case Decoded.Refusal refusal -> {
                clientMessageId = refusal.clientMessageId();
                conversation = refusal.conversationId();
                toRef = refusal.ref();
            }
        }
        feed.send(new ServerFrame.Error(code, message, retryAfterMillis, toRef, clientMessageId, conversation));
    }

    // Its life.

    /** Once a second. */
    void tick(long nowMillis) {
        if (state == State.CLOSED || state == State.NEW) return;
        if (feed.isStuck(nowMillis)) {
            goAway("too much waits for this session to read it");
            close(CloseCode.TOO_SLOW);
        } else if (state == State.ATTACHING && nowMillis - saidHelloAt >= WELCOME_MILLIS_MAX) {
            LOG.warn("user {}: not welcome {} ms after the hello", me().id, nowMillis - saidHelloAt);
            attachFailed();
        } else if (isExpired()
                || !gateway.tokens.isTrusted(Objects.requireNonNull(identity).key())) {
            close(CloseCode.UNAUTHENTICATED);
        }
    }

    /** The time for a hello is over. */
    void helloOverdue() {
        if (state == State.NEW) close(CloseCode.NO_HELLO);
    }

    private boolean isExpired() {
        return identity != null && identity.expiresAtMillis() <= gateway.loop.millis();
    }

    boolean isOpen() {
        return state != State.CLOSED;
    }

    /** It was told where live entries begin. */
    boolean isWelcome() {
        return state == State.WELCOME;
    }

    Transport.Kind kind() {
        return transport.kind();
    }

    boolean isNew() {
        return state == State.NEW;
    }

    /** Whether the device has the conversation on screen. */
    boolean hasOpen(ConversationId conversation) {
        return open != null && open.has(conversation);
    }

    /** Whether sends are without an answer. */
    boolean hasUnanswered() {
        return sends != null && sends.unanswered() > 0;
    }

    void goAway(String reason) {
        if (state == State.WELCOME) feed.send(new ServerFrame.GoAway(gateway.retryAfterMillis(), reason));
    }

    void close(CloseCode code) {
        if (state == State.CLOSED) return;
        gateway.tally.closed(code);
        transport.close(code.number(), code.reason());
        ended();
    }

    private void ended() {
        if (state == State.CLOSED) return;
        state = State.CLOSED;
        gateway.ended(this);
        if (watcher != null) gateway.lookout.end(watcher);
        if (open != null) for (ConversationId each : open.all()) gateway.channels.closed(this, each);
        watcher = null;
        early = null;
        sends = null;
        feed.end();
    }

    void belongTo(LocalUser owner) {
        user = owner;
    }

    /** Null before the hello. */
    @Nullable
    LocalUser user() {
        return user;
    }

    /** After the hello. */
    LocalUser me() {
        return Objects.requireNonNull(user);
    }

    @Nullable
    DeviceId device() {
        return device;
    }

    /** After the hello. */
    DeviceId knownDevice() {
        return Objects.requireNonNull(device);
    }

    /** When it said hello (monotonic). */
    long saidHelloAt() {
        return saidHelloAt;
    }

    /** When it said something last, in Unix milliseconds. */
    long activeAt() {
        return activeAt;
    }

    @Nullable
    String client() {
        return client;
    }

    /** When it was announced; the greater is the newer. 0: not known. */
    long turn() {
        return turn;
    }

    void turn(long announced) {
        turn = announced;
    }
}
