package chat.parley.simulator;

import chat.parley.checker.EntryKind;
import chat.parley.checker.GapReason;
import chat.parley.checker.How;
import chat.parley.checker.Seen;
import chat.parley.gateway.Pages;
import chat.parley.model.ConversationId;
import chat.parley.wire.ServerFrame;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a device has of its conversations, and how it gets what it lacks: it waits a second, asks, and pages the rest. */
final class Shelf {
    static final String TOLD_TOO_MUCH = " was told that everything";

    private static final long HOLE_MICROS = 1_000_000;
    private static final long ANSWER_MICROS = 20_000_000;
    private static final int PAGE = 50;

    private final Device device;
    private final Simulation world;
    private final Map<String, Holding> holdings = new TreeMap<>();
    private final Map<String, Map<String, Long>> asked = new HashMap<>(); // ref: cursors
    private final Set<String> paging = new TreeSet<>();
    private final Set<String> watched = new TreeSet<>(); // a look at a hole is planned
    private boolean isFresh = true; // it has no cursors to tell
    private long refs;

    Shelf(Device device) {
        this.device = device;
        this.world = device.world;
    }

    /** The fields of a hello that say what the device has. */
    JsonObject hello() {
        Map<String, Long> cursors = new TreeMap<>();
        JsonObject hello = new JsonObject();
        if (!isFresh) {
            holdings.forEach((conversation, holding) -> cursors.put(conversation, holding.through()));
            hello.put("cursors", json(cursors)).put("incarnation", world.incarnation());
        }
        ask("hello", cursors);
        return hello;
    }

    private static JsonObject json(Map<String, Long> cursors) {
        JsonObject json = new JsonObject();
        cursors.forEach(json::put);
        return json;
    }

    private void ask(String ref, Map<String, Long> cursors) {
        asked.put(ref, cursors);
        world.after(ANSWER_MICROS, () -> {
            if (asked.get(ref) != cursors) return;
            if (world.isCalm()) world.broken(device + " got no answer to " + ref + " " + cursors);
            device.hangUp();
        });
        cursors.forEach((conversation, cursor) ->
                world.history.resume(world.now(), device.name, device.session(), conversation, cursor));
    }

    void disconnected() {
        asked.clear();
    }

    void forget() {
        holdings.clear();
        paging.clear();
        isFresh = true;
    }

    /** Conversations of which the device does not know that it has left them. */
    List<String> memberships() {
        List<String> of = new ArrayList<>();
        holdings.forEach((conversation, holding) -> {
            if (holding.isMember()) of.add(conversation);
        });
        return of;
    }

    @Nullable
    Holding holding(String conversation) {
        return holdings.get(conversation);
    }

    /** Nothing is missing that it knows of, and nothing asked for. */
    boolean isComplete() {
        return asked.isEmpty() && paging.isEmpty() && holdings.values().stream().noneMatch(Holding::hasHole);
    }

    private Holding open(String conversation) {
        return holdings.computeIfAbsent(conversation, id -> new Holding());
    }

    void onEvent(JsonObject event, String session) {
        String conversation = event.getString("conversationId");
        long sequence = event.getLong("sequence");
        device.received(moveOn(conversation, sequence, sequence) ? How.RESUME : How.LIVE, event, session);
        take(conversation, Entries.seen(event));
        lookAfter(conversation);
    }

    /** Whether these come next of what was asked for; else they are live ones that were under way. */
    private boolean moveOn(String conversation, long from, long to) {
        boolean isNext = false;
        for (Map<String, Long> cursors : asked.values()) {
            Long cursor = cursors.get(conversation);
            if (cursor == null || from > cursor + 1 || to <= cursor) continue;
            cursors.put(conversation, to);
            isNext = true;
        }
        return isNext;
    }

    /** An acknowledgement stands for the entry. */
    void onAck(String conversation, long sequence) {
        open(conversation).take(sequence);
        lookAfter(conversation);
    }

    private void take(String conversation, Seen seen) {
        Holding holding = open(conversation);
        holding.take(seen.sequence());
        boolean concerns = seen.users().contains(device.user);
        if (seen.kind() == EntryKind.MEMBER_ADDED && concerns) holding.member(seen.sequence(), true);
        if (seen.kind() == EntryKind.MEMBER_REMOVED && concerns) holding.member(seen.sequence(), false);
        if (seen.kind() == EntryKind.MEMBER_LEFT && concerns) holding.member(seen.sequence(), false);
    }

    void onGap(JsonObject gap) {
        String conversation = gap.getString("conversationId");
        long from = gap.getLong("from");
        long to = gap.getLong("to");
        moveOn(conversation, from, to);
        gap(conversation, from, to, GapReason.of(gap.getString("reason")));
        lookAfter(conversation);
    }

    private void gap(String conversation, long from, long to, GapReason reason) {
        if (to < from) return;
        world.history.gap(world.now(), device.name, conversation, from, to, reason);
        open(conversation).skip(from, to);
    }

