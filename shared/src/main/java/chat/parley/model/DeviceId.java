package chat.parley.model;

/** One device of a user, named by the client: {@code [A-Za-z0-9][A-Za-z0-9_.@:-]{0,63}}. */
public record DeviceId(String value) {
    public DeviceId {
        if (!Names.isName(value)) throw new IllegalArgumentException("not a device id");
    }

    /** Whether the text is a device id; the constructor refuses all else. */
    public static boolean isValid(String value) {
        return Names.isName(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
