package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Damaged;
import chat.parley.store.Directory;
import chat.parley.wire.ErrorCode;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out an {@link Attach} for a session: reads, tells the gates, sends as the socket drains. */
final class Attaching {
    private static final Logger LOG = LoggerFactory.getLogger(Attaching.class);
    private static final long PAUSE_MILLIS = 100;
    private static final int TRIES_MAX = 20;

    /** Of one array: small beside the outbox, so that live entries of other conversations find room. */
    private static final int ARRAY_BYTES_MAX = 64 << 10;

    private final Gateway gateway;
    private final Session session;
    private final LocalUser user;
    private final Attach attach;
    private final boolean isHello;
    private int failures;

    Attaching(Gateway gateway, Session session, Attach attach) {
        this.gateway = gateway;
        this.session = session;
        this.user = session.me();
        this.attach = attach;
        this.isHello = !session.isWelcome();
    }

    Attach attach() {
        return attach;
    }

    void start() {
        ifOpen(this::read);
    }

    /** Memberships say which conversations there are; then their heads; then the memberships as of those heads. */
    private void read() {
        Reading reading = new Reading();
        gateway.resumeReads
                .take(
                        isHello ? ResumeReads.Kind.HEADS : ResumeReads.Kind.HEADS_HERE,
                        session::isOpen,
                        () -> read(reading))
                .onComplete(answer -> ifOpen(() -> {
                    if (answer.failed()) {
                        again("the conversations were not read", answer.cause(), this::read);
                        return;
                    }
                    reading.memberships = answer.result();
                    fix(reading);
                }));
    }

    private Future<List<Membership>> read(Reading reading) {
        return memberships().compose(memberships -> {
            List<ConversationId> conversations = conversations(memberships);
            if (conversations.isEmpty()) return Future.succeededFuture(memberships);
            Directory directory = gateway.stores.directory();
            Future<?> pointers = isHello
                    ? directory.readPointers(user.id, conversations).onSuccess(found -> reading.pointers = found)
                    : Future.succeededFuture();
            Future<?> heads = directory.heads(conversations).onSuccess(found -> reading.heads = found);
            return Future.all(heads, pointers).compose(done -> memberships());
        });
    }

    private Future<List<Membership>> memberships() {
        Directory directory = gateway.stores.directory();
        if (attach.coversAll()) return directory.inbox(user.id);
        if (attach.asked().isEmpty()) return Future.succeededFuture(List.of());
        return directory.memberships(user.id, attach.asked()).map(found -> List.copyOf(found.values()));
    }

    private static List<ConversationId> conversations(List<Membership> memberships) {
        List<ConversationId> conversations = new ArrayList<>(memberships.size());
        for (Membership membership : memberships) conversations.add(membership.conversationId());
        return conversations;
    }

    private void fix(Reading reading) {
        switch (attach.fix(reading.heads, reading.memberships, gateway.gates::get)) {
            case Attach.Fixed.Done done -> fixed(reading);
            case Attach.Fixed.AskEnds ask -> askEnds(reading, ask.known());
        }
    }

    private void askEnds(Reading reading, Map<ConversationId, Long> known) {
        List<Future<?>> ends = new ArrayList<>(known.size());
        known.forEach((conversation, sequence) -> ends.add(gateway.tail
                .read(conversation, sequence, 1, List.of(user.id), sequence)
                .onSuccess(pulled -> attach.confirm(conversation, pulled.head(), of(user.id, pulled.memberships())))));
        Future.join(ends)
                .onComplete(answer -> ifOpen(() -> {
                    if (answer.succeeded()) fix(reading);
                    else again("the ends of conversations were not read", answer.cause(), () -> fix(reading));
                }));
    }

    private static @Nullable Membership of(UserId user, List<Membership> memberships) {
        for (Membership membership : memberships) if (membership.userId().equals(user)) return membership;
        return null;
    }

    /** In this turn every conversation has its place where live entries begin. */
    private void fixed(Reading reading) {
        failures = 0;
        for (Attach.Part part : attach.parts()) {
            if ((isHello || part.lacksSome()) && !isKnown(part)) tellOthers(part);
            if (!part.isMember()) {
                user.toldOfLeaving(part.conversation());
                continue;
            }
            Directory.Head stored = reading.heads.get(part.conversation());
            Gate gate = gateway.gates.attach(
                    user, part.conversation(), part.head(), stored == null ? Gate.MANY : stored.memberCount());
            if (session.hasOpen(part.conversation())) gateway.channels.opened(session, part.conversation());
            gate.role(user, part.role());
            if (gate.has(user) && gate.cursor() < part.head())
                session.feed.startAbove(part.conversation(), part.head());
        }
        if (attach.coversAll()) gateway.users.ready(user);
        if (isHello) session.welcome(Unread.total(reading.memberships, reading.heads, reading.pointers));
        step();
    }

