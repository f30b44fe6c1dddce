package chat.parley.sequencer;

import chat.parley.store.Batch;

/** What a line wants of the store; it wants nothing else until it was told what became of it. */
sealed interface Step {
    /** To be appended. */
    record Append(Batch batch) implements Step {}

    /** The head is to be compared with this: refusals rest on its being so. */
    record Confirm(long position) implements Step {}
}
