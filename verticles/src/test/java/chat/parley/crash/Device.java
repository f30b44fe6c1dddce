package chat.parley.crash;

import chat.parley.checker.EntryKind;
import chat.parley.checker.How;
import chat.parley.contract.Contract;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One device of a user, with a client as clients should be: it comes back whenever it can, with its cursors; pages what it was not
 * sent; asks for holes that last; and repeats what was not acknowledged, under the same ids and in the same order, before it
 * says anything new. It talks as much as its window allows.
 */
final class Device implements Runnable {
    private static final int FRAMES_AT_ONCE = 8;
    private static final long HOLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int NAP_MILLIS = 20;
    private static final String RECEIPT = "receipt";
    private static final String OPEN = "open ";

    private final String name;
    private final Carrier carrier;
    private final String user;
    private final Api api;
    private final Door door;
    private final Recorder recorder;
    private final Town town;
    private final List<String> conversations;
    private final Scale scale;
    private final SplittableRandom random;

    // all of it guarded by this
    private final Map<String, Held> held = new LinkedHashMap<>(); // by conversation
    private final Map<String, Draft> unsettled = new LinkedHashMap<>(); // by id, in the order first sent
    private final Set<String> acknowledgedAgain =
            new HashSet<>(); // ids of several frames, of which one is acknowledged
    private final Speech speech;
    private final Deque<Asked> asked = new ArrayDeque<>(); // without an answer yet, which come in this order
    private final Set<String> open = new HashSet<>(); // conversations on screen
    private final Map<String, Long> live = new HashMap<>(); // the last that came so, by conversation
    private @Nullable Link socket; // null: not connected
    private @Nullable InetSocketAddress at; // its node
    private String session = "";
    private Hello hello = new Hello(0); // of the session
    private boolean inStep;
    private boolean talks = true;
    private final Deque<String> due = new ArrayDeque<>(); // conversations of a burst
    private long saidNanos = System.nanoTime();
    private long readNanos = System.nanoTime();
    private long lookedNanos = System.nanoTime();
    private volatile long comeBackNanos = System.nanoTime();
    private int lives;
    private List<Long> leftBehind = List.of(); // when what the last session left without an answer was sent

    Device(
            String name,
            Carrier carrier,
            Api api,
            Door door,
            Recorder recorder,
            Town town,
            Scale scale,
            SplittableRandom random) {
        this.name = name;
        this.carrier = carrier;
        this.user = name.substring(0, name.indexOf('/'));
        this.api = api;
        this.door = door;
        this.recorder = recorder;
        this.town = town;
        this.scale = scale;
        this.random = random;
        conversations = town.conversationsOf(user);
        speech = new Speech(name, conversations, random);
        if (!town.isGuest(user)) conversations.forEach(conversation -> held.put(conversation, new Held()));
    }

