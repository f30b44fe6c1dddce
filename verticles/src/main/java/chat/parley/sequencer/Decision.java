package chat.parley.sequencer;

import chat.parley.bus.Answer;
import chat.parley.model.Content;
import java.util.List;

/** What is to become of a draft, on the log and the drafts decided before it. */
sealed interface Decision {
    /** @param contents of its entries, with all that the sequencer fills in */
    record Place(List<Content> contents) implements Decision {}

    /** What it asks for holds already. */
    record Unchanged(long head) implements Decision {}

    record Refuse(Answer.Refused refusal) implements Decision {}
}
