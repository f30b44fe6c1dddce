package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.model.UserId;
import chat.parley.model.UserSettings;
import chat.parley.store.Directory;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When users were here last, on its way to the store: written about a second later, all at once. Of who is invisible nothing is
 * written: a time that was not to be seen is not shown later either. Past the bound it goes unrecorded, as does what the store does not take.
 */
final class LastSeen {
    private static final Logger LOG = LoggerFactory.getLogger(LastSeen.class);
    private static final long WRITE_MILLIS = 1_000;
    private static final int WAITING_MAX = 50_000;

    private final Loop loop;
    private final Directory directory;
    private Map<UserId, Long> waiting = new LinkedHashMap<>();
    private boolean isPlanned;

    LastSeen(Loop loop, Directory directory) {
        this.loop = loop;
        this.directory = directory;
    }

    /** The user's last session here has ended. */
    void gone(UserId user) {
        was(user, loop.millis());
    }

    /** The user was somewhere then, in Unix milliseconds. */
    void was(UserId user, long atMillis) {
        if (waiting.size() >= WAITING_MAX) return;
        waiting.merge(user, atMillis, Math::max);
        if (isPlanned) return;
        isPlanned = true;
        loop.after(WRITE_MILLIS, this::write);
    }

    /** Writes now. Completes when it is done, or was not to be. */
    Future<Void> write() {
        isPlanned = false;
        if (waiting.isEmpty()) return Future.succeededFuture();
        Map<UserId, Long> writing = waiting;
        waiting = new LinkedHashMap<>();
        return directory
                .userSettings(List.copyOf(writing.keySet()))
                .compose(settings -> {
                    writing.keySet()
                            .removeIf(user -> settings.getOrDefault(user, UserSettings.DEFAULT)
                                    .invisible());
                    return directory.saveLastSeen(writing);
                })
                .onFailure(broken -> LOG.warn("when {} users were here last was not written", writing.size(), broken))
                .otherwiseEmpty();
    }
}
