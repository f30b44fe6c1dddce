package chat.parley.load.gatling;

import chat.parley.load.gatling.Figures.Count;
import chat.parley.load.gatling.Figures.Latency;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One user's device, over all sockets that it has had: what it has to say, what it has, and what of that must not be. It is told all that comes,
 * in the order in which it came. Of two virtual users, where one reads and the other writes, hence its lock.
 */
final class Device {
    /** Something that goes into Gatling's report. */
    record Measure(
            String name,
            long beganMillis,
            long endedMillis,
            @Nullable String problem) {}

    private record Unacknowledged(String conversationId, String frame, long dueMillis, boolean mayComeTwice) {
        Unacknowledged twice() {
            return new Unacknowledged(conversationId, frame, dueMillis, true);
        }
    }

    static final ObjectMapper JSON = new ObjectMapper();

    /** Acknowledgements may overtake events. */
    private static final long HOLE_MILLIS = 1_000;

    private static final String CHECK = "check";

    /** How a body begins. */
    private static final Pattern MARK = Pattern.compile("(\\S+) (\\d{1,18}) ");

    final String userId;
    private final String token;
    private final Run run;
    private final Map<String, Held> conversations = new LinkedHashMap<>();
    private final Map<String, Unacknowledged> unacknowledged = new LinkedHashMap<>();
    private final Queue<String> toSay = new ArrayDeque<>();
    private final Map<String, String> presences = new HashMap<>();
    private final Set<String> watchesUnanswered = new HashSet<>();
    private final List<Measure> measures = new ArrayList<>();
    private boolean isReady;
    private boolean wasThere;
    private boolean asksAgain; // once what it asked is answered
    private boolean readsSlowly;
    private boolean hasGivenUp;
    private long helloMillis;
    private long lastHeardMillis;
    private long nextId;
    private int syncsUnanswered;
    private int leavesTold;

    Device(Run run, String userId, String token) {
        this.run = run;
        this.userId = userId;
        this.token = token;
    }

    /** @param head its last sequence when it was made: all behind it has to come */
    void joins(String conversationId, long head) {
        conversations.put(conversationId, new Held(head));
    }

    /** What comes late to it is its own doing, and does not count. */
    void readsSlowly() {
        readsSlowly = true;
    }

    synchronized List<String> conversationIds() {
        return List.copyOf(conversations.keySet());
    }

    /** A socket is open: what it says first. What was said and not acknowledged follows, with the same ids, once it is synced. */
    synchronized void connected(long nowMillis) {
        helloMillis = nowMillis;
        lastHeardMillis = nowMillis;
        isReady = false;
        asksAgain = false;
        syncsUnanswered = 1; // the hello
        toSay.clear();
        ObjectNode hello = frame("hello").put("token", token).put("deviceId", "load");
        ObjectNode cursors = hello.putObject("cursors");
        conversations.forEach((id, held) -> cursors.put(id, held.resume()));
        say(hello);
    }

    /** It has hung up. */
    synchronized void disconnected(long nowMillis) {
        if (isReady) run.figures().connected(-1, nowMillis);
        isReady = false;
        presences.clear();
        watchesUnanswered.clear();
    }

    /** Its hello is answered, and what it lacked is there. */
    synchronized boolean isReady() {
        return isReady;
    }

    /** Nothing that it said waits for an answer, and nothing that it lacks. */
    synchronized boolean isQuiet() {
        return (unacknowledged.isEmpty() || hasGivenUp)
                && toSay.isEmpty()
                && syncsUnanswered == 0
                && conversations.values().stream().noneMatch(Held::isAsking);
    }

    synchronized long helloMillis() {
        return helloMillis;
    }

    synchronized long through(String conversationId) {
        return held(conversationId).through();
    }

    /** By user, what it was last told. */
    synchronized Map<String, String> presences() {
        return new HashMap<>(presences);
    }

