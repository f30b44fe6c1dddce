package chat.parley.model;

/** A user, named by the application: {@code [A-Za-z0-9][A-Za-z0-9_.@:-]{0,63}}. */
public record UserId(String value) implements Comparable<UserId> {
    /** The user shards of the presence registry; fixed, since every node must agree. */
    public static final int SHARDS = 1024;

    public UserId {
        if (!Names.isName(value)) throw new IllegalArgumentException("not a user id");
    }

    /** Whether the text is a user id; the constructor refuses all else. */
    public static boolean isValid(String value) {
        return Names.isName(value);
    }

    /** The shard of the presence registry that knows where this user is: 0 to 1,023. */
    public int shard() {
        return Names.spread(value) & (SHARDS - 1);
    }

    @Override
    public int compareTo(UserId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
