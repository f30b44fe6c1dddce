package chat.parley.checker;

import java.util.HashMap;
import java.util.Map;

/** Read pointers move forward, never past the head; unread is the number of messages behind the pointer. */
final class Pointers {
    private final History history;
    private final Findings findings;
    private final Logs logs;
    private final Keys keys = new Keys(); // observer, user, conversation
    private final Ints last = new Ints(); // row + 1
    private final Ints pointers = new Ints();
    private final Ints unreads = new Ints();
    private final Map<Integer, int[]> running = new HashMap<>(); // conversation: how many messages up to a sequence

    Pointers(History history, Findings findings, Logs logs) {
        this.history = history;
        this.findings = findings;
        this.logs = logs;
    }

    void pointer(int row) {
        int key = keys.of(history.who(row), history.sender(row), history.conversation(row));
        int before = last.get(key) - 1;
        last.set(key, row + 1);
        pointers.add(row);
        if (before < 0 || history.sequence(before) <= history.sequence(row)) return;
        add(
                Violation.Kind.POINTER,
                row,
                "of " + history.name(history.sender(row)) + " went back from " + history.sequence(before) + " ("
                        + History.seconds(history.time(before)) + "): " + history.describe(row));
    }

    void unread(int row) {
        unreads.add(row);
    }

    /** All rows are in. */
    void check() {
        for (int i = 0; i < pointers.size(); i++) {
            int row = pointers.get(i);
            int head = logs.head(history.conversation(row));
            if (history.sequence(row) > head) {
                add(
                        Violation.Kind.POINTER,
                        row,
                        "of " + history.name(history.sender(row)) + " is past the head " + head + ": "
                                + history.describe(row));
            }
        }
        for (int i = 0; i < unreads.size(); i++) checkUnread(unreads.get(i));
    }

    private void checkUnread(int row) {
        int[] messages = running.computeIfAbsent(history.conversation(row), this::count);
        int head = (int) Math.max(0, Math.min(history.body(row), messages.length - 1));
        int pointer = (int) Math.max(0, Math.min(history.sequence(row), head));
        int expected = messages[head] - messages[pointer];
        if (history.body(row) < messages.length && history.sentAt(row) == expected) return;
        add(
                Violation.Kind.UNREAD,
                row,
                history.name(history.who(row)) + " is told " + history.sentAt(row) + " behind #"
                        + history.sequence(row) + " of " + history.body(row) + " at "
                        + History.seconds(history.time(row))
                        + ", the log has " + expected + " of " + (messages.length - 1));
    }

    private int[] count(int conversation) {
        int[] messages = new int[logs.head(conversation) + 1];
        for (int sequence = 1; sequence < messages.length; sequence++) {
            boolean counts = logs.isKind(conversation, sequence, EntryKind.MESSAGE);
            messages[sequence] = messages[sequence - 1] + (counts ? 1 : 0);
        }
        return messages;
    }

    private void add(Violation.Kind kind, int row, String text) {
        findings.add(kind, history.conversation(row), history.sequence(row), () -> text);
    }
}
