package chat.parley.checker;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How long things took. */
final class Pace {
    /** Answers that leave the sender waiting for the conversation to be served. */
    private static final Set<String> NOT_SERVED = Set.of("busy", "unavailable", "internal", "outcome_unknown");

    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Faults faults;
    private final Logs logs;
    private final Drafts drafts;
    private final Map<Integer, Integer> waitingSince = new HashMap<>(); // conversation: the attempt's row

    Pace(History history, Findings findings, Expectations expected, Faults faults, Logs logs, Drafts drafts) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
        this.faults = faults;
        this.logs = logs;
        this.drafts = drafts;
    }

    void invoke(int row) {
        if (expected.outageNanos != Long.MAX_VALUE) waitingSince.putIfAbsent(history.conversation(row), row);
    }

    void fail(int row) {
        if (!NOT_SERVED.contains(String.valueOf(history.name(history.text(row))))) served(row);
    }

    void ok(int row) {
        served(row);
    }

    private void served(int row) {
        Integer since = waitingSince.remove(history.conversation(row));
        if (since != null) checkOutage(since, history.time(row));
    }

    private void checkOutage(int since, long until) {
        if (until - history.time(since) <= expected.outageNanos) return;
        findings.add(
                Violation.Kind.LIVENESS,
                history.conversation(since),
                0,
                () -> "no answer in the conversation for " + History.seconds(until - history.time(since)) + " since "
                        + history.describe(since));
    }

    void recv(int row) {
        if (expected.recvNanos == Long.MAX_VALUE || history.how(row) != How.LIVE) return;
        int draft = logs.of(history.conversation(row)).draft((int) history.sequence(row));
        int ack = draft < 0 ? -1 : drafts.ack(draft);
        if (ack < 0) return;
        long took = history.time(row) - history.time(ack);
        if (took <= expected.recvNanos || !faults.isCalm(history.time(ack), history.time(row))) return;
        findings.add(
                Violation.Kind.LIVENESS,
                history.conversation(row),
                history.sequence(row),
                () -> "came " + History.seconds(took) + " after its acknowledgement: " + history.describe(row));
    }

    /** All rows are in, up to this time. */
    void check(long end) {
        waitingSince.forEach((conversation, since) -> checkOutage(since, end));
        if (expected.ackNanos == Long.MAX_VALUE) return;
        long sends = 0;
        Ints late = new Ints();
        for (int draft = 0; draft < drafts.size(); draft++) {
            int first = drafts.firstAttempt(draft);
            if (first < 0 || drafts.isRefused(draft)) continue;
            int ack = drafts.ack(draft);
            long until = ack < 0 ? end : history.time(ack);
            boolean isLate = until - history.time(first) > expected.ackNanos;
            if (!faults.isCalm(history.time(first), until) || ack < 0 && !isLate) continue;
            sends++;
            if (isLate) late.add(draft);
        }
        if (late.size() <= (1 - expected.ackShare) * sends) return;
        long all = sends;
        int draft = late.get(0);
        findings.add(
                Violation.Kind.LIVENESS,
                history.conversation(drafts.firstAttempt(draft)),
                0,
                () -> late.size() + " of " + all + " sends outside faults were not acknowledged within "
                        + History.seconds(expected.ackNanos) + ", the first "
                        + history.describe(drafts.firstAttempt(draft))
                        + (drafts.ack(draft) < 0 ? ", never" : ": " + history.describe(drafts.ack(draft))));
    }
}
