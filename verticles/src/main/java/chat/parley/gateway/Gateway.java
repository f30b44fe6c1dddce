package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Bus.Listening;
import chat.parley.bus.Deliver;
import chat.parley.bus.EndSessions;
import chat.parley.bus.Loop;
import chat.parley.bus.Presences;
import chat.parley.bus.SettingsChanged;
import chat.parley.bus.Signals;
import chat.parley.bus.Topology;
import chat.parley.gateway.Announcer.Standing;
import chat.parley.gateway.auth.Tokens;
import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Ephemeral;
import chat.parley.store.SharedBuckets;
import chat.parley.store.Stores;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import chat.parley.telemetry.Traces;
import chat.parley.wire.CloseCode;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ReceiptType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One gateway instance: the sessions of one event loop, and what stands between them and the bus. Used from that loop only. */
public final class Gateway {
    /** In conversations of more members nobody is told of the others' receipts and typing. */
    public static final int RECEIPT_MEMBERS_MAX = Roster.MEMBERS_MAX;

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long TICK_MILLIS = 1_000;
    private static final int HEADS_MAX = 1_000;
    private static final int DRAIN_SLICES = 20;

    /** As many come anew elsewhere in a second as this lets go, of each instance. */
    private static final int DRAINED_PER_SECOND = 1_000;

    /** From the last {@code goaway} to the close, at least: who heard it may go by itself. */
    private static final int DRAIN_MILLIS_MIN = 200;

    private static final int RETRY_SPREAD_MILLIS = 2_000;
    private static final int WRITE_MILLIS_MAX = 2_000;

    final Loop loop;
    final Stores stores;
    final Tokens tokens;
    final RandomGenerator random;
    final GatewayConfig config;
    final FrameCodec codec;
    final Users users;
    final Gates gates;
    final Channels channels;
    final Tally tally = new Tally();
    final Tail tail;
    final ResumeReads resumeReads;
    final Ranges ranges;
    final Receipts receipts;
    final Typing typing;
    final Lookout lookout;

    private final String name;
    private final Bus bus;
    private final Topology topology;
    private final String incarnation;
    private final Submitter submitter;
    private final Rechecking rechecking;
    private final ReadPointers readPointers;
    private final Pages pages;
    private final Registrar registrar;
    private final HeadCheck headCheck;
    private final Signalling signalling;
    private final DeviceBook devices;
    private final LastSeen lastSeen;
    private final Attendance attendance;
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final ArrayDeque<Fresh> fresh = new ArrayDeque<>();
    private boolean isTicking;
    private boolean isWaitingForHellos;
    private @Nullable Promise<Void> drained;
    private List<Listening> heardAt = List.of();

