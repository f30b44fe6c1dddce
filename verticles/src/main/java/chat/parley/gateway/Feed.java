package chat.parley.gateway;

import chat.parley.bus.Event;
import chat.parley.model.ConversationId;
import chat.parley.model.Role;
import chat.parley.wire.ClientFrame;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.FrameCodec;
import chat.parley.wire.ServerFrame;
import chat.parley.wire.ServerFrame.GapReason;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one session is sent: answers, what it missed, and live entries, each in its place behind the others. Live entries that find
 * the socket full are dropped, and the client is told; answers never are, but while they do not leave nothing more is read.
 */
final class Feed implements Watcher.Sink {
    static final int FOR_SENDS = 1;
    static final int FOR_WELCOME = 2;
    private static final int FOR_ROOM = 4;

    private static final int SYNCS_MAX = 16;

    /** Presence leaves to messages what is more than this part of the outbox. */
    private static final int PRESENCE_PART = 8;

    private final Gateway gateway;
    private final Session session;
    private final Transport transport;
    private @Nullable Attaching attaching;
    private @Nullable ArrayDeque<ClientFrame> syncs;
    private @Nullable Outbox outbox;
    private @Nullable Map<ConversationId, Long> floors;
    private int unreadFor;
    private long fullSince;
    private boolean isTelling;

    Feed(Gateway gateway, Session session, Transport transport) {
        this.gateway = gateway;
        this.session = session;
        this.transport = transport;
    }

    // What was missed.

    /** Live entries are noted from now on, until the answer says where they begin. */
    Attaching attach(Attach attach) {
        Attaching begun = new Attaching(gateway, session, attach);
        attaching = begun;
        return begun;
    }

    /** A sync, or a conversation that is opened; one after the other. */
    void sync(ClientFrame frame) {
        if (attaching == null) {
            startSync(frame);
            return;
        }
        if (syncs == null) syncs = new ArrayDeque<>(2);
        if (syncs.size() < SYNCS_MAX) syncs.add(frame);
        else session.refuse(frame, ErrorCode.BUSY, "too many syncs wait", 1_000);
    }

    private void startSync(ClientFrame frame) {
        LocalUser me = session.me();
        Attach attach = switch (frame) {
            case ClientFrame.Sync sync
            when outbox != null && outbox.isAllTold() -> Attach.all(me.id, sync.ref(), sync.cursors(), gateway.config);
            case ClientFrame.Sync sync -> Attach.named(me.id, sync.ref(), sync.cursors(), gateway.config);
            case ClientFrame.Open open -> Attach.open(me.id, open, gateway.config);
            default -> throw new IllegalArgumentException("no sync");
        };
        if (outbox != null) {
            if (attach.coversAll()) outbox.syncedAll();
            else for (ConversationId conversation : attach.asked()) outbox.synced(conversation);
            if (outbox.isEmpty()) outbox = null;
        }
        attach(attach).start();
    }

    /** This session gets what is at or below the head by other ways, though the gate has not passed it yet. */
    void startAbove(ConversationId conversation, long head) {
        if (floors == null) floors = new HashMap<>(4);
        floors.put(conversation, head);
    }

    /** All is sent; what passed meanwhile follows. */
    void attached(Attaching done) {
        if (attaching != done) return;
        attaching = null;
        for (Attach.Waiting waiting : done.attach().waiting())
            pass(waiting.conversation(), waiting.sequence(), waiting.frame());
        for (ConversationId lost : done.attach().lost()) resync(lost);
        nextSync();
    }

    void attachFailed(Attaching failed) {
        if (attaching != failed) return;
        attaching = null;
        if (!session.isWelcome()) {
            session.attachFailed();
            return;
        }
        String ref = failed.attach().ref();
        send(new ServerFrame.Error(
                ErrorCode.UNAVAILABLE, "the store cannot be read now", gateway.retryAfterMillis(), ref, null, null));
        if (failed.attach().coversAll()) for (Gate gate : session.me().gates) resync(gate.conversation);
        else for (ConversationId conversation : failed.attach().asked()) resync(conversation);
        nextSync();
    }

    private void nextSync() {
        if (syncs == null) return;
        ClientFrame next = syncs.poll();
        if (syncs.isEmpty()) syncs = null;
        if (next != null) startSync(next);
    }

    // What passes the gates.

    /** Before the session is attached: there is an entry. */
    void note(ConversationId conversation, long sequence) {
        if (attaching != null && !attaching.attach().isFixed())
            attaching.attach().note(conversation, sequence);
    }

    /** Entries that this session's user did not send. */
    void live(Passing passing) {
        if (outbox != null && outbox.isPaused(passing.conversation) && attaching == null) return;
        if (attaching == null && floors == null) {
            if (isFull()) {
                gateway.tally.dropped.add(passing.run.size());
                drop(passing.conversation);
            } else {
                gateway.tally.deliveries.add(passing.run.size());
                transport.write(passing.packet());
            }
            return;
        }
        for (int i = 0; i < passing.run.size(); i++)
            pass(passing.conversation, passing.run.get(i).entry().sequence(), passing.frame(i));
    }

    /** Entries of which this session's user gets some in another form: their own, perhaps sent by this very session, or as their role has it. */
    void liveOwn(Passing passing, Role role) {
        List<Event> run = passing.run;
        for (int i = 0; i < run.size(); i++) {
            Event event = run.get(i);
            if (!event.entry().senderId().equals(session.me().id)) {
                pass(passing.conversation, event.entry().sequence(), passing.frame(i, session.me().id, role));
                continue;
            }
            if (event.entry().origin().equals(session.id) && !session.comesAsEvent(event)) continue;
            pass(passing.conversation, event.entry().sequence(), passing.own(i));
        }
    }

