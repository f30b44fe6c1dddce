package chat.parley.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A small history told step by step: alice creates "c" (#1), adds bob (#2); each has a phone online. */
final class Story {
    static final String ALICE = "alice/phone";
    static final String BOB = "bob/phone";

    final History history = new History();
    final List<Seen> log = new ArrayList<>();
    Expectations expected = Expectations.oneNode().atLeast(Counter.ACKS, 0);
    private long now = 1_000_000_000;

    Story() {
        open(ALICE);
        open(BOB);
        deliver(append(Seen.members("c", 1, EntryKind.CONVERSATION_CREATED, "alice", 0)), ALICE, BOB);
        history.gap(tick(), BOB, "c", 1, 1, GapReason.NOT_MEMBER);
    }

    static Story begun() {
        Story story = new Story();
        story.deliver(story.members(EntryKind.MEMBER_ADDED, "bob"), ALICE, BOB);
        return story;
    }

    long tick() {
        return now += 1_000_000;
    }

    void pass(long nanos) {
        now += nanos;
    }

    void open(String device) {
        history.sessionOpen(tick(), device, session(device));
    }

    static String session(String device) {
        return device + "#1";
    }

    static Sent text(String id) {
        return Sent.message("c", id, body(id));
    }

    static long body(String id) {
        return History.digest("body of " + id);
    }

    Sent invoke(String device, Sent sent) {
        history.invoke(tick(), device, session(device), sent);
        return sent;
    }

    /** Adds the entry to the log, without a word to anybody. */
    Seen append(Seen seen) {
        log.add(seen);
        return seen;
    }

    Seen place(String user, Sent sent) {
        long sequence = log.size() + 1;
        Seen seen = Seen.message("c", sequence, user, sent.clientMessageId(), 1000 + sequence, sent.body());
        return append(sent.kind() == EntryKind.MESSAGE ? seen : seen.amending(sent.kind(), sent.target()));
    }

    Seen members(EntryKind kind, String... users) {
        long sequence = log.size() + 1;
        return append(Seen.members("c", sequence, kind, "alice", 1000 + sequence, users));
    }

    void ok(String device, Sent sent, Seen seen) {
        history.ok(tick(), device, session(device), sent, seen.sequence(), seen.messageId(), seen.sentAt(), false);
    }

    void deliver(Seen seen, String... devices) {
        for (String device : devices) {
            if (seen.kind() == EntryKind.CONVERSATION_CREATED && device.equals(BOB)) continue;
            history.recv(tick(), device, session(device), How.LIVE, seen.withClientMessageId(null));
        }
    }

    /** All of it: sent, placed, acknowledged, delivered to the other. */
    Seen send(String device, Sent sent) {
        invoke(device, sent);
        Seen seen = place(device.substring(0, device.indexOf('/')), sent);
        ok(device, sent, seen);
        deliver(seen, device.equals(ALICE) ? BOB : ALICE);
        return seen;
    }

    Seen say(String device, String id) {
        return send(device, text(id));
    }

    void readLog(String source, List<Seen> entries) {
        for (Seen seen : entries) history.finalRead(tick(), source, null, How.LOG, seen);
    }

    void readPages(String source, String reader, List<Seen> entries) {
        for (Seen seen : entries) history.finalRead(tick(), source, reader, How.PAGE, seen.withClientMessageId(null));
    }

    Verdict judge() {
        if (expected.finalReads) readLog("store", log);
        return Checker.check(history, expected);
    }

    /** The kinds of all that is found, with the log read from the store. */
    Set<Violation.Kind> found() {
        return new TreeSet<>(judge().counts().keySet());
    }
}
