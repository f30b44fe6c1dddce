package chat.parley.checker;

/** A gap says "never to come": announced over what the user may have, it hides a loss. */
final class Gaps {
    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Memberships memberships;
    private final Ints rows = new Ints();

    Gaps(History history, Findings findings, Expectations expected, Memberships memberships) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
        this.memberships = memberships;
    }

    void see(int row) {
        rows.add(row);
    }

    void check() {
        for (int i = 0; i < rows.size(); i++) check(rows.get(i));
    }

    private void check(int row) {
        GapReason reason = history.reason(row);
        if (reason != GapReason.NOT_MEMBER && expected.gaps.contains(reason)) return;
        int reader = history.event(row) == Event.GAP ? history.who(row) : history.session(row);
        Ints may =
                reader < 0 ? Memberships.all() : memberships.intervals(history.conversation(row), history.user(reader));
        for (int i = 0; i < may.size(); i += 2) {
            long from = Math.max(may.get(i), history.sequence(row));
            if (from > Math.min(may.get(i + 1), history.body(row))) continue;
            findings.add(
                    Violation.Kind.FALSE_GAP,
                    history.conversation(row),
                    from,
                    () -> "over what may be seen: " + history.describe(row)
                            + (reader < 0
                                    ? ""
                                    : ", who " + memberships.spell(history.conversation(row), history.user(reader))));
            return;
        }
    }
}
