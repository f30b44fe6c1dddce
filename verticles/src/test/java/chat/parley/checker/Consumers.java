package chat.parley.checker;

/** What left by other ways: the exported event log is the log, in order; push goes to those who may see it. */
final class Consumers {
    private final History history;
    private final Findings findings;
    private final Expectations expected;
    private final Logs logs;
    private final Memberships memberships;
    private final Keys exported = new Keys(); // consumer, conversation
    private final Ints last = new Ints(); // sequence
    private final Ints pushes = new Ints();

    Consumers(History history, Findings findings, Expectations expected, Logs logs, Memberships memberships) {
        this.history = history;
        this.findings = findings;
        this.expected = expected;
        this.logs = logs;
        this.memberships = memberships;
    }

    /** Repeats are allowed; the first occurrences come one after the other. */
    void export(int row) {
        if (!logs.isPossible(row, history.sequence(row))) return;
        int key = exported.of(history.who(row), history.conversation(row), 0);
        int sequence = (int) history.sequence(row);
        int before = last.get(key);
        last.set(key, Math.max(before, sequence));
        if (sequence > before + 1) {
            findings.add(
                    Violation.Kind.EXPORT,
                    history.conversation(row),
                    sequence,
                    () -> "#" + (before + 1) + " did not come before: " + history.describe(row));
        }
    }

    void push(int row) {
        pushes.add(row);
    }

    /** All rows are in. */
    void check() {
        for (int i = 0; i < pushes.size(); i++) checkPush(pushes.get(i));
        if (expected.completeExports) addWhatNeverCame();
        for (int key = 0; key < exported.size() && expected.completeExports; key++) {
            int conversation = exported.second(key);
            int until = last.get(key);
            int consumer = exported.first(key);
            if (until == logs.head(conversation)) continue;
            findings.add(
                    Violation.Kind.EXPORT,
                    conversation,
                    until + 1,
                    () -> history.name(consumer) + " has nothing behind #" + until + ", the head is #"
                            + logs.head(conversation));
        }
    }

    /** Who got anything of one conversation is owed all of each. */
    private void addWhatNeverCame() {
        Keys consumers = new Keys();
        for (int key = 0; key < exported.size(); key++) consumers.of(exported.first(key), 0, 0);
        for (int consumer = 0; consumer < consumers.size(); consumer++)
            for (int conversation = 0; conversation < history.conversationCount(); conversation++)
                exported.of(consumers.first(consumer), conversation, 0);
    }

    private void checkPush(int row) {
        int conversation = history.conversation(row);
        if (history.sequence(row) > logs.head(conversation)) {
            findings.add(
                    Violation.Kind.PHANTOM,
                    conversation,
                    history.sequence(row),
                    () -> "pushed, and past the head " + logs.head(conversation) + ": " + history.describe(row));
        } else if (!memberships.may(conversation, history.who(row), history.sequence(row))) {
            findings.add(
                    Violation.Kind.LEAK,
                    conversation,
                    history.sequence(row),
                    () -> "pushed to one who " + memberships.spell(conversation, history.who(row)) + ": "
                            + history.describe(row));
        }
    }
}
