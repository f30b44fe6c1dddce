package chat.parley.checker;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges a history: one pass over its rows in order of time, then one over what they said. */
public final class Checker {
    private final long started = System.nanoTime();
    private final History history;
    private final Expectations expected;
    private final Findings findings;
    private final Faults faults;
    private final Drafts drafts;
    private final Amendments amendments;
    private final Memberships memberships;
    private final Logs logs;
    private final FinalReads finalReads;
    private final Streams streams;
    private final Gaps gaps;
    private final Pointers pointers;
    private final Consumers consumers;
    private final Pace pace;
    private final long[] counted = new long[Counter.VALUES.length];

    private Checker(History history, Expectations expected) {
        this.history = history;
        this.expected = expected;
        findings = new Findings(history);
        faults = new Faults(history, expected.settleNanos);
        drafts = new Drafts(history, findings, expected);
        amendments = new Amendments(history, findings);
        memberships = new Memberships(history, findings, expected);
        logs = new Logs(history, findings, expected, drafts, amendments, memberships);
        finalReads = new FinalReads(history, findings, logs, memberships, amendments);
        streams = new Streams(history, findings, expected, logs, memberships);
        gaps = new Gaps(history, findings, expected, memberships);
        pointers = new Pointers(history, findings, logs);
        consumers = new Consumers(history, findings, expected, logs, memberships);
        pace = new Pace(history, findings, expected, faults, logs, drafts);
    }

    /** Nobody may add to the history meanwhile. */
    public static Verdict check(History history, Expectations expected) {
        return new Checker(history, expected).judge();
    }

    private Verdict judge() {
        int size = history.size();
        int @Nullable [] order = history.byTime();
        for (int i = 0; i < size; i++) hear(order == null ? i : order[i]);
        long end = size == 0 ? 0 : history.time(order == null ? size - 1 : order[size - 1]);

        memberships.build();
        amendments.explain(logs::wasSentWith);
        logs.check();
        drafts.checkSessions();
        finalReads.check();
        streams.check();
        gaps.check();
        pointers.check();
        consumers.check();
        pace.check(end);
        Map<Counter, Long> counters = counters();
        checkVacuous(counters);
        return new Verdict(findings.violations(), findings.counts(), counters, size, System.nanoTime() - started);
    }

    private void hear(int row) {
        if (history.event(row).hasSequence && !logs.isPossible(row, history.sequence(row))) return;
        switch (history.event(row)) {
            case INVOKE -> {
                count(Counter.SENDS);
                drafts.invoke(row);
                pace.invoke(row);
            }
            case OK -> {
                count(Counter.ACKS);
                drafts.ok(row);
                logs.see(row);
                streams.ok(row);
                pace.ok(row);
            }
            case FAIL -> {
                drafts.refuse(row);
                pace.fail(row);
            }
            case INFO -> {
                count(Counter.UNKNOWN_OUTCOMES);
                drafts.unknown(row);
            }
            case RECV -> {
                count(Counter.RECEPTIONS);
                if (history.how(row) == How.PULL) count(Counter.PULLS);
                logs.see(row);
                streams.recv(row, faults.isCalm(history.time(row), history.time(row)));
                pace.recv(row);
            }
            case GAP -> {
                streams.gap(row);
                gaps.see(row);
            }
            case START -> streams.start(row);
            case SHOWN -> streams.shown(row);
            case OPEN -> streams.open(row);
            case CLOSE -> streams.close(row);
            case RESUME -> {
                count(Counter.RESUMES);
                streams.resume(row);
            }
            case FINAL -> {
                count(Counter.FINAL_READS);
                logs.see(row);
                finalReads.see(row);
            }
            case FINAL_GAP -> {
                logs.gap(row);
                finalReads.gap(row);
                gaps.see(row);
            }
            case POINTER -> {
                count(Counter.POINTERS);
                pointers.pointer(row);
            }
            case UNREAD -> {
                count(Counter.UNREADS);
                pointers.unread(row);
            }
            case PUSH -> {
                count(Counter.PUSHES);
                consumers.push(row);
            }
            case EXPORT -> {
                count(Counter.EXPORTS);
                logs.see(row);
                consumers.export(row);
            }
            case FAULT -> {} // heard before all others
            case COUNT -> counted[(int) history.body(row)] += history.sequence(row);
        }
    }

    private void count(Counter counter) {
        counted[counter.ordinal()]++;
    }

    private Map<Counter, Long> counters() {
        counted[Counter.CONVERSATIONS.ordinal()] += logs.conversations();
        counted[Counter.ENTRIES.ordinal()] += logs.entries();
        counted[Counter.STREAMS.ordinal()] += streams.checked();
        counted[Counter.RAW_DUPLICATES.ordinal()] += streams.repeats();
        counted[Counter.FAULTS_PLANNED.ordinal()] += faults.planned();
        counted[Counter.FAULTS_EFFECTIVE.ordinal()] += faults.effective();
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.VALUES) {
            if (counted[counter.ordinal()] != 0) counters.put(counter, counted[counter.ordinal()]);
        }
        return counters;
    }

    private void checkVacuous(Map<Counter, Long> counters) {
        expected.atLeast.forEach((counter, least) -> {
            long count = counters.getOrDefault(counter, 0L);
            if (count < least) vacuous(counter + " is " + count + ", a run that shows anything has at least " + least);
        });
        if (faults.effective() < expected.faultsEffectiveShare * faults.planned()) {
            vacuous(faults.effective() + " of " + faults.planned() + " planned faults took effect");
        }
    }

    private void vacuous(String text) {
        findings.add(Violation.Kind.VACUOUS, -1, 0, () -> text);
    }
}
