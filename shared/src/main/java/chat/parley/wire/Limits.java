package chat.parley.wire;

/**
 * How much one client may ask for. Told in {@code welcome}; every one is a setting.
 *
 * @param messageBytesMax of one WebSocket message from a client
 * @param bodyBytesMax of one message body, in UTF-8
 * @param httpBodyBytesMax of one HTTP request
 * @param extBytesMax of the application's object
 * @param pageEntriesMax of one page of history
 * @param cursorsMax in one hello or sync
 */
public record Limits(
        int messageBytesMax,
        int bodyBytesMax,
        int httpBodyBytesMax,
        int extBytesMax,
        int attachmentsMax,
        int mentionsMax,
        int jsonDepthMax,
        int pageEntriesMax,
        int cursorsMax,
        int groupMembersMax) {
    public static final Limits DEFAULT =
            new Limits(64 << 10, 16 << 10, 256 << 10, 2 << 10, 10, 50, 16, 200, 1000, 200_000);
}
