package chat.parley.simulator;

import chat.parley.bus.Announce;
import chat.parley.bus.Deliver;
import chat.parley.bus.Route;
import chat.parley.bus.Spread;
import chat.parley.bus.Unreadable;
import chat.parley.bus.Windows;
import chat.parley.checker.Checker;
import chat.parley.checker.Counter;
import chat.parley.checker.Crossings;
import chat.parley.checker.EntryKind;
import chat.parley.checker.Expectations;
import chat.parley.checker.GapReason;
import chat.parley.checker.History;
import chat.parley.checker.How;
import chat.parley.checker.Seen;
import chat.parley.checker.Verdict;
import chat.parley.consumers.EventHandler;
import chat.parley.gateway.Pages;
import chat.parley.gateway.Unread;
import chat.parley.model.ConversationId;
import chat.parley.model.Entry;
import chat.parley.model.Membership;
import chat.parley.model.UserId;
import chat.parley.store.Directory;
import chat.parley.store.EventExport;
import chat.parley.store.EventRecord;
import chat.parley.store.LogRow;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryEventLog;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import chat.parley.wire.ServerFrame;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One run from one seed: people talk through a storm of faults, everything heals, all get what they are owed, and the checker
 * judges. Single-threaded; the same seed and options give the same run to the last event.
 */
final class Simulation {
    private static final int NODES = 3;
    private static final int USERS = 14;
    private static final int USERS_WITH_TWO = 6;
    private static final long INCARNATION = 7;
    private static final long SECOND = 1_000_000;
    private static final long SETTLE_MOST = 150 * SECOND;
    private static final long HEADS_MICROS = 30 * SECOND;
    private static final long ATTACHED_MICROS = 5 * SECOND;
    private static final long REPEATED_MICROS = 12 * SECOND;
    private static final long COMPARED_MICROS = 5 * SECOND;
    private static final long BACKSTOP_MICROS = 320 * SECOND;
    private static final int BROKEN_MOST = 20;
    private static final int PAGE = 200;
    private static final int EVENT_PARTS = 4;
    private static final double UNKNOWN_EXPORTS = 0.1;
    private static final long EXPORT_OUTAGE = 15 * SECOND;

    final long seed;
    final Options options;
    final Scheduler scheduler = new Scheduler();
    final Trace trace;
    final History history = new History();
    final StoreWeather.Faults storeFaults = new StoreWeather.Faults();
    final MemoryEventLog events = new MemoryEventLog(EVENT_PARTS);
    private final StoreWeather.Faults exportFaults = new StoreWeather.Faults();
    final Network network;
    final Cluster cluster;
    final List<Device> devices = new ArrayList<>();
    final Map<String, Long> refusals = new TreeMap<>();
    final Unreadable unreadable = new Unreadable(() -> 0);
    long holes;
    long resyncs;
    private final MemoryStore store;
    private final SplittableRandom random;
    private final Workload workload;
    private final Audiences audiences;
    private final Nemesis nemesis;
    private final List<Windows> windows = new ArrayList<>(); // of each life
    private final List<String> broken = new ArrayList<>();
    private int reading;
    private boolean isCalm;

    Simulation(long seed, Options options, @Nullable PrintWriter text) {
        this.seed = seed;
        this.options = options;
        random = new SplittableRandom(seed);
        trace = new Trace(scheduler, text);
        store = new MemoryStore(options.deferred(), INCARNATION);
        network = new Network(scheduler, random.split(), trace);
        cluster = new Cluster(this, NODES, random.split());
        nemesis = new Nemesis(this, random.split());
        for (int user = 0; user < USERS; user++) {
            devices.add(new Device(this, "u" + user, "phone", random.split()));
            if (user < USERS_WITH_TWO) devices.add(new Device(this, "u" + user, "desk", random.split()));
        }
        workload = new Workload(this, random.split());
        audiences = new Audiences(this, workload, random.split());
    }

