package chat.parley.checker;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** With which bodies a message may be seen: its own, those of its edits, and none once it is deleted. */
final class Amendments {
    private static final class Changes {
        final TreeMap<Long, Long> edits = new TreeMap<>(); // the edit's sequence: its body
        long deletedAt;
    }

    private record Place(int conversation, long sequence) {}

    private final History history;
    private final Findings findings;
    private final Map<Place, Changes> changes = new HashMap<>();
    private final Map<Place, Map<Long, Integer>> differing = new LinkedHashMap<>(); // body: a row that shows it
    private final Map<Place, Long> originals = new HashMap<>();

    Amendments(History history, Findings findings) {
        this.history = history;
        this.findings = findings;
    }

    void see(int row) {
        EntryKind kind = history.kind(row);
        if (!kind.hasTarget()) return;
        var target = new Place(history.conversation(row), history.target(row));
        Changes of = changes.computeIfAbsent(target, place -> new Changes());
        if (kind == EntryKind.DELETE) of.deletedAt = history.sequence(row);
        else of.edits.merge(history.sequence(row), history.body(row), (a, b) -> a != 0 ? a : b);
    }

    /** Two rows show one entry with two bodies. */
    void differ(int row, int other) {
        var place = new Place(history.conversation(row), history.sequence(row));
        Map<Long, Integer> bodies = differing.computeIfAbsent(place, at -> new LinkedHashMap<>());
        bodies.merge(history.body(row), row, this::telling);
        bodies.merge(history.body(other), other, this::telling);
    }

    private int telling(int row, int other) {
        return history.event(row) == Event.FINAL ? row : other;
    }

    /** What is known of an entry by what was sent. */
    interface Sent {
        boolean had(int conversation, long sequence, long body);
    }

    /**
     * Of the bodies that no edit and no delete explains there may be one: the original.
     *
     * @param sent tells the body of an edit that nobody saw before a delete erased it
     */
    void explain(Sent sent) {
        differing.forEach((place, bodies) -> {
            Changes of = changes.get(place);
            if (of == null) return;
            of.edits.replaceAll((sequence, body) -> {
                if (body != 0) return body;
                for (long each : bodies.keySet())
                    if (each != 0 && sent.had(place.conversation, sequence, each)) return each;
                return body;
            });
        });
        differing.forEach((place, bodies) -> {
            int[] rows = bodies.values().stream()
                    .mapToInt(row -> row)
                    .filter(row -> !isExplained(place, row))
                    .toArray();
            if (rows.length > 1) report(place, rows[0], rows[1]);
            originals.put(place, rows.length == 1 ? history.body(rows[0]) : 0);
        });
    }

    private boolean isExplained(Place place, int row) {
        long body = history.body(row);
        if (body == 0 && history.kind(row) == EntryKind.EDIT) {
            Changes ofTarget = changes.get(new Place(place.conversation, history.target(row)));
            return ofTarget != null && ofTarget.deletedAt > 0;
        }
        Changes of = changes.get(place);
        return of != null && (body == 0 ? of.deletedAt > 0 : of.edits.containsValue(body));
    }

    private void report(Place place, int first, int second) {
        boolean reads = history.event(first) == Event.FINAL && history.event(second) == Event.FINAL;
        findings.add(
                reads ? Violation.Kind.DIVERGENT_READ : Violation.Kind.DIVERGENT_LOG,
                place.conversation,
                place.sequence,
                () -> "two bodies: " + history.describe(first) + " | " + history.describe(second));
    }

    /** The body that was first written, as far as anybody saw it; 0 if that cannot be told. */
    long original(int conversation, long sequence, int row) {
        if (changes.isEmpty() && originals.isEmpty()) return history.body(row);
        var place = new Place(conversation, sequence);
        Long known = originals.get(place);
        if (known != null) return known;
        return isExplained(place, row) ? 0 : history.body(row);
    }

    /** A page read at the end shows the last amendment. */
    void checkPage(int row) {
        if (changes.isEmpty() || history.kind(row) != EntryKind.MESSAGE) return;
        Changes of = changes.get(new Place(history.conversation(row), history.sequence(row)));
        if (of == null) return;
        long expected = of.deletedAt > 0 ? 0 : of.edits.lastEntry().getValue();
        if (history.body(row) == expected) return;
        findings.add(
                Violation.Kind.DIVERGENT_READ,
                history.conversation(row),
                history.sequence(row),
                () -> "not as amended by "
                        + (of.deletedAt > 0 ? "delete #" + of.deletedAt : "edit #" + of.edits.lastKey()) + ": "
                        + history.describe(row));
    }
}
