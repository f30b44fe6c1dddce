package chat.parley.gateway;

import chat.parley.bus.Answer;
import chat.parley.model.Draft;

/** One draft on its way, and who waits for its answer. */
abstract class Submission {
    final Draft draft;
    final long cameAtNanos = System.nanoTime();

    Submission(Draft draft) {
        this.draft = draft;
    }

    /** What became of it; called once. */
    abstract void answered(Answer answer);
}
