package chat.parley.checker;

import java.util.List;
import java.util.Map;

/**
 * What the checker found.
 *
 * @param violations of each kind the first {@value Findings#KEPT}
 * @param counts how many of each kind there were in all
 * @param counters what the run did
 * @param rows of the history
 */
public record Verdict(
        List<Violation> violations,
        Map<Violation.Kind, Long> counts,
        Map<Counter, Long> counters,
        int rows,
        long tookNanos) {
    public boolean holds() {
        return violations.isEmpty();
    }

    /** For a test: fails with everything a person needs to see. */
    public void mustHold() {
        if (!holds()) throw new AssertionError(toString());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(holds() ? "holds" : "BROKEN " + counts)
                .append(": ")
                .append(rows)
                .append(" rows in ")
                .append(History.seconds(tookNanos))
                .append(", ")
                .append(counters);
        for (Violation violation : violations) text.append("\n  ").append(violation);
        return text.toString();
    }
}
