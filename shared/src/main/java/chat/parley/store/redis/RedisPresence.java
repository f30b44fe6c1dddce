package chat.parley.store.redis;

import chat.parley.model.DeviceId;
import chat.parley.model.UserId;
import chat.parley.store.Presence;
import io.vertx.core.Future;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Presence in Redis: a hash of devices for each user, which Redis forgets. */
final class RedisPresence implements Presence {
    private static final Script REFRESH = new Script("refresh.lua");
    private static final Script REMOVE = new Script("remove.lua");
    private static final Script FIND = new Script("find.lua");
    private static final int SEEN_FIELDS = 3;

    private final Pipe pipe;
    private final String prefix;
    private final long lifetimeMillis;

    RedisPresence(Pipe pipe, String prefix, long lifetimeMillis) {
        this.pipe = pipe;
        this.prefix = prefix + ":presence:";
        this.lifetimeMillis = lifetimeMillis;
    }

    @Override
    public Future<Void> refresh(Collection<Seen> seen) {
        return forEachUser(
                seen,
                REFRESH,
                (request, each) ->
                        request.arg(each.deviceId().value()).arg(each.gateway()).arg(each.activeAt()));
    }

    @Override
    public Future<Void> remove(Collection<Seen> gone) {
        return forEachUser(
                gone,
                REMOVE,
                (request, each) -> request.arg(each.deviceId().value()).arg(each.gateway()));
    }

    private Future<Void> forEachUser(Collection<Seen> all, Script script, BiConsumer<Request, Seen> arguments) {
        Map<UserId, Request> requests = new LinkedHashMap<>();
        for (Seen each : all) arguments.accept(requests.computeIfAbsent(each.userId(), user -> on(script, user)), each);
        return pipe.send(List.copyOf(requests.values())).mapEmpty();
    }

    private Request on(Script script, UserId user) {
        Request request = script.on(prefix + user.value());
        return script == REFRESH ? request.arg(lifetimeMillis) : request;
    }

    @Override
    public Future<Map<UserId, List<Seen>>> find(Collection<UserId> users) {
        List<UserId> asked = List.copyOf(users);
        List<Request> requests = new ArrayList<>(asked.size());
        for (UserId user : asked) requests.add(on(FIND, user));
        return pipe.send(requests).map(answers -> {
            Map<UserId, List<Seen>> found = new HashMap<>();
            for (int i = 0; i < asked.size(); i++) {
                List<Seen> devices = devices(asked.get(i), answers.get(i));
                if (!devices.isEmpty()) found.put(asked.get(i), devices);
            }
            return found;
        });
    }

    private static List<Seen> devices(UserId user, Response fields) {
        List<Seen> devices = new ArrayList<>(fields.size() / SEEN_FIELDS);
        for (int i = 0; i + 2 < fields.size(); i += SEEN_FIELDS) {
            DeviceId device = new DeviceId(fields.get(i).toString());
            String gateway = fields.get(i + 1).toString();
            long activeAt = Long.parseLong(fields.get(i + 2).toString());
            devices.add(new Seen(user, device, gateway, activeAt));
        }
        return devices;
    }
}