    /**
     * @param name of the instance, {@code <node>.<number>}
     * @param boot greater than that of the instance's life before
     */
    public Gateway(
            String name,
            long boot,
            Bus bus,
            Loop loop,
            Stores stores,
            Ephemeral ephemeral,
            Topology topology,
            Tokens tokens,
            RandomGenerator random,
            GatewayConfig config) {
        this.name = name;
        this.bus = bus;
        this.loop = loop;
        this.stores = stores;
        this.topology = topology;
        this.tokens = tokens;
        this.random = random;
        this.config = config;
        this.incarnation = Long.toString(stores.log().incarnation());
        this.codec = new FrameCodec(config.limits());
        SharedBuckets.Rate rate = new SharedBuckets.Rate(config.userSendsPerSecond(), config.userSendsBurst());
        this.users = new Users(new Spending(loop, ephemeral.buckets(), rate));
        this.readPointers = new ReadPointers(loop, stores.directory());
        this.rechecking = new Rechecking(bus, loop, topology);
        this.submitter = new Submitter(bus, loop, topology, readPointers, config.submitMillis(), tally);
        this.tail = new Tail(bus, topology, stores, config.tailMillis());
        Recent recent = new Recent(config.recentBytesMax(), config.recentEntriesMax());
        this.resumeReads = new ResumeReads(config.resumeReadsMax(), config.resumesWaitingMax());
        this.ranges = new Ranges(recent, stores.history(), tail, resumeReads);
        this.lastSeen = new LastSeen(loop, stores.directory());
        Sightings sightings = new Sightings(ephemeral.presence(), topology, lastSeen);
        this.lookout = new Lookout(name, boot, bus, loop, topology, stores.directory(), sightings, config.watch());
        this.attendance = new Attendance(name, loop, ephemeral.presence());
        this.channels = new Channels(loop, config.workerMembersMax());
        this.gates = new Gates(users, loop, tail, recent, channels, config, lookout::passed);
        this.pages = new Pages(stores, tail);
        this.headCheck = new HeadCheck(stores.directory(), gates, users);
        this.devices = new DeviceBook(loop, stores.directory());
        long life = stores.log().incarnation();
        this.signalling =
                new Signalling(name, boot, life, bus, loop, topology, users, gates, stores.directory(), lookout);
        Roster roster = new Roster(loop, stores.directory(), gates);
        this.receipts = new Receipts(loop, stores, gates, roster, signalling);
        this.typing = new Typing(loop, stores.directory(), gates, roster, signalling);
        this.registrar =
                new Registrar(name, boot, bus, loop, topology, config.announceMillis(), this::registryWasWrong);
    }

    /** Completes once the instance can be reached on the bus. */
    public Future<Void> start() {
        registrar.start();
        submitter.start();
        lookout.start();
        return Future.all(
                        bus.listen(Address.gateways(topology.self()), this::heard),
                        bus.listen(Address.gateway(name), this::heard))
                .map(all -> {
                    heardAt = all.list();
                    return null;
                });
    }

    /** A device has connected; it has not said who it is. */
    public Session open(Transport transport) {
        Session session = new Session(this, transport, newSessionId());
        sessions.add(session);
        tally.opened(transport.kind());
        fresh.add(new Fresh(session, loop.monotonicMillis() + config.helloMillis()));
        waitForHellos();
        if (!isTicking) {
            isTicking = true;
            loop.after(TICK_MILLIS, this::tick);
        }
        return session;
    }

    private String newSessionId() {
        return Long.toHexString(random.nextLong() | Long.MIN_VALUE)
                + Long.toHexString(random.nextLong() | Long.MIN_VALUE);
    }

    /** Sends drafts to their sequencers; for HTTP too. */
    public Submitter submitter() {
        return submitter;
    }

    /** Pages of entries as a user may see them. */
    public Pages pages() {
        return pages;
    }

    /**
     * Takes the cost of an operation from the user's allowance.
     *
     * @return 0, or after how many milliseconds to try again
     */
    public long admit(UserId user, int cost) {
        long now = loop.monotonicMillis();
        return users.allowance(user, now).take(cost, now);
    }

    /** A receipt that came without a session. Empty once it is written; else why it was refused. */
    public Future<Optional<ErrorCode>> receipt(
            UserId user, ConversationId conversation, ReceiptType type, long sequence) {
        return receipts.take(user, conversation, type, sequence, "").map(taken -> switch (taken) {
            case DONE -> Optional.empty();
            case NOT_FOUND -> Optional.of(ErrorCode.NOT_FOUND);
            case BUSY -> Optional.of(ErrorCode.BUSY);
        });
    }

    /** The user has set this: it holds here at once, and wherever the user is watched. */
    public void settingsChanged(UserId user, UserSettings settings) {
        signalling.settings(user, settings);
        String owner = topology.presenceOwner(user.shard());
        if (owner != null) bus.send(Address.presence(owner), new SettingsChanged(user));
    }

    /** The user has blocked the other, or does so no longer: completes once no direct message is decided on what was before. */
    public Future<Void> blocksChanged(UserId user, UserId other, UserSettings settings) {
        settingsChanged(user, settings);
        return rechecking.recheck(ConversationId.direct(user, other));
    }

