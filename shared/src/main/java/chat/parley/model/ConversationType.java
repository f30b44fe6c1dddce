package chat.parley.model;

/** What a conversation is. The number is stored: never reuse one. */
public enum ConversationType {
    DIRECT(1, "direct"),
    GROUP(2, "group");

    private final int number;
    private final String wireName;

    ConversationType(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    public int number() {
        return number;
    }

    public String wireName() {
        return wireName;
    }

    public static ConversationType of(int number) {
        for (ConversationType type : values()) if (type.number == number) return type;
        throw new IllegalArgumentException("no conversation type " + number);
    }
}