    void onSynced(JsonObject synced) {
        String ref = String.valueOf(synced.getString("ref"));
        Map<String, Long> cursors = asked.getOrDefault(ref, Map.of());
        JsonObject heads = synced.getJsonObject("heads");
        if (!synced.getBoolean("more", false)) {
            asked.remove(ref);
            if (ref.equals("hello")) isFresh = false;
        }
        for (String conversation : heads.fieldNames()) {
            JsonObject head = heads.getJsonObject(conversation);
            synced(conversation, head, cursors.containsKey(conversation));
            lookAfter(conversation);
        }
        for (String conversation : cursors.keySet()) lookAfter(conversation);
    }

    private void synced(String conversation, JsonObject told, boolean isAsked) {
        long first = told.getLong("first");
        long head = told.getLong("head");
        Holding had = holdings.get(conversation);
        if (had == null && device.random.nextBoolean()) {
            world.history.start(world.now(), device.name, conversation, head);
            open(conversation).skip(1, head);
            return;
        }
        Holding holding = open(conversation);
        if (holding.through() + 1 < first) gap(conversation, 1, first - 1, GapReason.NOT_MEMBER);
        if (isAsked && holding.through() < told.getLong("sentThrough")) {
            world.broken(device + TOLD_TOO_MUCH + " in " + conversation + " was sent up to "
                    + told.getLong("sentThrough") + ", and has it " + holding);
        }
        holding.hearOf(head);
        if (holding.hasHole()) page(conversation);
    }

    void onHeads(@Nullable JsonObject heads) {
        if (heads == null) return;
        for (String conversation : heads.fieldNames()) {
            Holding holding = holdings.get(conversation);
            if (holding == null) continue;
            holding.hearOf(heads.getLong(conversation));
            lookAfter(conversation);
        }
    }

    void onResync(JsonObject resync) {
        JsonArray named = resync.getJsonArray("conversationIds");
        List<String> of = new ArrayList<>();
        if (named == null) of.addAll(holdings.keySet());
        else for (Object conversation : named) of.add((String) conversation);
        world.resyncs++;
        sync(of);
    }

    void onError(JsonObject error) {
        Map<String, Long> cursors = asked.remove(String.valueOf(error.getString("ref")));
        if (cursors != null) cursors.keySet().forEach(this::lookAfter);
        else world.broken(device + " got an error that answers nothing: " + error);
    }

    private void sync(List<String> conversations) {
        if (!device.isWelcome() || conversations.isEmpty()) return;
        Map<String, Long> cursors = new TreeMap<>();
        for (String conversation : conversations)
            cursors.put(conversation, open(conversation).through());
        String ref = "sync" + ++refs;
        ask(ref, cursors);
        device.say(new JsonObject().put("type", "sync").put("ref", ref).put("cursors", json(cursors)));
    }

    /** It is on screen from now on: in a channel entries come only then. */
    void look(String conversation) {
        if (!device.isWelcome()) return;
        long cursor = open(conversation).through();
        String ref = "open" + ++refs;
        ask(ref, new TreeMap<>(Map.of(conversation, cursor)));
        device.say(new JsonObject()
                .put("type", "open")
                .put("ref", ref)
                .put("conversationId", conversation)
                .put("cursor", cursor));
    }

    void lookAway(String conversation) {
        if (device.isWelcome()) device.say(new JsonObject().put("type", "close").put("conversationId", conversation));
    }

    /** A hole that is there for a second is a loss. */
    private void lookAfter(String conversation) {
        Holding holding = holdings.get(conversation);
        if (holding == null || !holding.hasHole() || !watched.add(conversation)) return;
        long through = holding.through();
        world.after(HOLE_MICROS, () -> {
            watched.remove(conversation);
            Holding now = holdings.get(conversation);
            if (now == null || !now.hasHole()) return;
            boolean isOnItsWay = now.through() > through
                    || paging.contains(conversation)
                    || asked.values().stream().anyMatch(cursors -> cursors.containsKey(conversation));
            if (!isOnItsWay) {
                world.holes++;
                sync(List.of(conversation));
            }
            lookAfter(conversation);
        });
    }

    private void page(String conversation) {
        if (!paging.add(conversation)) return;
        ConversationId of = new ConversationId(conversation);
        Holding holding = open(conversation);
        world.cluster
                .ask(device, node -> node.pages().after(device.userId(), of, holding.through(), PAGE))
                .onComplete(answer -> {
                    paging.remove(conversation);
                    if (holdings.get(conversation) != holding) return; // forgotten meanwhile
                    if (answer.succeeded() && answer.result() != null) onPage(conversation, holding, answer.result());
                    lookAfter(conversation);
                });
    }

    private void onPage(String conversation, Holding holding, Pages.Page page) {
        long through = holding.through();
        for (byte[] entry : page.entries()) {
            JsonObject event = new JsonObject(Buffer.buffer(entry));
            device.received(How.PAGE, event, null);
            take(conversation, Entries.seen(event));
        }
        for (ServerFrame.Gap gap : page.gaps()) {
            gap(conversation, gap.from(), gap.to(), GapReason.of(gap.reason().wireName()));
        }
        holding.hearOf(page.head());
        if (holding.hasHole() && holding.through() > through) page(conversation);
    }

    @Override
    public String toString() {
        return holdings + (asked.isEmpty() ? "" : " asked " + asked) + (paging.isEmpty() ? "" : " paging " + paging);
    }
}