    /** Ends all sessions of a device, wherever they are. */
    public void endSessions(UserId user, DeviceId device, CloseCode code) {
        EndSessions end = new EndSessions(user, device, Long.MAX_VALUE, code);
        end(end);
        String owner = topology.presenceOwner(user.shard());
        if (owner != null) bus.send(Address.presence(owner), end);
    }

    /** What the user may see now of whether these are there: a presence event for each. Null: too many ask. */
    public @Nullable Future<List<byte[]>> presence(UserId user, List<UserId> users) {
        return lookout.look(user, users);
    }

    /** Sessions that are open now, with or without a hello. */
    public int sessions() {
        return sessions.size();
    }

    /** Conversations whose order is kept here now. */
    public int gates() {
        return gates.count();
    }

    /** Tells of the messages that are followed to these. Before it starts. */
    void traces(Traces its) {
        submitter.traces(its);
        gates.traces(its);
    }

    /** What the instance counts. */
    Figures figures() {
        return tally.figures()
                .count(Metric.GATEWAY_PULLS, gates::pulls)
                .level(Metric.SUBMIT_WAITING, submitter::drafts)
                .level(Metric.GATES, gates::count)
                .level(Metric.USERS, users::count)
                .level(Metric.RESUMES_WAITING, resumeReads::waiting);
    }

    // What comes by the bus.

    private void heard(Bus.Received received) {
        switch (received.body()) {
            case Deliver deliver -> {
                if (deliver.incarnation() == stores.log().incarnation()) gates.deliver(deliver);
                else LOG.debug("entries of another life of the data were dropped");
            }
            case EndSessions end -> end(end);
            case Signals signals -> signalling.heard(signals);
            case Presences presences -> lookout.heard(presences);
            case SettingsChanged changed -> lookout.changed(changed);
            default -> LOG.warn("a {} was dropped", received.body().getClass().getSimpleName());
        }
    }

    private void end(EndSessions end) {
        boolean isSignedOut = end.turn() == Long.MAX_VALUE;
        LocalUser user = users.get(end.userId());
        List<Session> theirs = user == null ? List.of() : List.copyOf(user.sessions);
        for (Session session : theirs) {
            if (!end.deviceId().equals(session.device())) continue;
            boolean isOlder = session.turn() > 0 && session.turn() < end.turn();
            if (isOlder || isSignedOut) session.close(end.code());
        }
        if (isSignedOut) devices.forget(end.userId(), end.deviceId()); // what waits would bring it back
    }

    private void registryWasWrong(List<UserId> wrong) {
        for (UserId id : wrong) {
            LocalUser user = users.get(id);
            if (user != null && user.isReady) headCheck.compare(user);
        }
    }

    // What sessions ask for.

    /** The session is this device's from now on; an older one ends. False: the user has too many. */
    boolean enter(Session session, UserId id, DeviceId device) {
        LocalUser user = users.enter(id, loop.monotonicMillis());
        Session former = user.sessionOf(device);
        if (former == null && user.sessions.size() >= config.devicesMax()) return false;
        user.sessions.add(session);
        session.belongTo(user);
        if (former != null) former.close(CloseCode.REPLACED);
        return true;
    }

    /** Tells the registry; {@code goOn} runs when it has answered or will not. */
    void announce(Session session, Runnable goOn) {
        LocalUser user = Objects.requireNonNull(session.user());
        DeviceId device = Objects.requireNonNull(session.device());
        devices.seen(user.id, device, session.client());
        attendance.came(session);
        boolean[] wentOn = {false};
        registrar.came(user.id, standing -> {
            if (!session.isOpen()) return;
            if (standing.answered()) announced(session, user, device, standing);
            if (!wentOn[0]) goOn.run();
            else if (user.isReady) headCheck.compare(user); // what was sent before the registry knew went past us
            wentOn[0] = true;
        });
    }