    /** Runs it all and judges it. */
    Outcome run() {
        cluster.start();
        runFor(3 * SECOND);
        workload.begin();
        audiences.begin();
        runFor(5 * SECOND);
        nemesis.rage(options.stormMicros());
        exportFaults.unknownWrites = 1;
        after(EXPORT_OUTAGE, () -> exportFaults.unknownWrites = UNKNOWN_EXPORTS);
        runFor(options.stormMicros());
        nemesis.heal();
        exportFaults.clear();
        runFor(10 * SECOND);
        workload.end();
        settle("the storm");
        isCalm = true;
        workload.quiet();
        switch (options.ending()) {
            case SILENCE -> runFor(BACKSTOP_MICROS);
            case LAST_WORDS -> lastWords();
            case LATE_ANSWERS -> lateAnswers();
        }
        for (Device device : devices) if (device.random.nextBoolean()) device.hangUp();
        settle("all that was said");
        readAll();
        readEvents();
        readPointers();
        readDoors();
        return outcome();
    }

    private void runFor(long micros) {
        scheduler.runUntil(scheduler.nowMicros() + micros);
    }

    /** Until nobody waits for anything. */
    private void settle(String what) {
        long until = scheduler.nowMicros() + SETTLE_MOST;
        runFor(5 * SECOND);
        while (workload.awaited() != null && scheduler.nowMicros() < until) runFor(SECOND);
        Device awaited = workload.awaited();
        if (awaited != null) {
            broken("after " + what + " " + awaited + " never came to rest: " + awaited.isWelcome() + ", "
                    + awaited.sends.unsettled() + " to send, " + awaited.shelf);
        }
    }

    /** The last entry of each conversation, of which no live delivery tells: the repeated heads must. */
    private void lastWords() {
        remindTheRemoved();
        network.swallow(message ->
                message instanceof Deliver deliver && !deliver.events().isEmpty()
                        || message instanceof Route route && !route.events().isEmpty()
                        || message instanceof Spread spread && !spread.live().isEmpty());
        workload.conversations().forEach(workload::lastWord);
        runFor(SECOND);
        network.swallow(message -> false);
        runFor(HEADS_MICROS);
    }

    /** Last words while the registry does not know where those are who have just come: it hears of it when the heads were repeated. */
    private void lateAnswers() {
        remindTheRemoved();
        network.swallow(Announce.class::isInstance);
        for (Device device : devices) if (device.random.nextBoolean()) device.hangUp();
        runFor(ATTACHED_MICROS);
        workload.conversations().forEach(workload::lastWord);
        runFor(REPEATED_MICROS);
        network.swallow(message -> false);
        runFor(COMPARED_MICROS);
    }

    /**
     * Repeated heads go to members, and in a large group name only those who joined not long ago: of a removal, or of that, told while the
     * gateway could not be reached, only the backstop tells, for which these runs have no time. So whoever does not know of it comes back,
     * and hears of it then.
     */
    private void remindTheRemoved() {
        for (ConversationId conversation : workload.conversations()) {
            Set<String> members = members(conversation);
            for (Device device : devices) {
                Holding holding = device.shelf.holding(conversation.value());
                boolean believesSo = holding != null && holding.isMember();
                if (believesSo != members.contains(device.user)) device.hangUp();
            }
        }
        settle("the removals");
    }

    /** As the log says. */
    Set<String> members(ConversationId conversation) {
        Set<String> members = new TreeSet<>();
        for (LogRow row : store.log(conversation.shard())) {
            if (!row.entry().conversationId().equals(conversation)) continue;
            follow(Entries.seen(row.entry()), members);
        }
        return members;
    }

    private void readDoors() {
        for (ConversationId conversation : workload.conversations()) {
            Doors doors = new Doors();
            for (LogRow row : store.log(conversation.shard()))
                if (row.entry().conversationId().equals(conversation)) doors.pass(row.entry());
            doors.wrong().forEach(this::broken);
        }
    }

    private static void follow(Seen entry, Set<String> members) {
        switch (entry.kind()) {
            case CONVERSATION_CREATED -> members.add(entry.sender());
            case MEMBER_ADDED -> members.addAll(entry.users());
            case MEMBER_REMOVED, MEMBER_LEFT -> members.removeAll(entry.users());
            default -> {}
        }
    }

