package chat.parley.model;

/** What a member may do. The number is stored: never reuse one. */
public enum Role implements Coded {
    MEMBER(1, "member"),
    ADMIN(2, "admin"),
    OWNER(3, "owner");

    private static final Role[] ALL = values();

    private final int number;
    private final String wireName;

    Role(int number, String wireName) {
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

    public static Role of(int number) {
        return Coded.of(ALL, number);
    }
}
