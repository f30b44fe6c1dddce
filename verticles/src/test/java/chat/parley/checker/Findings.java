package chat.parley.checker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The violations, of each kind the first few; the others are counted. */
final class Findings {
    static final int KEPT = 20;

    private final History history;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<Violation.Kind, Long> counts = new EnumMap<>(Violation.Kind.class);

    Findings(History history) {
        this.history = history;
    }

    void add(Violation.Kind kind, int conversation, long sequence, Supplier<String> text) {
        if (counts.merge(kind, 1L, Long::sum) > KEPT) return;
        String name = conversation < 0 ? "" : history.conversationOf(conversation);
        violations.add(new Violation(kind, name, sequence, text.get()));
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    Map<Violation.Kind, Long> counts() {
        return new EnumMap<>(counts);
    }
}
