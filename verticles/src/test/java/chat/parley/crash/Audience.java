package chat.parley.crash;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A group of which most members are never online. Some of these stay; the others come and go, again and again.
 *
 * @param least so many members it has when few are there; besides guests
 * @param most and so many when all are there
 */
record Audience(int least, int most) {
    /** Those of the comers who can say who they are: they leave by themselves, and read. */
    private static final int KNOWN_COMERS = 4;

    /** Are in it together with so many others, from the beginning to the end. */
    List<String> residents(int others) {
        return IntStream.range(0, least - others)
                .mapToObj(number -> "resident" + number)
                .toList();
    }

    List<String> comers() {
        return IntStream.range(0, most - least)
                .mapToObj(number -> "comer" + number)
                .toList();
    }

    List<String> knownComers() {
        return comers().stream().limit(KNOWN_COMERS).toList();
    }
}
