package chat.parley.checker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What was sent: one draft for each (conversation, user, clientMessageId), however many attempts. */
final class Drafts {
    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Keys keys = new Keys(); // conversation, user, client message id
    private final Ints firstAttempts = new Ints(); // row + 1
    private final Ints lastAttempts = new Ints(); // row + 1
    private final Ints attempts = new Ints();
    private final Ints refusals = new Ints();
    private final Ints acks = new Ints(); // row + 1 of the first
    private final Ints places = new Ints(); // sequence
    private final Ints floors = new Ints(); // row + 1 of the highest acknowledged before the first attempt
    private final Ints invokeRows = new Ints(); // in order of time
    private final Map<Long, Long> otherBodies =
            new HashMap<>(); // draft and attempt: body, where not the first attempt's
    private final Set<Long> unknown = new HashSet<>(); // draft and attempt whose outcome was said to be unknown
    private final Map<Integer, Acked> ackedIn = new HashMap<>(); // by conversation
    private final Set<Integer> conflicting =
            new HashSet<>(); // drafts whose retries are known to be answered differently
    private final Set<Content> unplaced = new HashSet<>(); // gathered when first asked for
    private final Set<Content> unplacedRefused = new HashSet<>();
    private boolean isGathered;

    /** The highest sequence acknowledged in a conversation, before this moment and at it: an equal time orders nothing. */
    private static final class Acked {
        int before = -1; // rows
        int now = -1;
    }

    /** What is left to know a draft by, where its id is not shown. */
    private record Content(int conversation, int sender, EntryKind kind, long body, long target) {}

