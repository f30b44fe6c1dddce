package chat.parley.model;

/** Who may send messages to a group. The number is stored: never reuse one. */
public enum Writers implements Coded {
    ALL(1, "all"),
    /** Admins and owners. */
    ADMINS(2, "admins");

    private static final Writers[] ALL_OF_THEM = values();

    private final int number;
    private final String wireName;

    Writers(int number, String wireName) {
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

    public static Writers of(int number) {
        return Coded.of(ALL_OF_THEM, number);
    }
}
