package chat.parley.model;

/** Whom a user lets see something. The number is stored: never reuse one. */
public enum Audience {
    /** Whoever shares a conversation with the user, be it only that they made one. */
    EVERYONE(1, "everyone"),
    /** Those who share a conversation in which the user has written or read something. */
    CONTACTS(2, "contacts"),
    NOBODY(3, "nobody");

    private final int number;
    private final String wireName;

    Audience(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public static Audience of(int number) {
        for (Audience audience : values()) if (audience.number == number) return audience;
        throw new IllegalArgumentException("no audience " + number);
    }
}