    Drafts(History history, Findings findings, Expectations expected) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
    }

    int of(int row) {
        return keys.of(history.conversation(row), history.sender(row), history.clientId(row));
    }

    int size() {
        return keys.size();
    }

    void invoke(int row) {
        int draft = of(row);
        invokeRows.add(row);
        attempts.set(draft, attempts.get(draft) + 1);
        lastAttempts.set(draft, row + 1);
        int first = firstAttempts.get(draft) - 1;
        if (first < 0) {
            firstAttempts.set(draft, row + 1);
            floors.set(draft, floor(row) + 1);
        } else if (history.body(row) != history.body(first)) {
            otherBodies.put(attemptKey(draft, row), history.body(row));
        }
    }

    void refuse(int row) {
        int draft = of(row);
        refusals.set(draft, refusals.get(draft) + 1);
    }

    void unknown(int row) {
        unknown.add(attemptKey(of(row), row));
    }

    void ok(int row) {
        int draft = of(row);
        raise(row);
        int first = acks.get(draft) - 1;
        if (first < 0) {
            acks.set(draft, row + 1);
            return;
        }
        boolean same = history.sequence(first) == history.sequence(row)
                && history.text(first) == history.text(row)
                && history.sentAt(first) == history.sentAt(row)
                && Objects.equals(ackedBody(draft, first), ackedBody(draft, row));
        if (!same && conflicting.add(draft)) {
            findings.add(
                    Violation.Kind.IDEMPOTENCY,
                    history.conversation(row),
                    history.sequence(row),
                    () -> "one id, two answers: " + history.describe(first) + " | " + history.describe(row));
        }
    }

    /** The draft was seen at this sequence. */
    void place(int draft, int sequence, int row) {
        int before = places.get(draft);
        if (before == 0) {
            places.set(draft, sequence);
        } else if (before != sequence && conflicting.add(draft)) {
            findings.add(
                    Violation.Kind.IDEMPOTENCY,
                    history.conversation(row),
                    sequence,
                    () -> "one id, two entries: #" + before + " and " + history.describe(row));
        }
    }

    /** The first acknowledgement, or -1. */
    int ack(int draft) {
        return acks.get(draft) - 1;
    }

    /** The first attempt, or -1: nobody sent it. */
    int firstAttempt(int draft) {
        return firstAttempts.get(draft) - 1;
    }

    boolean isRefused(int draft) {
        return attempts.get(draft) > 0 && acks.get(draft) == 0 && refusals.get(draft) >= attempts.get(draft);
    }

    /** How an entry fits what was sent. The body is the one first written; 0 if nobody saw it. */
    void check(int draft, int sequence, int row, long body) {
        int conversation = history.conversation(row);
        int first = firstAttempt(draft);
        if (first < 0) {
            if (expected.invoked.contains(history.kind(row))) phantom(row);
            return;
        }
        if (history.kind(row).hasBody() && body != 0 && !matches(draft, body)) {
            int ack = ack(draft);
            findings.add(
                    ack < 0 ? Violation.Kind.PHANTOM : Violation.Kind.LOST,
                    conversation,
                    sequence,
                    () -> "sent with another body: " + history.describe(ack < 0 ? first : ack) + ", sent body "
                            + Long.toHexString(history.body(first)) + " | " + history.describe(row));
        }
        if (isRefused(draft)) failedButApplied(row);
        int floor = floors.get(draft) - 1;
        if (floor >= 0 && history.sequence(floor) > sequence && !conflicting.contains(draft)) {
            findings.add(
                    Violation.Kind.REAL_TIME,
                    conversation,
                    sequence,
                    () -> "placed before what was acknowledged earlier: " + history.describe(floor) + " | "
                            + history.describe(first) + " became #" + sequence);
        }
    }

    /** An entry whose id nobody was shown: some draft without a place must have its content. */
    void checkUnnamed(int row, long body) {
        EntryKind kind = history.kind(row);
        boolean isErased = body == 0 && kind.hasBody();
        if (isErased || !expected.invoked.contains(kind)) return;
        if (!isGathered) gatherUnplaced();
        Content content = content(kind, row, body, history.target(row));
        if (unplaced.contains(content)) return;
        if (unplacedRefused.contains(content)) failedButApplied(row);
        else phantom(row);
    }

    /**
     * Of two drafts sent on one session the one whose last attempt went out first has the lower place. Not one whose outcome was said to be
     * unknown: a copy of it may be under way, and what was sent before its sender heard so does not wait for that.
     */
    void checkSessions() {
        Keys streams = new Keys(); // session, conversation
        Ints highest = new Ints(); // row + 1 of the last attempt
        for (int i = 0; i < invokeRows.size(); i++) {
            int row = invokeRows.get(i);
            int draft = of(row);
            int place = places.get(draft);
            if (history.session(row) < 0 || place == 0) continue;
            int stream = streams.of(history.session(row), history.conversation(row), 0);
            int before = highest.get(stream) - 1;
            if (firstAttempts.get(draft) - 1 == row && before >= 0 && places.get(of(before)) > place) {
                findings.add(
                        Violation.Kind.FIFO,
                        history.conversation(row),
                        place,
                        () -> history.describe(before) + " became #" + places.get(of(before)) + " | later "
                                + history.describe(row) + " became #" + place);
            }
            boolean last = lastAttempts.get(draft) - 1 == row
                    && acks.get(draft) > 0
                    && !unknown.contains(attemptKey(draft, row));
            if (last && (before < 0 || places.get(of(before)) < place)) highest.set(stream, row + 1);
        }
    }

    private void phantom(int row) {
        findings.add(
                Violation.Kind.PHANTOM,
                history.conversation(row),
                history.sequence(row),
                () -> "nobody sent this: " + history.describe(row));
    }

    private void failedButApplied(int row) {
        findings.add(
                Violation.Kind.FAILED_BUT_APPLIED,
                history.conversation(row),
                history.sequence(row),
                () -> "every attempt was refused: " + history.describe(row));
    }

    /** Whether an attempt had this body. */
    boolean matches(int draft, long body) {
        int ack = ack(draft);
        if (ack >= 0) return ackedBody(draft, ack) == body;
        if (history.body(firstAttempt(draft)) == body) return true;
        for (int attempt = 2; attempt <= attempts.get(draft); attempt++) {
            Long other = otherBodies.get((long) draft << 32 | attempt);
            if (other != null && other == body) return true;
        }
        return false;
    }

    /** The body of the attempt that an acknowledgement answers; 0 if nobody recorded one. */
    private Long ackedBody(int draft, int ack) {
        int first = firstAttempt(draft);
        if (first < 0) return 0L;
        Long other = otherBodies.isEmpty() ? null : otherBodies.get(attemptKey(draft, ack));
        return other == null ? history.body(first) : other;
    }

    private long attemptKey(int draft, int row) {
        return (long) draft << 32 | history.attempt(row);
    }

    private void raise(int ack) {
        Acked acked = ackedIn.computeIfAbsent(history.conversation(ack), conversation -> new Acked());
        if (acked.now >= 0 && history.time(acked.now) < history.time(ack))
            acked.before = higher(acked.before, acked.now);
        boolean sameMoment = acked.now >= 0 && history.time(acked.now) == history.time(ack);
        acked.now = sameMoment ? higher(acked.now, ack) : ack;
    }

    private int floor(int invoke) {
        Acked acked = ackedIn.get(history.conversation(invoke));
        if (acked == null) return -1;
        return history.time(acked.now) < history.time(invoke) ? higher(acked.before, acked.now) : acked.before;
    }

    private int higher(int ack, int other) {
        return ack < 0 || other >= 0 && history.sequence(other) > history.sequence(ack) ? other : ack;
    }

    private void gatherUnplaced() {
        isGathered = true;
        for (int draft = 0; draft < keys.size(); draft++) {
            int first = firstAttempt(draft);
            if (first < 0 || places.get(draft) != 0) continue;
            Set<Content> into = isRefused(draft) ? unplacedRefused : unplaced;
            into.add(content(history.kind(first), first, history.body(first), history.target(first)));
            for (int attempt = 2; attempt <= attempts.get(draft); attempt++) {
                Long other = otherBodies.get((long) draft << 32 | attempt);
                if (other != null) into.add(content(history.kind(first), first, other, history.target(first)));
            }
        }
    }

    private Content content(EntryKind kind, int row, long body, long target) {
        return new Content(
                history.conversation(row),
                history.sender(row),
                kind,
                kind.hasBody() ? body : 0,
                kind.hasTarget() ? target : 0);
    }
}
