package chat.parley.model;

/** One of a closed set: under a number in what is stored, which is never reused, and under a name on the wire. */
public interface Coded {
    int number();

    String wireName();

    /** The one of that number. */
    static <T extends Coded> T of(T[] all, int number) {
        for (T each : all) if (each.number() == number) return each;
        throw new IllegalArgumentException("no " + all[0].getClass().getSimpleName() + " is number " + number);
    }
}
