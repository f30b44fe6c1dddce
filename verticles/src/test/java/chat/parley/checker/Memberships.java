package chat.parley.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who may see and say what, from the member entries of the logs. */
final class Memberships {
    static final int OPEN = Integer.MAX_VALUE;

    private final History history;
    private final Findings findings;
    private final boolean everyone;
    private final Map<Integer, TreeMap<Integer, Integer>> changes = new HashMap<>(); // conversation: sequence: row
    private final Keys keys = new Keys(); // conversation, user
    private final List<Ints> intervals = new ArrayList<>(); // first, last, first, last, …
    private final Map<Integer, Ints> conversationsOf = new HashMap<>(); // user

    Memberships(History history, Findings findings, Expectations expected) {
        this.history = history;
        this.findings = findings;
        this.everyone = !expected.membership;
    }

    /** A sighting of a member entry: the one that names the most users tells the most. */
    void see(int row) {
        changes.computeIfAbsent(history.conversation(row), conversation -> new TreeMap<>())
                .merge((int) history.sequence(row), row, this::telling);
    }

    private int telling(int row, int other) {
        return history.users(other).size() > history.users(row).size() ? other : row;
    }

    /** All rows are in. */
    void build() {
        if (everyone) return;
        changes.forEach((conversation, bySequence) -> bySequence.values().forEach(this::apply));
    }

    private void apply(int row) {
        EntryKind kind = history.kind(row);
        boolean selfNamed = kind == EntryKind.CONVERSATION_CREATED
                || kind == EntryKind.MEMBER_LEFT && history.users(row).isEmpty();
        if (selfNamed) move(row, history.sender(row));
        else if (history.users(row).isEmpty()) unnamed(row);
        for (String user : history.users(row)) move(row, history.number(user));
    }

    private void move(int row, int user) {
        int key = keys.of(history.conversation(row), user, 0);
        if (key == intervals.size()) {
            intervals.add(new Ints());
            conversationsOf.computeIfAbsent(user, of -> new Ints()).add(history.conversation(row));
        }
        Ints of = intervals.get(key);
        boolean isMember = of.size() > 0 && of.get(of.size() - 1) == OPEN;
        boolean joins =
                history.kind(row) == EntryKind.MEMBER_ADDED || history.kind(row) == EntryKind.CONVERSATION_CREATED;
        if (joins && !isMember) {
            of.add((int) history.sequence(row));
            of.add(OPEN);
        } else if (!joins && isMember) {
            of.set(of.size() - 1, (int) history.sequence(row));
        }
    }

    private void unnamed(int row) {
        findings.add(
                Violation.Kind.VACUOUS,
                history.conversation(row),
                history.sequence(row),
                () -> "nobody saw whom this concerns, so nobody's rights are known: " + history.describe(row));
    }

    boolean may(int conversation, int user, long sequence) {
        if (everyone) return true;
        Ints of = intervals(conversation, user);
        for (int i = 0; i < of.size(); i += 2) {
            if (of.get(i) <= sequence && sequence <= of.get(i + 1)) return true;
        }
        return false;
    }

    /** First and last sequence of each membership, in turn. */
    Ints intervals(int conversation, int user) {
        if (everyone) return all();
        int key = keys.find(conversation, user, 0);
        return key < 0 ? new Ints() : intervals.get(key);
    }

    /** The one interval of those who may see everything. */
    static Ints all() {
        Ints all = new Ints();
        all.add(1);
        all.add(OPEN);
        return all;
    }

    /** The conversations that the user is or was a member of; none if everyone may see everything. */
    Ints conversationsOf(int user) {
        return conversationsOf.getOrDefault(user, new Ints());
    }

    /** Whoever adds an entry was a member before it; but for the first, which makes its sender one, and that by which one joins by an invitation. */
    void checkSender(int row) {
        if (history.sender(row) < 0) return;
        boolean comes = history.kind(row) == EntryKind.CONVERSATION_CREATED
                || history.kind(row) == EntryKind.MEMBER_ADDED
                        && history.users(row).size() == 1
                        && history.number(history.users(row).getFirst()) == history.sender(row);
        long before = comes ? history.sequence(row) : history.sequence(row) - 1;
        boolean may = may(history.conversation(row), history.sender(row), before)
                && may(history.conversation(row), history.sender(row), history.sequence(row));
        if (may) return;
        findings.add(
                Violation.Kind.UNAUTHORIZED_APPEND,
                history.conversation(row),
                history.sequence(row),
                () -> "the sender " + spell(history.conversation(row), history.sender(row)) + ": "
                        + history.describe(row));
    }

    String spell(int conversation, int user) {
        Ints of = intervals(conversation, user);
        if (of.size() == 0) return "was never a member";
        StringBuilder text = new StringBuilder("was a member in");
        for (int i = 0; i < of.size(); i += 2) {
            text.append(' ').append(of.get(i)).append("..").append(of.get(i + 1) == OPEN ? "" : of.get(i + 1));
        }
        return text.toString();
    }
}
