package chat.parley.store;

/** The answer to an append or a take-over. A failed future is a third outcome: not known. */
public sealed interface Appended {
    /** It is durable. */
    record Done() implements Appended {}

    /** Another was first, nothing was written: here is the head. */
    record Lost(ShardHead head) implements Appended {}
}