    private void readAll() {
        for (ConversationId conversation : workload.conversations()) {
            for (LogRow row : store.log(conversation.shard())) {
                if (!row.entry().conversationId().equals(conversation)) continue;
                history.finalRead(now(), "store", null, How.LOG, Entries.seen(row.entry()));
            }
            countMembers(conversation);
            for (Node node : cluster.nodes) {
                for (String user : workload.readers(conversation)) readPages(node, user, conversation, 0, 3);
            }
        }
        long until = scheduler.nowMicros() + SETTLE_MOST;
        while (reading > 0 && scheduler.nowMicros() < until) runFor(SECOND / 10);
        if (reading > 0) broken(reading + " final reads were never answered");
    }

    /** Each entry says how many members there are behind it. Counts who went or came back, and crossings of thresholds. */
    private void countMembers(ConversationId conversation) {
        Set<String> members = new HashSet<>();
        Set<String> known = new HashSet<>();
        Crossings small = new Crossings(
                options.sizes().inlineMembersMax(), options.sizes().inlineMembersMax());
        int workerMembersMax = options.sizes().workerMembersMax();
        Crossings large = new Crossings(workerMembersMax, workerMembersMax - workerMembersMax / 10);
        long changes = 0;
        for (LogRow row : store.log(conversation.shard())) {
            Entry entry = row.entry();
            if (!entry.conversationId().equals(conversation)) continue;
            Seen seen = Entries.seen(entry);
            boolean adds = seen.kind() == EntryKind.MEMBER_ADDED;
            if (adds || seen.kind() == EntryKind.MEMBER_REMOVED || seen.kind() == EntryKind.MEMBER_LEFT)
                for (String user : seen.users()) if (known.contains(user) || !adds) changes++;
            follow(seen, members);
            if (adds) known.addAll(seen.users());
            small.see(conversation.value(), members.size());
            large.see(conversation.value(), members.size());
            if (entry.memberCount() != members.size())
                broken(entry.messageId() + " counts " + entry.memberCount() + " members of " + members.size());
        }
        history.count(now(), Counter.MEMBERS_CHANGED, changes);
        history.count(now(), Counter.THRESHOLDS_CROSSED, small.up() + small.down() + large.up() + large.down());
    }

