package chat.parley.model;

/** What a user or device may be called, and the hash that spreads ids over shards. */
final class Names {
    static final int LENGTH_MAX = 64;

    private Names() {}

    static boolean isName(String text) {
        int length = text.length();
        if (length == 0 || length > LENGTH_MAX || !isAlphanumeric(text.charAt(0))) return false;
        for (int i = 1; i < length; i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '@' && c != ':' && c != '-') return false;
        }
        return true;
    }

    static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /** Well mixed and the same on every node for ever: the String hash (specified by Java) through a finaliser (Murmur 3). */
    static int spread(String text) {
        int h = text.hashCode();
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }
}
