package chat.parley.gateway;

import chat.parley.bus.Answer;
import chat.parley.model.Draft;
import io.vertx.core.Future;

/** Takes drafts to the sequencers of their conversations, all of one loop turn and shard in one message. */
public final class Submitter {
    Submitter() {}

    /**
     * What became of the draft; never fails. Without an answer it is refused: {@code unavailable} if it reached nobody, else {@code
     * outcome_unknown}. The caller's read pointer moves along.
     */
    public Future<Answer> submit(Draft draft) {
        throw new UnsupportedOperationException();
    }
}
