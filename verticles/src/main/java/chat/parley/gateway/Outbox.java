package chat.parley.gateway;

import chat.parley.model.ConversationId;
import chat.parley.wire.ServerFrame;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session owes its client because the socket was too full, or because entries went past it: for these conversations it sends no
 * live entries until the client has synchronised. Exists only once there was something to owe.
 */
final class Outbox {
    /** Conversations that are named one by one; past that the client is told to synchronise all. */
    static final int PAUSED_MAX = 256;

    private static final String REASON = "entries were not sent on this socket";

    private final Set<ConversationId> paused = new LinkedHashSet<>();
    private final Set<ConversationId> untold = new LinkedHashSet<>();
    private boolean all;
    private boolean allUntold;

    /** Live entries of this conversation were not sent, and none will be until {@link #synced}. */
    void drop(ConversationId conversation) {
        if (all || !paused.add(conversation)) return;
        untold.add(conversation);
        if (paused.size() <= PAUSED_MAX) return;
        all = true;
        allUntold = true;
        paused.clear();
        untold.clear();
    }

    boolean isPaused(ConversationId conversation) {
        return all || paused.contains(conversation);
    }

    /** The client was told to synchronise everything: its next sync covers all conversations. */
    boolean isAllTold() {
        return all && !allUntold;
    }

    /** What to tell the client, now that there is room; null: nothing new. Counts as told. */
    ServerFrame.@Nullable Resync tell() {
        if (allUntold) {
            allUntold = false;
            return new ServerFrame.Resync(null, REASON);
        }
        if (untold.isEmpty()) return null;
        var resync = new ServerFrame.Resync(List.copyOf(untold), REASON);
        untold.clear();
        return resync;
    }

    boolean hasUntold() {
        return allUntold || !untold.isEmpty();
    }

    /** A sync of this conversation is about to be answered: live entries go out again, behind what it brings. */
    void synced(ConversationId conversation) {
        paused.remove(conversation);
        untold.remove(conversation);
    }

    /** A sync that covers everything is about to be answered. */
    void syncedAll() {
        all = false;
        allUntold = false;
        paused.clear();
        untold.clear();
    }

    boolean isEmpty() {
        return !all && paused.isEmpty();
    }
}
