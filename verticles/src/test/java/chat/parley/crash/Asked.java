package chat.parley.crash;

import chat.parley.checker.How;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A hello, a sync or an open, and what has come of the answer. */
final class Asked {
    private final How how;
    private final Map<String, Long> cursors = new HashMap<>(); // by conversation
    private final Set<String> begun = new HashSet<>(); // conversations of which the answer has come, or a part of it

    /** @param isFirst of the session: nothing can have been on its way */
    Asked(JsonObject cursors, How how, boolean isFirst) {
        this.how = how;
        cursors.forEach(each -> this.cursors.put(each.getKey(), ((Number) each.getValue()).longValue()));
        if (isFirst) begun.addAll(this.cursors.keySet());
    }

    /** Whether it is the open of this conversation. */
    boolean isOpenOf(String conversation) {
        return how == How.RESUME && cursors.keySet().equals(Set.of(conversation));
    }

    /**
     * How an entry came. One that was on its way when this was asked goes on from what came live, not from the cursor, and comes before the
     * answer.
     *
     * @param live the last that came live on this session; 0: none
     */
    How how(String conversation, long sequence, long live) {
        Long cursor = cursors.get(conversation);
        if (cursor == null) return How.LIVE;
        if (sequence <= Math.max(live, cursor + 1)) begun.add(conversation);
        return begun.contains(conversation) ? how : How.LIVE;
    }

    /** The answer says that it leaves something out. */
    void gap(String conversation) {
        if (cursors.containsKey(conversation)) begun.add(conversation);
    }
}