    /** Whether the user's other sessions here were told of it, or will be by the gate. */
    private boolean isKnown(Attach.Part part) {
        Gate gate = gateway.gates.get(part.conversation());
        return gate != null && gate.counts(user) || !part.isMember() && user.knowsOfLeaving(part.conversation());
    }

    /** What this session is sent up to the head the others have missed, and the gate begins behind it. */
    private void tellOthers(Attach.Part part) {
        for (Session other : user.sessions) {
            if (other != session) other.feed.missed(part.conversation(), part.head());
        }
    }

    private void step() {
        List<Attach.Read> reads = attach.next();
        if (reads.isEmpty()) {
            finish();
            return;
        }
        List<Future<List<Recent.Item>>> pages = new ArrayList<>(reads.size());
        for (Attach.Read read : reads) pages.add(page(read));
        Future.join(pages)
                .onComplete(done -> ifOpen(() -> {
                    List<byte[]> frames = new ArrayList<>();
                    Throwable broken = null;
                    for (int i = 0; i < reads.size(); i++) {
                        Future<List<Recent.Item>> page = pages.get(i);
                        if (page.succeeded()) frames.addAll(attach.cut(reads.get(i), page.result()));
                        else if (page.cause() instanceof Damaged) {
                            LOG.error(
                                    "{} is not sent to sessions",
                                    reads.get(i).part().conversation(),
                                    page.cause());
                            attach.giveUp(reads.get(i));
                        } else broken = page.cause();
                    }
                    Throwable cause = broken;
                    send(frames, 0, () -> {
                        if (cause == null) step();
                        else again("missed entries were not read", cause, this::step);
                    });
                }));
    }

    private Future<List<Recent.Item>> page(Attach.Read read) {
        if (read.entriesMax() == 0) return Future.succeededFuture(List.of());
        Attach.Part part = read.part();
        return gateway.ranges.read(part.conversation(), read.after(), part.head(), read.entriesMax(), session::isOpen);
    }

    /** In arrays; the next one when the one before has left. */
    private void send(List<byte[]> frames, int from, Runnable then) {
        if (from == frames.size()) {
            if (from == 0) then.run();
            else gateway.loop.soon(() -> ifOpen(then));
            return;
        }
        int to = from;
        int bytes = 2;
        while (to < frames.size() && (to == from || bytes + frames.get(to).length < ARRAY_BYTES_MAX)) {
            bytes += frames.get(to++).length + 1;
        }
        gateway.tally.resumedEntries.add(to - from);
        session.feed.write(array(frames.subList(from, to), bytes - 1));
        int next = to;
        if (next == frames.size() && attach.next().isEmpty()) then.run();
        else session.feed.whenDrained(() -> ifOpen(() -> send(frames, next, then)));
    }

    private static byte[] array(List<byte[]> frames, int size) {
        if (frames.size() == 1) return frames.getFirst();
        byte[] array = new byte[size];
        int at = 0;
        for (byte[] frame : frames) {
            array[at] = (byte) (at == 0 ? '[' : ',');
            System.arraycopy(frame, 0, array, at + 1, frame.length);
            at += frame.length + 1;
        }
        array[at] = ']';
        return array;
    }

    private void finish() {
        if (attach.isOpen() && attach.parts().isEmpty()) {
            session.feed.send(new ServerFrame.Error(
                    ErrorCode.NOT_FOUND, "there is no such conversation", 0, attach.ref(), null, null));
        } else {
            attach.synced(gateway.watermark()).forEach(session.feed::send);
        }
        session.feed.attached(this);
    }

    private void again(String what, Throwable cause, Runnable retry) {
        LOG.warn("user {}: {}", user.id, what, cause);
        if (++failures >= TRIES_MAX) {
            session.feed.attachFailed(this);
            return;
        }
        long pause = Math.min(1_000, PAUSE_MILLIS << Math.min(4, failures - 1));
        gateway.loop.after(pause, () -> ifOpen(retry));
    }

    /** Each step, in its turn. Of one that breaks nobody else would tell the session, which waits for an answer. */
    private void ifOpen(Runnable action) {
        if (!session.isOpen()) return;
        try {
            action.run();
        } catch (RuntimeException broken) {
            LOG.error("user {}: the session is not brought up to date", user.id, broken);
            session.feed.attachFailed(this);
        }
    }

    /** What is read at the beginning. */
    private static final class Reading {
        Map<ConversationId, Directory.Head> heads = Map.of();
        Map<ConversationId, Directory.ReadPointer> pointers = Map.of();
        List<Membership> memberships = List.of();
    }
}
