package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import chat.parley.model.Draft;
import chat.parley.model.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Drafts that were decided together, and what is said once their entries are durable, or the log is known not to have moved. */
final class Cut {
    private static final int DECIDED_MAX = 1_024;

    private final int entriesMax;
    private final int bytesMax;
    private final List<WaitingDraft> decided = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Placing> placings = new ArrayList<>();
    private final List<Resting> resting = new ArrayList<>();
    private int bytes;

    /**
     * An entry of the batch.
     *
     * @param draft the one that it is the last entry of; null: another of the draft's entries follows
     */
    record Placing(
            Kept kept, Recipients recipients, @Nullable WaitingDraft draft, Answer answer) {}

    /**
     * An answer that rests on the log and on the batch.
     *
     * @param sequence of the entry in the batch that it tells of; 0: none
     */
    record Resting(WaitingDraft draft, Answer answer, long sequence) {}

    Cut(int entriesMax, int bytesMax) {
        this.entriesMax = entriesMax;
        this.bytesMax = bytesMax;
    }

    /** Whether another draft may be decided. */
    boolean isOpen() {
        return decided.size() < DECIDED_MAX;
    }

    /** Whether the draft's entries go into the batch, all of them. */
    boolean hasRoom(WaitingDraft draft) {
        if (entries.isEmpty()) return true;
        return entries.size() + entriesOf(draft.draft()) <= entriesMax && bytes + draft.size() <= bytesMax;
    }

    /** At most: whoever is banned is removed, if they are a member. */
    private static int entriesOf(Draft draft) {
        return draft.contents().getFirst() instanceof Content.UserBanned
                ? 2
                : draft.contents().size();
    }

    void place(WaitingDraft draft, List<Placing> all) {
        decided.add(draft);
        for (Placing each : all) {
            placings.add(each);
            entries.add(each.kept.entry());
            bytes += each.kept.size();
        }
    }

    void rest(WaitingDraft draft, Answer answer, long sequence) {
        decided.add(draft);
        resting.add(new Resting(draft, answer, sequence));
    }

    /** All drafts, in the order they were decided. */
    List<WaitingDraft> decided() {
        return decided;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Placing> placings() {
        return placings;
    }

    List<Resting> resting() {
        return resting;
    }
}
