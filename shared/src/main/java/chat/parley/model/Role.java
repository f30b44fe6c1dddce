package chat.parley.model;

/** What a member may do. The number is stored: never reuse one. */
public enum Role {
    MEMBER(1, "member"),
    ADMIN(2, "admin"),
    OWNER(3, "owner");

    private final int number;
    private final String wireName;

    Role(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public static Role of(int number) {
        for (Role role : values()) if (role.number == number) return role;
        throw new IllegalArgumentException("no role " + number);
    }
}
