package chat.parley.model;

/** What an entry is. The number is stored: never reuse one. */
public enum Kind implements Coded {
    MESSAGE(1, "message"),
    EDIT(2, "edit"),
    DELETE(3, "delete"),
    CONVERSATION_CREATED(4, "conversation_created"),
    CONVERSATION_UPDATED(5, "conversation_updated"),
    MEMBER_ADDED(6, "member_added"),
    MEMBER_REMOVED(7, "member_removed"),
    MEMBER_LEFT(8, "member_left"),
    ROLE_CHANGED(9, "role_changed"),
    USER_BANNED(10, "user_banned"),
    USER_UNBANNED(11, "user_unbanned"),
    INVITATION_CREATED(12, "invitation_created"),
    INVITATION_REVOKED(13, "invitation_revoked");

    private static final Kind[] ALL = values();

    private final int number;
    private final String wireName;

    Kind(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String wireName() {
        return wireName;
    }

    public static Kind of(int number) {
        return Coded.of(ALL, number);
    }
}
