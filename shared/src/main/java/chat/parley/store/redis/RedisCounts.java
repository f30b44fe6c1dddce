package chat.parley.store.redis;

import chat.parley.store.SharedCounts;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts in Redis: a hash of nodes for each thing that is counted. */
final class RedisCounts implements SharedCounts {
    private static final Script HOLD = new Script("hold.lua");

    private final Pipe pipe;
    private final String prefix;
    private final long lifetimeMillis;

    RedisCounts(Pipe pipe, String prefix, long lifetimeMillis) {
        this.pipe = pipe;
        this.prefix = prefix + ":held:";
        this.lifetimeMillis = lifetimeMillis;
    }

    @Override
    public Future<Map<Long, Integer>> hold(String node, Map<Long, Integer> held) {
        List<Long> things = new ArrayList<>(held.size());
        List<Request> requests = new ArrayList<>(held.size());
        held.forEach((thing, count) -> {
            things.add(thing);
            requests.add(HOLD.on(prefix + Long.toHexString(thing))
                    .arg(lifetimeMillis)
                    .arg(node)
                    .arg(count));
        });
        return pipe.send(requests).map(answers -> {
            Map<Long, Integer> elsewhere = new HashMap<>();
            for (int i = 0; i < things.size(); i++) {
                int others = Integer.parseInt(answers.get(i).toString());
                if (others > 0) elsewhere.put(things.get(i), others);
            }
            return elsewhere;
        });
    }
}
