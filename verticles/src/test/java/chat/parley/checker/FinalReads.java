package chat.parley.checker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** What each source showed at the end: everything that any of them has and the reader may see, and nothing else. */
final class FinalReads {
    private final History history;
    private final Findings findings;
    private final Logs logs;
    private final Memberships memberships;
    private final Amendments amendments;
    private final Keys keys = new Keys(); // source, reader, conversation
    private final List<BitSet> seen = new ArrayList<>();
    private final List<BitSet> gaps = new ArrayList<>();
    private final Keys read = new Keys(); // source, conversation
    private final Ints pages = new Ints();

    FinalReads(History history, Findings findings, Logs logs, Memberships memberships, Amendments amendments) {
        this.history = history;
        this.findings = findings;
        this.logs = logs;
        this.memberships = memberships;
        this.amendments = amendments;
    }

    void see(int row) {
        seen.get(key(row)).set((int) history.sequence(row));
        if (history.how(row) == How.PAGE) pages.add(row);
    }

    void gap(int row) {
        gaps.get(key(row)).set(logs.clamp(history.sequence(row)), logs.clamp(history.body(row)) + 1);
    }

    private int key(int row) {
        int key = keys.of(history.who(row), history.session(row), history.conversation(row));
        read.of(history.who(row), history.conversation(row), 0);
        if (key == seen.size()) {
            seen.add(new BitSet());
            gaps.add(new BitSet());
        }
        return key;
    }

    void check() {
        for (int key = 0; key < keys.size(); key++) check(key);
        int[] sources =
                IntStream.range(0, read.size()).map(read::first).distinct().toArray();
        int[] conversations =
                IntStream.range(0, read.size()).map(read::second).distinct().toArray();
        for (int source : sources) {
            for (int conversation : conversations) checkShown(source, conversation);
        }
        for (int i = 0; i < pages.size(); i++) amendments.checkPage(pages.get(i));
    }

    private void check(int key) {
        int conversation = keys.third(key);
        int reader = keys.second(key);
        Log log = logs.of(conversation);
        Ints may = reader < 0 ? Memberships.all() : memberships.intervals(conversation, history.user(reader));
        BitSet rest = (BitSet) seen.get(key).clone();
        for (int i = 0; i < may.size(); i += 2) {
            int last = Math.min(may.get(i + 1), log.head());
            for (int sequence = may.get(i); sequence <= last; sequence++) {
                boolean shown = seen.get(key).get(sequence) || gaps.get(key).get(sequence);
                if (!shown && log.has(sequence, Log.FINAL)) lacks(key, sequence, log.row(sequence));
            }
            rest.clear(may.get(i), Math.max(may.get(i), last + 1));
        }
        for (int sequence = rest.nextSetBit(0); sequence >= 0; sequence = rest.nextSetBit(sequence + 1)) {
            leaks(key, sequence);
        }
    }

    private void lacks(int key, int sequence, int row) {
        findings.add(
                Violation.Kind.DIVERGENT_READ,
                keys.third(key),
                sequence,
                () -> spell(key) + " lacks " + history.describe(row));
    }

    private void leaks(int key, int sequence) {
        findings.add(
                Violation.Kind.LEAK,
                keys.third(key),
                sequence,
                () -> spell(key) + " shows it to one who "
                        + memberships.spell(keys.third(key), history.user(keys.second(key))));
    }

    private void checkShown(int source, int conversation) {
        if (read.find(source, conversation, 0) >= 0) return;
        findings.add(
                Violation.Kind.DIVERGENT_READ,
                conversation,
                0,
                () -> history.name(source) + " shows nothing of it at the end, others do");
    }

    private String spell(int key) {
        String reader = history.name(keys.second(key));
        return "the final read of " + history.name(keys.first(key)) + (reader == null ? "" : " by " + reader);
    }
}