    /** How often it was told, without asking, that one whom it watches is not there, or not known to be. */
    synchronized int leavesTold() {
        return leavesTold;
    }

    // What it says.

    /** @param dueMillis when it was to be sent, from which its latencies count */
    synchronized void send(String conversationId, long dueMillis, long nowMillis) {
        String id = userId + "-" + nextId++;
        String body = body(id, dueMillis);
        String frame = text(frame("send_message")
                .put("clientMessageId", id)
                .put("conversationId", conversationId)
                .put("body", body));
        unacknowledged.put(id, new Unacknowledged(conversationId, frame, dueMillis, syncsUnanswered > 0));
        run.ledger().sent();
        run.figures().count(Count.SENT, nowMillis);
        toSay.add(frame);
    }

    /** Says which message it is and when it was due, and is as long as the run says. */
    private String body(String id, long dueMillis) {
        String mark = id + " " + dueMillis + " ";
        return mark + ".".repeat(Math.max(0, run.bodyLength() - mark.length()));
    }

    synchronized void read(String conversationId) {
        long through = held(conversationId).through();
        if (through == 0) return;
        say(frame("receipt")
                .put("conversationId", conversationId)
                .put("receiptType", "read")
                .put("sequence", through));
    }

    synchronized void typing(String conversationId) {
        say(frame("typing").put("conversationId", conversationId).put("active", true));
    }

    synchronized void watch(Collection<String> userIds) {
        ObjectNode watch = frame("watch");
        userIds.forEach(watch.putArray("userIds")::add);
        watchesUnanswered.addAll(userIds);
        say(watch);
    }

    synchronized void heartbeat() {
        say(frame("heartbeat"));
    }

    /** Asks for all that it lacks; if it has, once more after the answer. Which may bring own entries, whose acknowledgements are under way. */
    synchronized void sync() {
        if (conversations.values().stream().anyMatch(Held::isAsking)) {
            asksAgain = true;
            return;
        }
        ObjectNode sync = frame("sync");
        ObjectNode cursors = sync.putObject("cursors");
        conversations.forEach((id, held) -> cursors.put(id, held.ask()));
        unacknowledged.replaceAll((id, sent) -> sent.twice());
        syncsUnanswered++;
        say(sync);
    }

    /** The next frame to be sent, null if there is none. */
    synchronized @Nullable String poll() {
        return toSay.poll();
    }

    /** All frames to be sent. */
    synchronized List<String> pollAll() {
        List<String> all = List.copyOf(toSay);
        toSay.clear();
        return all;
    }

    synchronized boolean hasToSay() {
        return !toSay.isEmpty();
    }

    // What it hears.

    /** A text message: a frame, or an array of them. */
    synchronized void received(String text, long nowMillis) {
        lastHeardMillis = nowMillis;
        try {
            JsonNode frames = JSON.readTree(text);
            if (frames.isArray()) frames.forEach(each -> received(each, nowMillis));
            else received(frames, nowMillis);
        } catch (JsonProcessingException e) {
            problem("not JSON", 1, text.substring(0, Math.min(80, text.length())), nowMillis);
        }
    }

    /** Whether nothing came for that long, though it listened. */
    synchronized boolean hearsNothing(long forMillis, long nowMillis) {
        return !readsSlowly && nowMillis - lastHeardMillis > forMillis;
    }

    private void received(JsonNode frame, long nowMillis) {
        switch (frame.path("type").asText()) {
            case "message_event" -> event(frame, nowMillis);
            case "message_ack" -> acknowledged(frame, nowMillis);
            case "synced" -> synced(frame, nowMillis);
            case "gap" -> {
                problem("gap", 1, frame.toString(), nowMillis); // nobody leaves, and nothing is old
                held(id(frame)).gap(frame.path("to").asLong(), nowMillis);
            }
            case "resync" -> {
                run.figures().count(Count.RESYNCS, nowMillis);
                sync();
            }
            case "presence_event" -> {
                run.figures().count(Count.PRESENCES, nowMillis);
                String user = frame.path("userId").asText();
                String status = frame.path("status").asText();
                presences.put(user, status);
                if (!watchesUnanswered.remove(user) && !status.equals("online")) leavesTold++;
            }
            case "heartbeat" -> run.figures().count(Count.HEARTBEATS, nowMillis);
            case "error", "goaway" -> problem("error", 1, frame.toString(), nowMillis);
            default -> {} // as clients have to
        }
    }

