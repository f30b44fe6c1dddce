package chat.parley.sequencer;

/**
 * How far a shard's log was projected when something began to be read. Whoever decides with what was read must know all entries behind
 * that besides, so they stay in {@link Memory} as long as the reading is in use.
 */
final class Reading {
    private final long through;
    private int uses;

    Reading(long through) {
        this.through = through;
    }

    long through() {
        return through;
    }

    Reading use() {
        uses++;
        return this;
    }

    void done() {
        uses--;
    }

    boolean isInUse() {
        return uses > 0;
    }
}
