package chat.parley.checker;

import java.util.Locale;

/** What a row of the history tells. */
enum Event {
    INVOKE,
    OK(true),
    FAIL,
    INFO,
    RECV(true),
    GAP,
    START,
    SHOWN(true),
    OPEN,
    CLOSE,
    RESUME,
    FINAL(true),
    FINAL_GAP,
    POINTER,
    UNREAD,
    PUSH,
    EXPORT(true),
    FAULT,
    COUNT;

    static final Event[] VALUES = values();

    final String wire = name().toLowerCase(Locale.ROOT);
    final boolean hasSequence; // its number is the sequence of one entry

    Event() {
        this(false);
    }

    Event(boolean hasSequence) {
        this.hasSequence = hasSequence;
    }
}
