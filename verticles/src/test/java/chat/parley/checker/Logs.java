package chat.parley.checker;

import java.util.ArrayList;
import java.util.List;

/** Every sighting of a sequence, by whomever, shows the same entry; and at the end all of them are there. */
final class Logs {
    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Drafts drafts;
    private final Amendments amendments;
    private final Memberships memberships;
    private final List<Log> logs = new ArrayList<>(); // by number of the conversation; null where nothing was seen
    private final long sequenceMax;

    Logs(
            History history,
            Findings findings,
            Expectations expected,
            Drafts drafts,
            Amendments amendments,
            Memberships memberships) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
        this.drafts = drafts;
        this.amendments = amendments;
        this.memberships = memberships;
        this.sequenceMax = Math.min(1_000_000L + 16L * history.size(), 1 << 30);
        for (int i = 0; i < history.conversationCount(); i++) logs.add(null);
    }

    Log of(int conversation) {
        Log log = logs.get(conversation);
        if (log == null) {
            log = new Log(conversation);
            logs.set(conversation, log);
        }
        return log;
    }

    /** The head of a conversation: the highest sequence that anybody saw. */
    int head(int conversation) {
        Log log = logs.get(conversation);
        return log == null ? 0 : log.head();
    }

    /** False if no log of this history's size can have the sequence: what it would index is not to be grown for it. */
    boolean isPossible(int row, long sequence) {
        if (sequence >= 1 && sequence <= sequenceMax) return true;
        findings.add(
                Violation.Kind.HOLE,
                history.conversation(row),
                sequence,
                () -> "no log can have this sequence: " + history.describe(row));
        return false;
    }

    /** The bound of a gap or start, as an index. */
    int clamp(long sequence) {
        return (int) Math.max(0, Math.min(sequence, sequenceMax));
    }

    void see(int row) {
        Log log = of(history.conversation(row));
        int sequence = (int) history.sequence(row);
        log.reach(sequence);
        boolean isAck = history.event(row) == Event.OK;
        boolean isFinal = history.event(row) == Event.FINAL;
        if (isAck) log.mark(sequence, Log.ACKED);
        if (isFinal) log.mark(sequence, Log.FINAL);
        name(log, sequence, row);
        int known = log.row(sequence);
        if (known >= 0 && !isSame(known, row) && log.mark(sequence, Log.REPORTED)) {
            boolean reads = isFinal && history.event(known) == Event.FINAL;
            findings.add(
                    reads ? Violation.Kind.DIVERGENT_READ : Violation.Kind.DIVERGENT_LOG,
                    log.conversation,
                    sequence,
                    () -> history.describe(known) + " | " + history.describe(row));
        }
        if (known < 0 || rank(row) > rank(known)) log.row(sequence, row);
        if (!isAck) {
            amendments.see(row);
            if (history.kind(row).movesMembers()) memberships.see(row);
        }
    }

    /** Whoever was shown the id says which draft this is. */
    private void name(Log log, int sequence, int row) {
        if (history.clientId(row) < 0 || history.sender(row) < 0) return;
        if (history.event(row) != Event.OK && !history.kind(row).showsDraft()) return;
        int draft = drafts.of(row);
        int before = log.draft(sequence);
        if (before < 0) {
            log.draft(sequence, draft);
            drafts.place(draft, sequence, row);
        } else if (before != draft && log.mark(sequence, Log.REPORTED)) {
            findings.add(
                    Violation.Kind.DUPLICATE_SEQUENCE,
                    log.conversation,
                    sequence,
                    () -> "two drafts: "
                            + (drafts.ack(before) >= 0
                                    ? history.describe(drafts.ack(before))
                                    : history.describe(log.row(sequence)))
                            + " | " + history.describe(row));
        }
    }

    /** Bodies apart, which may be amended: those that differ are explained at the end. */
    private boolean isSame(int row, int other) {
        int text = history.text(row);
        int otherText = history.text(other);
        if (text != Names.NONE && otherText != Names.NONE && text != otherText) return false;
        if (history.sentAt(row) != history.sentAt(other)) return false;
        if (history.sender(row) != history.sender(other)) return false;
        if (history.event(row) == Event.OK || history.event(other) == Event.OK) return true;
        if (history.body(row) != history.body(other)) amendments.differ(row, other);
        if (history.kind(row) != history.kind(other)) return false;
        return !history.kind(row).hasTarget() || history.target(row) == history.target(other);
    }

    /** Whether what was sent to become this entry had this body. */
    boolean wasSentWith(int conversation, long sequence, long body) {
        int draft = of(conversation).draft((int) sequence);
        return draft >= 0 && drafts.firstAttempt(draft) >= 0 && drafts.matches(draft, body);
    }

    private int rank(int row) {
        return switch (history.event(row)) {
            case FINAL -> 2;
            case OK -> 0;
            default -> 1;
        };
    }

    void gap(int row) {
        Log log = of(history.conversation(row));
        if (history.reason(row) != GapReason.NOT_MEMBER && expected.gaps.contains(history.reason(row))) {
            log.excused.set(clamp(history.sequence(row)), clamp(history.body(row)) + 1);
        }
    }

    /** All rows are in: what each entry must be, by what was sent and who was a member. */
    void check() {
        for (Log log : logs) {
            if (log != null) check(log);
        }
    }

    private void check(Log log) {
        boolean isRead = false;
        for (int sequence = 1; sequence <= log.head() && !isRead; sequence++) isRead = log.has(sequence, Log.FINAL);
        if (!isRead && expected.finalReads) {
            findings.add(Violation.Kind.VACUOUS, log.conversation, 0, () -> "never read at the end");
        }
        int before = -1;
        for (int sequence = 1; sequence <= log.head(); sequence++) {
            int row = log.row(sequence);
            if (isRead && !log.has(sequence, Log.FINAL) && !log.excused.get(sequence)) missing(log, sequence);
            if (row < 0) continue;
            checkSentAt(before, row);
            before = row;
            if (history.event(row) == Event.OK) continue;
            int draft = log.draft(sequence);
            long body = amendments.original(log.conversation, sequence, row);
            if (draft >= 0) drafts.check(draft, sequence, row, body);
            else drafts.checkUnnamed(row, body);
            memberships.checkSender(row);
        }
    }

    private void missing(Log log, int sequence) {
        boolean acked = log.has(sequence, Log.ACKED);
        int row = log.row(sequence);
        findings.add(
                acked ? Violation.Kind.LOST : Violation.Kind.HOLE,
                log.conversation,
                sequence,
                () -> "no final read has it, of " + log.head() + ": "
                        + (row < 0
                                ? "nobody saw it"
                                : history.describe(acked ? drafts.ack(log.draft(sequence)) : row)));
    }

    private void checkSentAt(int before, int row) {
        if (before < 0 || history.sentAt(row) >= history.sentAt(before)) return;
        findings.add(
                Violation.Kind.SENT_AT,
                history.conversation(row),
                history.sequence(row),
                () -> "earlier than the entry before: " + history.describe(before) + " | " + history.describe(row));
    }

    long conversations() {
        return logs.stream().filter(log -> log != null).count();
    }

    long entries() {
        return logs.stream().filter(log -> log != null).mapToLong(Log::head).sum();
    }

    /** The entry's row if it counts as unread, by its kind. */
    boolean isKind(int conversation, int sequence, EntryKind kind) {
        Log log = logs.get(conversation);
        int row = log == null ? -1 : log.row(sequence);
        return row >= 0 && history.kind(row) == kind;
    }
}
