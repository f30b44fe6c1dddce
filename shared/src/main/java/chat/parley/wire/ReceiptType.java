package chat.parley.wire;

/** How far a message has come: to a device, or before a user's eyes. */
public enum ReceiptType {
    DELIVERED("delivered"),
    READ("read");

    private final String wireName;

    ReceiptType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
