package chat.parley.crash;

import chat.parley.checker.Counter;
import chat.parley.checker.EntryKind;
import chat.parley.checker.FaultStep;
import chat.parley.checker.GapReason;
import chat.parley.checker.History;
import chat.parley.checker.How;
import chat.parley.checker.Seen;
import chat.parley.checker.Sent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all clients of a run did and saw, on one clock; and how often. */
final class Recorder {
    private final History history = new History();
    private final Marks marks;
    private final AtomicLong sends = new AtomicLong();
    private final AtomicLong acks = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong holes = new AtomicLong();
    private final AtomicLong resyncs = new AtomicLong();
    private final AtomicLong receiptsRefused = new AtomicLong();
    private final List<String> odd = new CopyOnWriteArrayList<>();
    private final Map<String, Long> firstAckNanos = new ConcurrentHashMap<>(); // by conversation
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>(); // the last sequence, by conversation
    private volatile long countedFromNanos = System.nanoTime();
    private final Hellos hellos = new Hellos();
    private volatile Set<InetSocketAddress> excused = Set.of();
    private volatile boolean ended;

    /** @param keepsPointers what was told of read pointers outlives the end of the node */
    Recorder(boolean keepsPointers) {
        marks = new Marks(history, keepsPointers);
    }

    Marks marks() {
        return marks;
    }

    History history() {
        return history;
    }

    /** Nothing is recorded any more: what happens now is the end of the run, not part of it. */
    void end() {
        ended = true;
    }

    void invoke(String device, @Nullable String session, Sent sent) {
        if (ended) return;
        (sent.attempt() == 1 ? sends : retries).incrementAndGet();
        history.invoke(System.nanoTime(), device, session, sent);
    }

    /** @param invokedNanos when the attempt was made @param ack the fields of {@code message_ack} */
    void ok(String device, @Nullable String session, Sent sent, long invokedNanos, JsonObject ack) {
        if (ended) return;
        long now = System.nanoTime();
        boolean duplicate = ack.getBoolean("duplicate", false);
        acks.incrementAndGet();
        if (duplicate) duplicates.incrementAndGet();
        acknowledged.merge(sent.conversation(), ack.getLong("sequence"), Math::max);
        if (invokedNanos - countedFromNanos > 0) firstAckNanos.putIfAbsent(sent.conversation(), now);
        history.ok(
                now,
                device,
                session,
                sent,
                ack.getLong("sequence"),
                ack.getString("messageId"),
                ack.getLong("sentAt"),
                duplicate);
    }

    void refused(String device, @Nullable String session, Sent sent, String code) {
        if (!ended) history.fail(System.nanoTime(), device, session, sent, code);
    }

    void unknown(String device, @Nullable String session, Sent sent, String why) {
        if (!ended) history.info(System.nanoTime(), device, session, sent, why);
    }

    void received(String device, @Nullable String session, How how, JsonObject event) {
        if (ended) return;
        entries.incrementAndGet();
        history.recv(System.nanoTime(), device, session, how, seen(event));
    }

    /** Somebody has read up to there. @param event the fields of {@code receipt_event} */
    void receipt(String device, String session, JsonObject event) {
        if (!ended) marks.told(device, session, event);
    }

    /** A receipt over HTTP was taken. */
    void receiptTaken(String device, String user, String conversation, long sequence) {
        if (!ended) marks.saw(device, user, conversation, sequence);
    }

    void gap(String device, String conversation, JsonObject gap) {
        if (ended) return;
        history.gap(System.nanoTime(), device, conversation, gap.getLong("from"), gap.getLong("to"), reason(gap));
    }

    void finalRead(String node, String reader, String conversation, JsonObject page) {
        for (Object entry : page.getJsonArray("entries")) {
            history.finalRead(System.nanoTime(), node, reader, How.PAGE, seen((JsonObject) entry));
        }
        for (Object each : page.getJsonArray("gaps")) {
            JsonObject gap = (JsonObject) each;
            history.finalGap(
                    System.nanoTime(), node, reader, conversation, gap.getLong("from"), gap.getLong("to"), reason(gap));
        }
    }