    private void announced(Session session, LocalUser user, DeviceId device, Standing standing) {
        session.turn(standing.turn());
        EndSessions older = new EndSessions(user.id, device, standing.turn(), CloseCode.REPLACED);
        for (String other : standing.elsewhere()) bus.send(Address.gateway(other), older);
    }

    void ended(Session session) {
        sessions.remove(session);
        tally.ended(session.kind());
        LocalUser user = session.user();
        if (user != null) {
            DeviceId device = session.device();
            if (device != null) devices.seen(user.id, device, session.client());
            user.sessions.remove(session);
            attendance.gone(session, device != null && user.sessionOf(device) != null);
            if (user.sessions.isEmpty()) {
                registrar.gone(user.id);
                lastSeen.gone(user.id);
                gates.detach(user);
                users.leave(user);
            }
        }
        if (drained != null && sessions.isEmpty()) drained.tryComplete();
    }

    /** The heads of the user's conversations that have moved since; of channels, if the session looks at them. */
    Map<ConversationId, Long> headsSince(Session session, long sinceMillis) {
        Map<ConversationId, Long> heads = new LinkedHashMap<>();
        for (Gate gate : session.me().gates) {
            if (gate.isChannel && !session.hasOpen(gate.conversation)) continue;
            if (gate.movedAtMillis() >= sinceMillis && gate.cursor() > 0) heads.put(gate.conversation, gate.cursor());
            if (heads.size() == HEADS_MAX) break;
        }
        return heads;
    }

    void compare(LocalUser user) {
        headCheck.compare(user);
    }

    /** What was sent to any of the users here may be lost, with all repeats of its head. */
    public void compareHeads() {
        for (Session session : sessions) {
            LocalUser user = session.user();
            if (user != null && user.isReady) headCheck.compare(user);
        }
    }

    Future<Long> unread(LocalUser user) {
        return Unread.read(stores.directory(), user.id);
    }

    /** How the sessions of the user here stand to the conversation. */
    List<Whereabouts> whereabouts(UserId id, ConversationId conversation) {
        LocalUser user = users.get(id);
        if (user == null) return List.of();
        Gate gate = gates.get(conversation);
        long toUnix = loop.millis() - loop.monotonicMillis();
        List<Whereabouts> all = new ArrayList<>(user.sessions.size());
        for (Session session : user.sessions) {
            boolean isSentLive = gate == null || !gate.isChannel || session.hasOpen(conversation);
            all.add(new Whereabouts(
                    name,
                    session.knownDevice(),
                    session.saidHelloAt() + toUnix,
                    session.isWelcome(),
                    gate == null ? -1 : gate.cursor(),
                    gate == null || gate.movedAtMillis() == 0 ? 0 : gate.movedAtMillis() + toUnix,
                    isSentLive,
                    session.feed.owes(conversation),
                    session.feed.pendingBytes()));
        }
        return all;
    }

    String incarnation() {
        return incarnation;
    }

    /** Names a moment of this life of the data; nothing is decided by it yet. */
    String watermark() {
        return incarnation + "." + loop.millis();
    }

    long retryAfterMillis() {
        return 1_000L + random.nextInt(RETRY_SPREAD_MILLIS);
    }

    // Time.

    private void waitForHellos() {
        if (isWaitingForHellos || fresh.isEmpty()) return;
        isWaitingForHellos = true;
        long wait = fresh.element().deadline - loop.monotonicMillis();
        loop.after(Math.max(1, wait), () -> {
            isWaitingForHellos = false;
            long now = loop.monotonicMillis();
            while (!fresh.isEmpty()
                    && (fresh.element().deadline <= now
                            || !fresh.element().session.isNew())) {
                fresh.remove().session.helloOverdue();
            }
            waitForHellos();
        });
    }

