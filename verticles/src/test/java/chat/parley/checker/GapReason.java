package chat.parley.checker;

import java.util.Locale;

/** Why sequences are announced as never to come. */
public enum GapReason {
    NOT_MEMBER,
    RETENTION,
    DAMAGED;

    static final GapReason[] VALUES = values();

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
        return wire;
    }

    public static GapReason of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