    private void event(JsonNode frame, long nowMillis) {
        String conversationId = id(frame);
        long sequence = frame.path("sequence").asLong();
        switch (held(conversationId).event(sequence, nowMillis)) {
            case FRESH -> delivered(frame, nowMillis);
            case LEFT_OUT -> {
                String id = frame.path("body").asText().split(" ", 2)[0];
                if (!unacknowledged.containsKey(id)) // which comes as an acknowledgement
                problem("hole", 1, frame.path("messageId").asText() + " came only when asked for", nowMillis);
                delivered(frame, nowMillis);
            }
            case KNOWN -> {}
            case REPEATED -> problem("duplicate", 1, frame.path("messageId").asText() + " twice", nowMillis);
            case DISORDERED ->
                problem("disorder", 1, frame.path("messageId").asText() + " after a later one", nowMillis);
        }
    }

    private void delivered(JsonNode frame, long nowMillis) {
        if (!frame.path("kind").asText().equals("message")) return;
        String body = frame.path("body").asText();
        Matcher mark = MARK.matcher(body);
        if (!mark.lookingAt()) {
            problem("body", 1, frame.path("messageId").asText() + " is not as it was sent", nowMillis);
            return;
        }
        String id = mark.group(1);
        long dueMillis = Long.parseLong(mark.group(2));
        if (!body.equals(body(id, dueMillis)))
            problem("body", 1, frame.path("messageId").asText() + " is not as it was sent", nowMillis);
        compare(id(frame), frame.path("sequence").asLong(), id, nowMillis);
        run.figures().count(Count.DELIVERED, nowMillis);
        if (isReady && !readsSlowly) // else it was away
        measured(Latency.DELIVERY, dueMillis, nowMillis);
    }

    private void acknowledged(JsonNode frame, long nowMillis) {
        String conversationId = id(frame);
        long sequence = frame.path("sequence").asLong();
        String id = frame.path("clientMessageId").asText();
        Unacknowledged sent = unacknowledged.remove(id);
        if (sent == null) {
            problem("duplicate", 1, "a second acknowledgement of " + id, nowMillis);
            return;
        }
        run.figures().count(Count.ACKNOWLEDGED, nowMillis);
        measured(Latency.ACK, sent.dueMillis, nowMillis);
        compare(conversationId, sequence, id, nowMillis);
        run.ledger().acknowledged(conversationId, sequence);
        Held.Kind kind = held(conversationId).acknowledged(sequence, nowMillis);
        if (kind == Held.Kind.REPEATED && !sent.mayComeTwice)
            problem("duplicate", 1, "event and acknowledgement of " + id, nowMillis);
    }

    private void synced(JsonNode frame, long nowMillis) {
        syncsUnanswered = Math.max(0, syncsUnanswered - 1);
        boolean hasMore = false;
        for (Map.Entry<String, JsonNode> each : frame.path("heads").properties()) {
            Held held = held(each.getKey());
            long sentThrough = each.getValue().path("sentThrough").asLong();
            long head = each.getValue().path("head").asLong();
            long missing = held.answered(sentThrough);
            if (missing > 0) problem("hole", missing, "in " + each.getKey() + " behind " + held.through(), nowMillis);
            hasMore |= sentThrough < head;
        }
        if (!isReady) ready(nowMillis);
        if (!hasMore && !asksAgain) return;
        asksAgain = false;
        sync();
    }