    private void tick() {
        isTicking = false;
        long now = loop.monotonicMillis();
        long pending = 0;
        for (Session session : List.copyOf(sessions)) {
            session.tick(now);
            pending += session.feed.pendingBytes();
        }
        tally.outboxBytes = pending;
        if (sessions.isEmpty()) return;
        isTicking = true;
        loop.after(TICK_MILLIS, this::tick);
    }

    // The end.

    boolean isDraining() {
        return drained != null;
    }

    /**
     * Takes no new sessions, tells all to go elsewhere, spread over a window that is as long as their number asks for, then closes those
     * that are left: those with sends under way when these have their answers. Completes when none is left.
     */
    public Future<Void> drain(long windowMillisMax) {
        if (drained != null) return drained.future();
        long windowMillis = Math.min(windowMillisMax, DRAIN_MILLIS_MIN + sessions.size() * 1_000L / DRAINED_PER_SECOND);
        Promise<Void> promise = Promise.promise();
        drained = promise;
        readPointers.write();
        receipts.hurry();
        if (sessions.isEmpty()) promise.complete();
        List<Session> all = new ArrayList<>(sessions);
        for (int slice = 0; slice < DRAIN_SLICES; slice++) {
            int from = slice;
            loop.after(1 + windowMillis * slice / DRAIN_SLICES, () -> {
                for (int i = from; i < all.size(); i += DRAIN_SLICES) all.get(i).goAway("this node drains");
            });
        }
        loop.after(windowMillis + 1, () -> closeSettled(loop.monotonicMillis() + config.submitMillis()));
        return promise.future();
    }

    private void closeSettled(long deadline) {
        boolean isOver = loop.monotonicMillis() >= deadline;
        for (Session session : List.copyOf(sessions)) {
            if (isOver || !session.hasUnanswered()) session.close(CloseCode.DRAINING);
        }
        receipts.hurry();
        if (sessions.isEmpty()) {
            readPointers.write();
            lastSeen.write();
        } else loop.after(50, () -> closeSettled(deadline));
    }

    /** Of who was here; completes when it is, or after seconds if the store does not take it. */
    Future<Void> writeDown() {
        Promise<Void> written = Promise.promise();
        devices.hurry();
        Future.join(readPointers.write(), lastSeen.write())
                .onComplete(done -> written(loop.monotonicMillis() + WRITE_MILLIS_MAX, written));
        return written.future();
    }

    private void written(long deadline, Promise<Void> written) {
        if (devices.isIdle() || loop.monotonicMillis() >= deadline) written.complete();
        else loop.after(20, () -> written(deadline, written));
    }

    /**
     * Drained, it says to the others that nobody is here, and is heard of no more. Completes when they know, or after that time, if they do not
     * answer.
     */
    Future<Void> end(long millisMax) {
        Promise<Void> ended = Promise.promise();
        devices.hurry();
        endSettled(loop.monotonicMillis() + millisMax, ended);
        return ended.future();
    }

    private void endSettled(long deadline, Promise<Void> ended) {
        boolean isSettled = registrar.isSettled() && devices.isIdle() && attendance.isIdle();
        if (!isSettled && loop.monotonicMillis() < deadline) {
            loop.after(50, () -> endSettled(deadline, ended));
            return;
        }
        if (!isSettled)
            LOG.warn(
                    "{} ends though not all is told of who was here: registry {}, devices {}, presence {}",
                    name,
                    registrar.isSettled(),
                    devices.isIdle(),
                    attendance.isIdle());
        registrar.stop();
        submitter.stop();
        lookout.stop();
        List<Future<Void>> last = new ArrayList<>(List.of(readPointers.write(), lastSeen.write()));
        for (Listening each : heardAt) last.add(each.stop());
        Future.join(last).<Void>mapEmpty().onComplete(ended);
    }

    /** Of what the node may watch this is its share from now on. */
    void share(WatchConfig watch) {
        lookout.share(watch);
    }

    private record Fresh(Session session, long deadline) {}
}
