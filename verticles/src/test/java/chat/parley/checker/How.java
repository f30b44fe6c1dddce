package chat.parley.checker;

import java.util.Locale;

/** How an entry came to a reader. */
public enum How {
    /** On a session, unasked, as it happened. */
    LIVE,
    /** On a session, after hello or sync. */
    RESUME,
    /** In a page of history: messages as amended. */
    PAGE,
    /** Asked for because a hole was found. */
    PULL,
    /** From the log itself: messages as first written. */
    LOG;

    static final How[] VALUES = values();

    private final String wire = name().toLowerCase(Locale.ROOT);

    String wire() {
        return wire;
    }

    static How of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