    /** The event log as it is: with repeats, and each position for the first time only behind all before it. */
    private void readEvents() {
        Map<Integer, Long> seen = new TreeMap<>();
        for (int part = 0; part < EVENT_PARTS; part++) {
            for (EventRecord record : events.records(part)) {
                seen.merge(record.shard(), record.position(), Math::max);
                exported("event log", record);
            }
        }
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            long exported = seen.getOrDefault(shard, 0L);
            int head = store.log(shard).size();
            if (exported != head) broken("shard " + shard + " is exported up to " + exported + " of " + head);
        }
    }

    /** What the consumers of all nodes are given, together: repeats after crashes, and nothing too early. */
    EventHandler consumer() {
        return records -> {
            for (EventRecord record : records) exported("consumer", record);
            return Future.succeededFuture();
        };
    }

    private void exported(String consumer, EventRecord record) {
        switch (record) {
            case EventRecord.Placed placed ->
                history.export(now(), consumer, Entries.seen(new JsonObject(placed.event())));
            case EventRecord.Missing missing -> broken(consumer + " lacks " + missing);
        }
    }

    EventExport export(Process process, SplittableRandom of) {
        return options.build().export(events.export(new StoreWeather(scheduler, process, of, trace, exportFaults)));
    }

    /** How far everybody has read, and what is unread by that. */
    private void readPointers() {
        Directory directory = store.stores(Weather.FINE).directory();
        for (Device device : devices) device.receipts.readAgain(directory);
        for (String name : users()) {
            UserId user = new UserId(name);
            List<ConversationId> conversations = workload.conversations();
            Map<ConversationId, Membership> memberships =
                    directory.memberships(user, conversations).result();
            Map<ConversationId, Directory.Head> heads =
                    directory.heads(conversations).result();
            Map<ConversationId, Directory.ReadPointer> pointers =
                    directory.readPointers(user, conversations).result();
            memberships.forEach((conversation, membership) -> {
                Directory.Head head = heads.get(conversation);
                if (!membership.isMember() || head == null) return;
                Directory.ReadPointer pointer = pointers.get(conversation);
                long read = Math.max(membership.last().joined() - 1, pointer == null ? 0 : pointer.sequence());
                long unread = Unread.of(membership, head, pointer);
                history.unread(now(), name, conversation.value(), read, head.sequence(), unread);
            });
        }
    }

    private void readPages(Node node, String user, ConversationId conversation, long after, int tries) {
        reading++;
        cluster.ask(node, at -> at.pages().after(new UserId(user), conversation, after, PAGE))
                .onComplete(answer -> {
                    reading--;
                    if (answer.failed() && tries > 0) readPages(node, user, conversation, after, tries - 1);
                    else if (answer.failed()) broken("no final read of " + conversation + ": " + answer.cause());
                    else if (answer.result() != null) readPage(node, user, conversation, after, answer.result());
                });
    }

    private void readPage(Node node, String user, ConversationId conversation, long after, Pages.Page page) {
        String reader = user + "/reader";
        long last = after;
        for (byte[] entry : page.entries()) {
            JsonObject event = new JsonObject(Buffer.buffer(entry));
            history.finalRead(now(), node.name, reader, How.PAGE, Entries.seen(event));
            last = Math.max(last, event.getLong("sequence"));
        }
        for (ServerFrame.Gap gap : page.gaps()) {
            GapReason reason = GapReason.of(gap.reason().wireName());
            history.finalGap(now(), node.name, reader, conversation.value(), gap.from(), gap.to(), reason);
            last = Math.max(last, gap.to());
        }
        if (last > after && last < page.head()) readPages(node, user, conversation, last, 3);
    }

    private Outcome outcome() {
        history.count(now(), Counter.CONFLICTS, store.conflicts());
        history.count(now(), Counter.UNKNOWN_OUTCOMES, storeFaults.unknownOutcomes);
        history.count(now(), Counter.PULLS, network.pulls());
        if (unreadable.count() > 0) broken(unreadable.count() + " messages could not be read");
        Verdict verdict = Checker.check(history, Expectations.oneNode().rawDuplicatesAtMost(1));
        return new Outcome(
                Command.of(seed, options),
                seed,
                trace.hash(),
                trace.events(),
                nemesis.done(),
                verdict,
                List.copyOf(broken),
                store.takeOvers(),
                holes,
                resyncs,
                windows.stream().mapToLong(Windows::dropped).sum(),
                refusals);
    }

    /** A receipt was not taken: of somebody who is no member any more, or while a store does not answer. */
    void refused(JsonObject error) {
        refusals.merge(error.getString("code"), 1L, Long::sum);
    }

    /** The storm is over, and everybody has come to rest: from now on nothing may fail. */
    boolean isCalm() {
        return isCalm;
    }

    List<String> users() {
        List<String> users = new ArrayList<>();
        for (Device device : devices) if (!users.contains(device.user)) users.add(device.user);
        return users;
    }

    long nowMicros() {
        return scheduler.nowMicros();
    }

    /** In the history's unit. */
    long now() {
        return scheduler.nowMicros() * 1_000;
    }

    String incarnation() {
        return Long.toString(INCARNATION);
    }

    void after(long micros, Runnable action) {
        scheduler.after(micros, action);
    }

    Process process(String node) {
        return new Process(scheduler, node, thrown -> {
            StringWriter stack = new StringWriter();
            thrown.printStackTrace(new PrintWriter(stack));
            broken(node + " threw " + stack);
        });
    }

    /** Of what one life of a node has on its way. */
    Windows windows() {
        Windows own = new Windows(options.windowBytes());
        windows.add(own);
        return own;
    }

    Stores stores(Process process, SplittableRandom of) {
        StoreWeather weather = new StoreWeather(scheduler, process, of, trace, storeFaults);
        return options.build().stores(store, weather, process);
    }

    Link link(Process server, Device device) {
        return new Link(scheduler, device.random, server, device);
    }

    /** Something that must not be, beside what the checker finds. */
    void broken(String what) {
        trace.remark("BROKEN", () -> what);
        if (broken.size() < BROKEN_MOST) broken.add(String.format("%.6fs %s", nowMicros() / 1e6, what));
    }
}