    /** Sequences that will never come: their user was no member. */
    void gap(ConversationId conversation, long from, long to) {
        pass(conversation, to, FrameCodec.encode(new ServerFrame.Gap(conversation, from, to, GapReason.NOT_MEMBER)));
    }

    private void pass(ConversationId conversation, long sequence, byte[] frame) {
        if (attaching != null && attaching.attach().covers(conversation)) {
            if (attaching.attach().isFixed()) attaching.attach().pass(conversation, sequence, frame);
            else attaching.attach().note(conversation, sequence);
            return;
        }
        if (!session.isWelcome()) return;
        if (floors != null) {
            Long floor = floors.get(conversation);
            if (floor != null && sequence <= floor) return;
            if (floor != null) floors.remove(conversation);
            if (floors.isEmpty()) floors = null;
        }
        if (outbox != null && outbox.isPaused(conversation)) return;
        if (isFull()) {
            gateway.tally.dropped.increment();
            drop(conversation);
        } else {
            gateway.tally.deliveries.increment();
            write(frame);
        }
    }

    /** Entries of the conversation went past this session. */
    void resync(ConversationId conversation) {
        if (!session.isWelcome()) return;
        if (attaching != null && attaching.attach().covers(conversation))
            attaching.attach().lose(conversation);
        else drop(conversation);
    }

    /** The conversation goes on behind the head; what is up to it went past this session, unless it is attaching. */
    void missed(ConversationId conversation, long head) {
        note(conversation, head);
        resync(conversation);
    }

    private boolean isFull() {
        return transport.pendingBytes() > gateway.config.outboxBytesMax()
                || transport.pendingFrames() > gateway.config.outboxFramesMax();
    }

    private void drop(ConversationId conversation) {
        if (outbox == null) outbox = new Outbox();
        outbox.drop(conversation);
        if (!outbox.hasUntold() || isTelling) return;
        isTelling = true;
        if (fullSince == 0 && isFull()) fullSince = Math.max(1, gateway.loop.monotonicMillis());
        gateway.loop.soon(() -> {
            if (session.isOpen()) whenDrained(this::drained);
        });
    }

    private void drained() {
        isTelling = false;
        fullSince = 0;
        if (!session.isWelcome() || outbox == null) return;
        ServerFrame.Resync resync = outbox.tell();
        if (resync != null) send(resync);
    }

    // Who is there.

    @Override
    public boolean hasRoom() {
        return session.isWelcome()
                && transport.pendingBytes() <= gateway.config.outboxBytesMax() / PRESENCE_PART
                && transport.pendingFrames() <= gateway.config.outboxFramesMax() / PRESENCE_PART;
    }

    /** They are few and small, and there is room: no more than a third of an outbox is ever theirs. */
    @Override
    public void write(List<byte[]> presence) {
        Packet packet = Packet.of(presence);
        transport.write(packet);
        packet.release();
    }

    /** How far channels go. False: there is no room, so it is to be told later. */
    boolean news(Packet packet) {
        if (!session.isWelcome()) return true; // what it is answered says so
        if (!hasRoom()) return false;
        transport.write(packet);
        return true;
    }

    // What is written, and whether it is read.

    void send(ServerFrame frame) {
        if (frame instanceof ServerFrame.Error error) gateway.tally.refused(error.code());
        write(FrameCodec.encode(frame));
    }

    void write(byte[] json) {
        if (!session.isOpen()) return;
        write(List.of(json));
        if ((unreadFor & FOR_ROOM) == 0 && isFull()) waitForRoom();
    }

    /** Who does not take the answers is not asked for more questions. */
    private void waitForRoom() {
        if (fullSince == 0) fullSince = Math.max(1, gateway.loop.monotonicMillis());
        holdReading(FOR_ROOM);
        whenDrained(() -> {
            if (!isTelling) fullSince = 0;
            goOnReading(FOR_ROOM);
        });
    }

    /** Full for so long that the client must be taken for gone. */
    boolean isStuck(long nowMillis) {
        return fullSince > 0 && nowMillis - fullSince > gateway.config.slowMillis();
    }

    /** What may be lost gives way: it takes no more than half of the room, and is dropped where the client is owed entries. */
    void signal(Packet packet) {
        boolean hasRoom = transport.pendingBytes() <= gateway.config.outboxBytesMax() / 2
                && transport.pendingFrames() <= gateway.config.outboxFramesMax() / 2;
        if (session.isWelcome() && outbox == null && hasRoom) transport.write(packet);
    }

    /** Whether entries of the conversation went past, until the client has synchronised it. */
    boolean owes(ConversationId conversation) {
        return outbox != null && outbox.isPaused(conversation);
    }

    /** What the client has not taken. */
    long pendingBytes() {
        return transport.pendingBytes();
    }

    /** Nothing is sent any more. */
    void end() {
        attaching = null;
        syncs = null;
        outbox = null;
        floors = null;
    }

    /** Runs it when less than half of what may be pending is. */
    void whenDrained(Runnable action) {
        transport.whenDrained(gateway.config.outboxBytesMax() / 2, gateway.config.outboxFramesMax() / 2, action);
    }

    /** Reads nothing more from the client until every such reason has gone. */
    void holdReading(int reason) {
        if (unreadFor == 0) transport.pauseReading(true);
        unreadFor |= reason;
    }

    void goOnReading(int reason) {
        if ((unreadFor & reason) == 0) return;
        unreadFor &= ~reason;
        if (unreadFor == 0 && session.isOpen()) transport.pauseReading(false);
    }
}
