package chat.parley.store.redis;

import chat.parley.model.UserId;
import chat.parley.store.SharedBuckets;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Token buckets in Redis, which forgets them when they are full. */
final class RedisBuckets implements SharedBuckets {
    private static final Script SPEND = new Script("spend.lua");

    private final Pipe pipe;
    private final String prefix;

    RedisBuckets(Pipe pipe, String prefix) {
        this.pipe = pipe;
        this.prefix = prefix + ":spent:";
    }

    @Override
    public Future<Map<UserId, Long>> spend(Rate rate, Map<UserId, Integer> costs) {
        List<UserId> users = List.copyOf(costs.keySet());
        List<Request> requests = new ArrayList<>(users.size());
        for (UserId user : users)
            requests.add(SPEND.on(prefix + user.value())
                    .arg(rate.perSecond())
                    .arg(rate.burst())
                    .arg(costs.getOrDefault(user, 0)));
        return pipe.send(requests).map(answers -> {
            Map<UserId, Long> owing = new HashMap<>();
            for (int i = 0; i < users.size(); i++) {
                long millis = Long.parseLong(answers.get(i).toString());
                if (millis > 0) owing.put(users.get(i), millis);
            }
            return owing;
        });
    }
}