    void finalLog(Seen seen) {
        history.finalRead(System.nanoTime(), "store", null, How.LOG, seen);
    }

    /** A consumer of the event log was told of an entry. @param event the fields of {@code message_event} */
    void exported(String consumer, JsonObject event) {
        if (!ended) history.export(System.nanoTime(), consumer, seen(event));
    }

    void opened(String device, String session) {
        if (!ended) history.sessionOpen(System.nanoTime(), device, session);
    }

    void closed(String device, String session) {
        if (!ended) history.sessionClose(System.nanoTime(), device, session);
    }

    void resumed(String device, String session, String conversation, long cursor) {
        if (!ended) history.resume(System.nanoTime(), device, session, conversation, cursor);
    }

    /** A device asked for a hole that lasted. */
    void hole() {
        holes.incrementAndGet();
    }

    void resync() {
        resyncs.incrementAndGet();
    }

    /** One that may be tried again. */
    void receiptRefused() {
        if (!ended) receiptsRefused.incrementAndGet();
    }

    long resyncs() {
        return resyncs.get();
    }

    long receiptsRefused() {
        return receiptsRefused.get();
    }

    /** Something that no client of a server that works sees. */
    void odd(String what) {
        if (!ended && odd.size() < 100) odd.add(what);
    }

    /** A node gave no answer, and no sign of its end either: it does not work, unless it is excused. */
    void silent(InetSocketAddress node, String what) {
        if (!excused.contains(node)) odd(what);
    }

    /** Only these nodes have a reason, from now on, to leave something without an answer. */
    void excuse(Collection<InetSocketAddress> nodes) {
        excused = Set.copyOf(nodes);
    }

    /** A node took no hello now; it may be said again. */
    void helloRefused(long saidNanos, String what) {
        if (!ended && !hellos.refused(saidNanos)) odd(what);
    }

    /** A session has all that it asked for in its hello. */
    void inStep(long saidNanos) {
        if (!ended) hellos.add(saidNanos, System.nanoTime());
    }

    List<String> odd() {
        return odd;
    }

    void fault(String name, FaultStep step) {
        history.fault(System.nanoTime(), name, step);
        hellos.fault(step, System.nanoTime());
    }

    void count(Counter counter, long amount) {
        history.count(System.nanoTime(), counter, amount);
    }

    /** Sends, repeats not counted. */
    long sends() {
        return sends.get();
    }

    long acks() {
        return acks.get();
    }

    /** What is sent from this moment on, for the first time or again, counts as a first acknowledgement. */
    void awaitFirstAcks(long fromNanos) {
        countedFromNanos = fromNanos;
        firstAckNanos.clear();
    }

    /** When each conversation had its first acknowledgement since; those that had one. */
    Map<String, Long> firstAckNanos() {
        return Map.copyOf(firstAckNanos);
    }

    /** The last sequence that anybody was told of an own entry, by conversation. */
    Map<String, Long> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    @Override
    public String toString() {
        return String.format(
                "%,d sends, %,d acks, %,d retries, %,d duplicates answered, %,d entries received, %,d holes asked for,"
                        + " %,d resyncs, %,d receipts refused; %s",
                sends.get(),
                acks.get(),
                retries.get(),
                duplicates.get(),
                entries.get(),
                holes.get(),
                resyncs.get(),
                receiptsRefused.get(),
                hellos);
    }

    private static Seen seen(JsonObject event) {
        JsonArray users = event.getJsonArray("userIds", new JsonArray());
        return new Seen(
                event.getString("conversationId"),
                event.getLong("sequence"),
                event.getString("messageId"),
                EntryKind.of(event.getString("kind")),
                event.getString("senderId"),
                event.getString("clientMessageId"),
                event.getLong("sentAt"),
                body(event),
                event.getLong("targetSequence", 0L),
                users.stream().map(Object::toString).toList());
    }

    /** Nobody here says nothing: an empty body is an erased one, as pages show it in the edits of a deleted message. */
    private static long body(JsonObject event) {
        String body = event.getString("body");
        return body == null || body.isEmpty() ? 0 : History.digest(body);
    }

    private static GapReason reason(JsonObject gap) {
        return GapReason.of(gap.getString("reason"));
    }
}
