package chat.parley.sequencer;

import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who of the two of a direct conversation blocks the other. No part of the log: it is read when it is wanted, and again as soon as one of them
 * says that it is otherwise. Should that not reach the right owner, as when the shard changes hands at that moment, it is believed for a while only.
 */
final class Blocking {
    private static final long BELIEVED_MILLIS = 30_000;

    private final List<UserId> both;
    private final long asOf;
    private @Nullable List<UserId> blockers;

    /** @param asOf in monotonic milliseconds */
    Blocking(List<UserId> both, long asOf) {
        this.both = both;
        this.asOf = asOf;
    }

    List<UserId> both() {
        return both;
    }

    boolean isKnown() {
        return blockers != null;
    }

    boolean isBelieved(long now) {
        return now - asOf < BELIEVED_MILLIS;
    }

    void found(Map<UserId, UserSettings> settings) {
        blockers = both.stream()
                .filter(user -> both.stream()
                        .anyMatch(other -> settings.getOrDefault(user, UserSettings.DEFAULT)
                                .blocks(other)))
                .toList();
    }

    boolean isBy(UserId user) {
        return blockers != null && blockers.contains(user);
    }

    boolean isByAny() {
        return blockers != null && !blockers.isEmpty();
    }
}
