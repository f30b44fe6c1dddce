package chat.parley.checker;

import java.util.Locale;

/** What an entry is, by its name on the wire. */
public enum EntryKind {
    /** Not said: an acknowledgement does not tell. */
    UNKNOWN,
    MESSAGE,
    EDIT,
    DELETE,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    MEMBER_LEFT,
    ROLE_CHANGED,
    CONVERSATION_CREATED,
    CONVERSATION_UPDATED,
    /** A kind that this checker does not know. */
    OTHER;

    static final EntryKind[] VALUES = values();

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
        return wire;
    }

    public static EntryKind of(String wire) {
        for (EntryKind kind : VALUES) {
            if (kind.wire.equals(wire)) {
                return kind;
            }
        }
        return OTHER;
    }

    boolean hasTarget() {
        return this == EDIT || this == DELETE;
    }

    /** A sighting of these names the sender's draft; the ids of others may be of the server's making. */
    boolean showsDraft() {
        return this == MESSAGE || hasTarget();
    }

    boolean hasBody() {
        return this == MESSAGE || this == EDIT;
    }

    /** These decide who may see and say what. */
    boolean movesMembers() {
        return switch (this) {
            case MEMBER_ADDED, MEMBER_REMOVED, MEMBER_LEFT, CONVERSATION_CREATED -> true;
            default -> false;
        };
    }
}
