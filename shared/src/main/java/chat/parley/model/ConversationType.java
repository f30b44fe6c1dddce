package chat.parley.model;

/** What a conversation is. The number is stored: never reuse one. */
public enum ConversationType implements Coded {
    DIRECT(1, "direct"),
    GROUP(2, "group");

    private static final ConversationType[] ALL = values();

    private final int number;
    private final String wireName;

    ConversationType(int number, String wireName) {
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

    public static ConversationType of(int number) {
        return Coded.of(ALL, number);
    }
}