    @Override
    public void run() {
        try {
            for (InetSocketAddress node = door.await(); node != null; node = door.await()) {
                try {
                    live(carrier.link(node), node);
                    Crowd.pauseUntil(comeBackNanos);
                } catch (IOException e) {
                    LockSupport.parkNanos(AGAIN_NANOS / 5); // killed as it was called
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // What the test asks.

    String user() {
        return user;
    }

    /** Repeats and waits for what is under way, and says nothing new. */
    synchronized void fallSilent() {
        talks = false;
    }

    synchronized boolean isConnectedTo(InetSocketAddress node) {
        return socket != null && node.equals(at);
    }

    /** Says something in each conversation that its user owns, as soon as it can; the user's other devices do not. */
    synchronized void burst() {
        due.clear();
        due.addAll(own());
        notifyAll();
    }

    /** Where nobody else speaks when something is said in every conversation. */
    List<String> own() {
        if (!name.endsWith("/phone")) return List.of();
        return conversations.stream()
                .filter(conversation -> town.members(conversation).getFirst().equals(user))
                .toList();
    }

    /** Whether it waits for an answer of this node. */
    synchronized boolean waitsFor(InetSocketAddress node) {
        return isConnectedTo(node) && unsettled.values().stream().anyMatch(draft -> draft.onItsWay);
    }

    /** Ends its session, and comes back, to whichever node. */
    synchronized void hangUp() {
        if (socket != null) socket.close();
    }

    synchronized boolean isInStep() {
        return socket != null && inStep;
    }

    synchronized boolean isSettled() {
        return unsettled.isEmpty();
    }

    /** What has no answer, for whoever asks why. */
    synchronized List<String> unsettled() {
        return unsettled.values().stream()
                .map(draft -> name + ": " + draft.sent + (draft.onItsWay ? " is on its way" : " waits to be repeated")
                        + ", last refused with " + draft.code + (inStep ? "" : ", not in step"))
                .toList();
    }

    /** Of what was sent by this moment: how much had no answer when its session ended. Once it is not connected. */
    synchronized long leftBehind(long byNanos) {
        return leftBehind.stream().filter(sent -> sent <= byNanos).count();
    }

    synchronized long cursor(String conversation) {
        Held its = held.get(conversation);
        return its == null ? 0 : its.cursor();
    }

    /** Whether its user is a member, as far as it knows: of those who come and go. */
    synchronized boolean isIn(String conversation) {
        Held its = held.get(conversation);
        return its != null && its.isMember();
    }

    // A session.

    private void live(Link connected, InetSocketAddress node) throws InterruptedException {
        try {
            hello(connected, node);
            synchronized (this) {
                while (socket == connected) {
                    if (hello.isLate(System.nanoTime())) {
                        recorder.silent(node, name + ": said hello, and was not in step after 30 s");
                        hangUp();
                    }
                    boolean busy = inStep && (repeat() | say() | look() | askForHoles());
                    if (!busy) wait(NAP_MILLIS);
                }
            }
        } catch (IOException e) {
            connected.close();
            synchronized (this) {
                while (socket == connected) wait(); // until all that came is read
            }
        }
    }

    private synchronized void hello(Link connected, InetSocketAddress node) throws IOException {
        socket = connected;
        at = node;
        session = name + "#" + ++lives;
        inStep = false;
        open.clear();
        live.clear();
        hello = new Hello(System.nanoTime());
        recorder.opened(name, session);
        JsonObject cursors = new JsonObject();
        held.forEach((conversation, its) -> cursors.put(conversation, its.cursor()));
        ask(cursors, How.RESUME, true);
        Link mine = connected;
        connected.listen(session, new Link.Listener() {
            @Override
            public void text(String message) {
                heard(message);
            }

            @Override
            public void closed(String why) {
                lost(mine, why);
            }
        });
        connected.send(new JsonObject()
                .put("type", "hello")
                .put("token", town.token(user))
                .put("deviceId", name.substring(user.length() + 1))
                .put("cursors", cursors)
                .encode());
    }

    private void ask(JsonObject cursors, How how, boolean isFirst) {
        asked.add(new Asked(cursors, how, isFirst));
        for (String conversation : cursors.fieldNames()) {
            recorder.resumed(name, session, conversation, cursors.getLong(conversation));
        }
    }

    private synchronized void lost(Link connected, String why) {
        if (socket != connected) return;
        List<Long> left = new ArrayList<>();
        for (Draft draft : unsettled.values()) {
            if (!draft.onItsWay) continue;
            left.add(draft.invokedNanos);
            recorder.unknown(name, session, draft.sent, why);
            draft.again(0);
        }
        leftBehind = left;
        asked.clear();
        held.values().forEach(its -> its.pulled(System.nanoTime()));
        recorder.closed(name, session);
        socket = null;
        notifyAll();
    }

    // What it says.

    /** Sends once more what is due, in the order first sent. */
    private boolean repeat() throws IOException {
        long now = System.nanoTime();
        List<Draft> due = new ArrayList<>();
        for (Draft draft : unsettled.values()) {
            if (draft.onItsWay && now - draft.invokedNanos > SILENCE_NANOS) {
                recorder.silent(Objects.requireNonNull(at), name + ": no answer to " + draft.sent);
                hangUp();
                inStep = false;
                return false;
            }
            if (!draft.onItsWay && draft.againNanos - now <= 0) due.add(draft);
        }
        for (int from = 0; from < due.size(); from += FRAMES_AT_ONCE) {
            send(due.subList(from, Math.min(due.size(), from + FRAMES_AT_ONCE)));
        }
        return !due.isEmpty();
    }

    private boolean say() throws IOException {
        int room = scale.window - unsettled.size();
        long now = System.nanoTime();
        if (!talks || room <= 0 || due.isEmpty() && now - saidNanos < scale.sayEveryNanos) return false;
        List<Draft> drafts = new ArrayList<>();
        if (due.isEmpty()) {
            saidNanos = now;
            for (int i = 1 + random.nextInt(Math.min(scale.framesAtOnce, room)); i > 0; i--) drafts.add(speech.next());
        } else {
            for (int i = Math.min(FRAMES_AT_ONCE, room); i > 0 && !due.isEmpty(); i--)
                drafts.add(speech.message(due.removeFirst()));
        }
        for (Draft draft : drafts) unsettled.put(draft.sent.clientMessageId(), draft);
        send(drafts);
        return true;
    }

    private void send(List<Draft> drafts) throws IOException {
        JsonArray frames = new JsonArray();
        for (Draft draft : drafts) {
            draft.onItsWay = true;
            draft.invokedNanos = System.nanoTime();
            recorder.invoke(name, session, draft.sent);
            frames.add(draft.frame);
        }
        write(frames.size() == 1 ? frames.getJsonObject(0).encode() : frames.encode());
    }

    /** Opens a conversation that it does not have on screen, or closes one that it has. Of a channel entries come only meanwhile. */
    private boolean look() throws IOException {
        long now = System.nanoTime();
        if (!talks || scale.lookEveryNanos == 0 || now - lookedNanos < scale.lookEveryNanos || held.isEmpty())
            return false;
        lookedNanos = now;
        String conversation = List.copyOf(held.keySet()).get(random.nextInt(held.size()));
        JsonObject frame = new JsonObject().put("conversationId", conversation);
        if (open.remove(conversation)) {
            write(frame.put("type", "close").encode());
            return true;
        }
        open.add(conversation);
        long cursor = held(conversation).cursor();
        held(conversation).pull();
        ask(new JsonObject().put(conversation, cursor), How.RESUME, false);
        write(frame.put("type", "open")
                .put("ref", OPEN + conversation)
                .put("cursor", cursor)
                .encode());
        return true;
    }

    private boolean askForHoles() throws IOException {
        JsonObject cursors = new JsonObject();
        long before = System.nanoTime() - HOLE_NANOS;
        held.forEach((conversation, its) -> {
            if (its.isHoleSince(before)) cursors.put(conversation, its.cursor());
        });
        if (cursors.isEmpty()) return false;
        recorder.hole();
        sync(cursors, How.PULL);
        return true;
    }

    private void sync(JsonObject cursors, How how) throws IOException {
        for (String conversation : cursors.fieldNames()) held(conversation).pull();
        ask(cursors, how, false);
        write(new JsonObject().put("type", "sync").put("cursors", cursors).encode());
    }

    private void write(String text) throws IOException {
        Link to = socket;
        if (to == null) throw new IOException("not connected");
        to.send(text);
    }

    // What it hears, on the socket's thread.

    private synchronized void heard(String message) {
        Object json = Json.decodeValue(message);
        if (json instanceof JsonArray frames) frames.forEach(frame -> frame((JsonObject) frame));
        else frame((JsonObject) json);
        notifyAll();
    }

    private void frame(JsonObject frame) {
        String type = frame.getString("type");
        Contract.serverShape(frame);
        switch (type) {
            case "message_event" -> event(frame);
            case "message_ack" -> ack(frame);
            case "gap" -> gap(frame);
            case "synced" -> synced(frame);
            case "resync" -> resync(frame);
            case "heads" -> heads(frame.getJsonObject("heads"));
            case "receipt_event" -> recorder.receipt(name, session, frame);
            case "error" -> error(frame);
            default -> {} // welcome, heartbeats
        }
    }

    private void event(JsonObject event) {
        String conversation = event.getString("conversationId");
        Asked answered = asked.peek();
        long sequence = event.getLong("sequence");
        How how =
                answered == null ? How.LIVE : answered.how(conversation, sequence, live.getOrDefault(conversation, 0L));
        if (how == How.LIVE) live.merge(conversation, sequence, Math::max);
        recorder.received(name, session, how, event);
        take(conversation, event);
        if (System.nanoTime() - readNanos > scale.readEveryNanos) read(conversation, sequence);
    }

    private void take(String conversation, JsonObject entry) {
        long sequence = entry.getLong("sequence");
        held(conversation).add(sequence, System.nanoTime());
        if (!entry.getJsonArray("userIds", new JsonArray()).contains(user)) return;
        switch (EntryKind.of(entry.getString("kind"))) {
            case MEMBER_ADDED -> held(conversation).member(sequence, true);
            case MEMBER_REMOVED, MEMBER_LEFT -> held(conversation).member(sequence, false);
            default -> {}
        }
    }

    private void heads(JsonObject heads) {
        for (String conversation : heads.fieldNames())
            held(conversation).hearOf(heads.getLong(conversation), System.nanoTime());
    }

    private void read(String conversation, long sequence) {
        readNanos = System.nanoTime();
        try {
            write(new JsonObject()
                    .put("type", "receipt")
                    .put("ref", RECEIPT)
                    .put("conversationId", conversation)
                    .put("receiptType", "read")
                    .put("sequence", sequence)
                    .encode());
        } catch (IOException e) {
            // the session ends: it is said of a later one
        }
    }

    private void gap(JsonObject gap) {
        String conversation = gap.getString("conversationId");
        recorder.gap(name, conversation, gap);
        if (!asked.isEmpty()) asked.element().gap(conversation);
        held(conversation).skip(gap.getLong("from"), gap.getLong("to"));
    }

    private void ack(JsonObject ack) {
        String id = ack.getString("clientMessageId");
        Draft draft = unsettled.remove(id);
        if (draft == null) {
            // Said to be unknown, sent again, and then both frames were acknowledged.
            if (!acknowledgedAgain.contains(id)) recorder.odd(name + ": acknowledged what is not under way: " + ack);
            return;
        }
        if (draft.sent.attempt() > 1) acknowledgedAgain.add(id);
        recorder.ok(name, session, draft.sent, draft.invokedNanos, ack);
        String conversation = draft.sent.conversation();
        long sequence = ack.getLong("sequence");
        held(conversation).add(sequence, System.nanoTime());
        if (draft.sent.kind() == EntryKind.MESSAGE) speech.said(conversation, sequence);
    }

    private void error(JsonObject error) {
        String id = error.getString("clientMessageId");
        String code = error.getString("code");
        Draft draft = id == null ? null : unsettled.get(id);
        boolean isGuests = code.equals("not_found") && town.isGuest(user);
        if (RECEIPT.equals(error.getString("ref"))) {
            if (error.getBoolean("retryable")) recorder.receiptRefused();
            else if (!isGuests) recorder.odd(name + ": " + error); // a guest was put out meanwhile
            return;
        }
        String ref = error.getString("ref", "");
        if (ref.startsWith(OPEN) && (isGuests || error.getBoolean("retryable"))) {
            String conversation = ref.substring(OPEN.length());
            open.remove(conversation);
            asked.stream()
                    .filter(each -> each.isOpenOf(conversation))
                    .findFirst()
                    .ifPresent(asked::remove);
            held(conversation).pulled(System.nanoTime());
            return;
        }
        if (draft == null) {
            if (hello.isOpen() && error.getBoolean("retryable")) {
                recorder.helloRefused(hello.saidNanos(), name + ": " + error);
                comeBackNanos = System.nanoTime() + retryAfterNanos(error);
                return; // the node ends the session
            }
            // Said to be unknown and sent again, and then the first frame was acknowledged by its entry.
            if (acknowledgedAgain.contains(id) && error.getBoolean("retryable")) return;
            recorder.odd(name + ": " + error);
            return;
        }
        draft.code = code;
        if (code.equals("outcome_unknown") || code.equals("internal")) {
            recorder.unknown(name, session, draft.sent, code);
        } else {
            recorder.refused(name, session, draft.sent, code);
        }
        if (error.getBoolean("retryable")) {
            draft.again(System.nanoTime() + Math.max(retryAfterNanos(error), AGAIN_NANOS));
            return;
        }
        unsettled.remove(id);
        if (!code.equals("not_found"))
            recorder.odd(name + ": " + error); // a guest outside, a message deleted meanwhile
    }

    private static long retryAfterNanos(JsonObject error) {
        return TimeUnit.MILLISECONDS.toNanos(error.getLong("retryAfterMillis", 0L));
    }

    private void synced(JsonObject synced) {
        JsonObject heads = synced.getJsonObject("heads");
        for (String conversation : heads.fieldNames()) {
            JsonObject head = heads.getJsonObject(conversation);
            held(conversation).pulled(System.nanoTime());
            long through = head.getLong("head");
            if (head.getLong("sentThrough") < through) page(conversation, through);
        }
        if (synced.getBoolean("more", false)) return;
        asked.poll();
        if (hello.answered()) recorder.inStep(hello.saidNanos());
        inStep = true;
    }

    private void resync(JsonObject resync) {
        recorder.resync();
        JsonArray named = resync.getJsonArray("conversationIds");
        JsonObject cursors = new JsonObject();
        for (String conversation : named == null
                ? held.keySet()
                : named.stream().map(Object::toString).toList()) {
            cursors.put(conversation, held(conversation).cursor());
        }
        try {
            sync(cursors, How.RESUME);
        } catch (IOException e) {
            // the session ends, and the next resumes
        }
    }

    /** Fetches over HTTP, on a thread of its own, what the session will not send. */
    private void page(String conversation, long through) {
        Thread.ofPlatform().daemon().name(name + " pages").start(() -> {
            try {
                for (long after = cursor(conversation); after < through; ) {
                    JsonObject page = api.page(town.token(user), conversation, after);
                    if (page == null) return;
                    after = paged(conversation, page, after, through);
                }
            } catch (IOException | Api.Refused e) {
                // the node is gone: the next session resumes
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private synchronized long paged(String conversation, JsonObject page, long after, long through) {
        Held its = held(conversation);
        for (Object each : page.getJsonArray("gaps")) {
            JsonObject gap = (JsonObject) each;
            recorder.gap(name, conversation, gap);
            if (!asked.isEmpty()) asked.element().gap(conversation);
            its.skip(gap.getLong("from"), gap.getLong("to"));
        }
        long last = page.getJsonArray("entries").isEmpty() ? through : after;
        for (Object each : page.getJsonArray("entries")) {
            JsonObject entry = (JsonObject) each;
            recorder.received(name, null, How.PAGE, entry);
            last = entry.getLong("sequence");
            take(conversation, entry);
        }
        return last;
    }

    private Held held(String conversation) {
        return held.computeIfAbsent(conversation, of -> new Held());
    }
}
