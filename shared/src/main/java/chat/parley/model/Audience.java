package chat.parley.model;

/** Whom a user lets see something. The number is stored: never reuse one. */
public enum Audience implements Coded {
    /** Whoever shares a conversation with the user, be it only that they made one. */
    EVERYONE(1, "everyone"),
    /** Those who share a conversation in which the user has written or read something. */
    CONTACTS(2, "contacts"),
    NOBODY(3, "nobody");

    private static final Audience[] ALL = values();

    private final int number;
    private final String wireName;

    Audience(int number, String wireName) {
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

    public static Audience of(int number) {
        return Coded.of(ALL, number);
    }
}
