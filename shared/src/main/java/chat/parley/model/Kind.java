package chat.parley.model;

/** What an entry is. The number is stored: never reuse one. */
public enum Kind {
    MESSAGE(1, "message"),
    EDIT(2, "edit"),
    DELETE(3, "delete"),
    CONVERSATION_CREATED(4, "conversation_created"),
    CONVERSATION_UPDATED(5, "conversation_updated"),
    MEMBER_ADDED(6, "member_added"),
    MEMBER_REMOVED(7, "member_removed"),
    MEMBER_LEFT(8, "member_left"),
    ROLE_CHANGED(9, "role_changed");

    private static final Kind[] BY_NUMBER = new Kind[10];

    static {
        for (Kind kind : values()) BY_NUMBER[kind.number] = kind;
    }

    private final int number;
    private final String wireName;

    Kind(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public static Kind of(int number) {
        if (number < 1 || number >= BY_NUMBER.length) throw new IllegalArgumentException("no kind " + number);
        return BY_NUMBER[number];
    }
}
