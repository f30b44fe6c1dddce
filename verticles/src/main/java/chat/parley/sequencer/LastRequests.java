package chat.parley.sequencer;

import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The requests that were heard last, by name, so that one which the bus repeats is not decided anew: it may have been refused, and would be
 * placed now. Past the bound the oldest is forgotten.
 */
final class LastRequests {
    static final int MAX = 16_384;

    private final LinkedHashSet<String> names = new LinkedHashSet<>();

    /** Whether it is the first of its name. What has no name always is. */
    boolean isFirst(@Nullable String name) {
        if (name == null) return true;
        if (!names.add(name)) return false;
        if (names.size() > MAX) names.removeFirst();
        return true;
    }
}