    private void ready(long nowMillis) {
        isReady = true;
        run.figures().connected(1, nowMillis);
        run.figures().count(wasThere ? Count.RESUMES : Count.LOGINS, nowMillis);
        measured(wasThere ? Latency.RESUME : Latency.LOGIN, helloMillis, nowMillis);
        wasThere = true;
        unacknowledged.replaceAll((id, sent) -> {
            toSay.add(sent.frame);
            return sent.twice();
        });
    }

    // What it makes of it.

    /** Asks for holes that are not a matter of order. */
    synchronized void lookForHoles(long nowMillis) {
        boolean asks = conversations.values().stream()
                .anyMatch(held -> !held.isAsking() && held.hasHoleOlderThan(HOLE_MILLIS, nowMillis));
        if (!isReady || !asks) return;
        run.figures().count(Count.ASKED, nowMillis);
        sync();
    }

    /** All that was acknowledged to anybody by now, by conversation. */
    synchronized Map<String, Long> due() {
        Map<String, Long> due = new TreeMap<>();
        conversations.keySet().forEach(id -> due.put(id, run.ledger().acknowledged(id)));
        return due;
    }

    /** What it lacks of what is due, though the server has had time to bring it, is counted; it asks for that now. */
    synchronized void askForTheRest(Map<String, Long> due, long nowMillis) {
        long late = 0;
        for (Map.Entry<String, Long> each : due.entrySet())
            late += held(each.getKey()).missing(each.getValue());
        run.figures().count(Count.LATE, late, nowMillis);
        sync();
    }

    /** It has been answered all, and asked for the rest: whether it lacks nothing of what was due. */
    synchronized void finish(Map<String, Long> due, long nowMillis) {
        due.forEach((id, sequence) -> {
            long missing = sequence - held(id).through();
            if (missing > 0) problem("lost", missing, "up to " + sequence + " of " + id, nowMillis);
        });
        giveUp(nowMillis);
        run.figures().finished();
    }

    /** What is not acknowledged by now comes too late, if it does: others have asked for the rest without it. */
    synchronized void giveUp(long nowMillis) {
        if (hasGivenUp || unacknowledged.isEmpty()) return;
        hasGivenUp = true;
        problem(
                "not acknowledged",
                unacknowledged.size(),
                unacknowledged.keySet().iterator().next(),
                nowMillis);
    }

    /** What goes into the report since the last time. */
    synchronized List<Measure> takeMeasures() {
        List<Measure> taken = List.copyOf(measures);
        measures.clear();
        return taken;
    }

    synchronized void problem(String kind, long count, String example, long nowMillis) {
        run.figures().problem(kind, count, userId + ": " + example);
        measures.add(new Measure(CHECK, nowMillis, nowMillis, kind));
    }

    private void measured(Latency what, long beganMillis, long nowMillis) {
        measures.add(new Measure(what.says, beganMillis, nowMillis, null));
        boolean isOfMessage = what == Latency.ACK || what == Latency.DELIVERY;
        if (!isOfMessage || run.counts(beganMillis)) run.figures().measured(what, nowMillis - beganMillis);
    }

    private void compare(String conversationId, long sequence, String id, long nowMillis) {
        String place = conversationId + "." + sequence;
        switch (run.ledger().compare(conversationId, sequence, id)) {
            case NOTHING -> {}
            case ANOTHER -> problem("divergence", 1, place + " is not the same for everybody", nowMillis);
            case TWICE -> problem("duplicate", 1, id + " stands at " + place + " and at another place", nowMillis);
        }
    }

    private Held held(String conversationId) {
        return conversations.computeIfAbsent(conversationId, id -> new Held(0));
    }

    private void say(ObjectNode frame) {
        toSay.add(text(frame));
    }

    private static ObjectNode frame(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private static String text(ObjectNode frame) {
        return frame.toString();
    }

    private static String id(JsonNode frame) {
        return frame.path("conversationId").asText();
    }
}
