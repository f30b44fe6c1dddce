package chat.parley.gateway;

import chat.parley.model.UserId;
import chat.parley.store.SharedBuckets;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Buckets that keep what they are told, and answer what the test wants; while they are held, nothing. */
final class SpentElsewhere implements SharedBuckets {
    final List<Map<UserId, Integer>> told = new ArrayList<>();
    final Map<UserId, Long> owing = new HashMap<>();
    boolean isGone;
    boolean isHeld;
    private final List<Promise<Map<UserId, Long>>> held = new ArrayList<>();

    @Override
    public Future<Map<UserId, Long>> spend(Rate rate, Map<UserId, Integer> costs) {
        told.add(Map.copyOf(costs));
        if (isGone) return Future.failedFuture("the buckets are gone");
        if (!isHeld) return Future.succeededFuture(Map.copyOf(owing));
        Promise<Map<UserId, Long>> promise = Promise.promise();
        held.add(promise);
        return promise.future();
    }

    /** Answers what it held. */
    void goOn() {
        isHeld = false;
        held.forEach(each -> each.complete(Map.copyOf(owing)));
        held.clear();
    }
}
