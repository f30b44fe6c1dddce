package chat.parley.store;

import java.security.SecureRandom;

/** Which life of the data it is: a number below 2^23, so that incarnation × 2^40 + position is one of 63 bits. Each that is begun is drawn by lot. */
public final class Incarnations {
    private static final int ALL = 1 << 23;
    private static final int FIRST = 1 << 22;
    private static final int STEP = 1 << 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Incarnations() {}

    /** Of new data; leaves room for later ones. */
    public static long first() {
        return 1 + RANDOM.nextInt(FIRST - 1);
    }

    /** Any other. */
    public static long other(long than) {
        long found = first();
        return found == than ? found + 1 : found;
    }

    /** One with a greater number; 0: there is no room for one. Two that follow the same one are not the same, in all likelihood. */
    public static long after(long former) {
        int room = (int) Math.min(STEP, ALL - 1 - former);
        return room < 1 ? 0 : former + 1 + RANDOM.nextInt(room);
    }
}
