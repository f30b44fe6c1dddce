package chat.parley.crash;

import chat.parley.checker.History;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How far users have read, as others saw it. Each observer keeps the furthest, as clients should, and reads the members anew at the end: after a
 * kill nobody may be told less than they saw. With {@code acrossLives} false that is not held against the node: what was not
 * synced goes with the power.
 */
final class Marks {
    private final History history;
    private final boolean acrossLives;
    private final Map<String, Map<String, Map<String, Long>>> furthest =
            new TreeMap<>(); // observer, conversation, user

    Marks(History history, boolean acrossLives) {
        this.history = history;
        this.acrossLives = acrossLives;
    }

    /** @param session that was told; in it what is told never goes back */
    synchronized void told(String observer, String session, JsonObject event) {
        if (!event.getString("receiptType").equals("read")) return;
        String user = event.getString("userId");
        String conversation = event.getString("conversationId");
        long sequence = event.getLong("sequence");
        history.readPointer(System.nanoTime(), session, user, conversation, sequence);
        Long unread = event.getLong("unread");
        if (unread != null)
            history.unread(System.nanoTime(), user, conversation, sequence, event.getLong("head"), unread);
        saw(observer, user, conversation, sequence);
    }

    synchronized void saw(String observer, String user, String conversation, long sequence) {
        if (!acrossLives) return;
        Long before = of(observer, conversation).get(user);
        if (before == null || before < sequence) put(observer, user, conversation, sequence);
    }

    private Map<String, Long> of(String observer, String conversation) {
        return furthest.computeIfAbsent(observer, any -> new TreeMap<>())
                .computeIfAbsent(conversation, any -> new TreeMap<>());
    }

    private void put(String observer, String user, String conversation, long sequence) {
        of(observer, conversation).put(user, sequence);
        history.readPointer(System.nanoTime(), observer, user, conversation, sequence);
    }

    /** What the members' lists say to all who saw something; who was removed since is told nothing. */
    synchronized void readAgain(Api api, Town town) throws IOException, InterruptedException {
        for (String observer : furthest.keySet()) {
            String token = town.token(observer.substring(0, observer.indexOf('/')));
            for (String conversation : furthest.get(observer).keySet()) {
                try {
                    JsonObject list = api.call(
                            "GET", "/v1/conversations/" + conversation + "/members?limit=100", token, null, null);
                    for (Object each : list.getJsonArray("members")) {
                        JsonObject member = (JsonObject) each;
                        Long read = member.getLong("readSequence");
                        if (read == null && !town.audiences().isEmpty()) continue; // not told where there are many
                        put(observer, member.getString("userId"), conversation, Objects.requireNonNull(read));
                    }
                } catch (Api.Refused removed) {
                    if (!removed.code.equals("not_found")) throw new IOException(removed);
                }
            }
        }
    }
}
