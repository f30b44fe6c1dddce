package chat.parley.store;

/** The name of one batch: random, and on every row of it, so that its writer recognises it after an unknown outcome. */
public record BatchId(long high, long low) {
    /** What a log that was never written to has. */
    public static final BatchId NONE = new BatchId(0, 0);
}
