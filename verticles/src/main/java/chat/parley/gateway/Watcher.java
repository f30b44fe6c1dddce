package chat.parley.gateway;

import chat.parley.model.UserId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** A session that watches. */
final class Watcher {
    final UserId user;
    final Sink sink;
    final Map<UserId, View> views = new LinkedHashMap<>();

    /** Views whose acquaintance is to be read, for the first time or anew. */
    final ArrayDeque<View> unread = new ArrayDeque<>();

    /** Views that may have to be shown anew, in that order. */
    final LinkedHashSet<View> dirty = new LinkedHashSet<>();

    /** Views that still show whom the session may not see. Likewise, and none stands in both. */
    final LinkedHashSet<View> hiding = new LinkedHashSet<>(0);

    /** Frozen views, to be looked at when there is room in the budget. */
    final LinkedHashSet<View> frozen = new LinkedHashSet<>();

    /** When the next batch may go. */
    long nextAt;

    /** When all acquaintances are read anew. */
    long rereadAt;

    boolean isWaiting;
    boolean isReading;
    boolean isThawing;

    Watcher(UserId user, Sink sink) {
        this.user = user;
        this.sink = sink;
    }

    /** Where its events go. */
    interface Sink {
        /** Of a watcher that is asked, and told nothing. */
        Sink NOWHERE = new Sink() {
            @Override
            public boolean hasRoom() {
                return false;
            }

            @Override
            public void write(List<byte[]> frames) {}
        };

        /** Whether the socket takes what is only nice to know. */
        boolean hasRoom();

        void write(List<byte[]> frames);
    }
}
