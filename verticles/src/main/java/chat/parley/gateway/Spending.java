package chat.parley.gateway;

import chat.parley.bus.Loop;
import chat.parley.model.UserId;
import chat.parley.store.SharedBuckets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells the buckets that all nodes spend from what users have spent here, and the users' allowances what came of it. Behind the spending, so
 * nobody waits: a user who is fast at many nodes is stopped a moment late. One question is under way at a time; where there is no answer the
 * limits of the gateway are all there is. Used from the gateway's loop only.
 */
final class Spending {
    private static final long GATHER_MILLIS = 20;
    private static final int USERS_MAX = 1_000;

    private final Loop loop;
    private final SharedBuckets buckets;
    private final SharedBuckets.Rate rate;

    /** Each allowance once: as many as there are users at most. */
    private final ArrayDeque<Allowance> due = new ArrayDeque<>();

    private boolean isPlanned;
    private boolean isAsking;

    Spending(Loop loop, SharedBuckets buckets, SharedBuckets.Rate rate) {
        this.loop = loop;
        this.buckets = buckets;
        this.rate = rate;
    }

    /** One that tells here what is spent of it. */
    Allowance allowance(UserId user, long nowMillis) {
        return new Allowance(user, rate.perSecond(), rate.burst(), nowMillis, this::due);
    }

    private void due(Allowance allowance) {
        due.add(allowance);
        plan();
    }

    private void plan() {
        if (isPlanned || isAsking || due.isEmpty()) return;
        isPlanned = true;
        loop.after(GATHER_MILLIS, () -> {
            isPlanned = false;
            tell();
        });
    }

    private void tell() {
        Map<UserId, Integer> costs = new HashMap<>();
        List<Allowance> told = new ArrayList<>();
        while (!due.isEmpty() && told.size() < USERS_MAX) {
            Allowance next = due.remove();
            told.add(next);
            costs.merge(next.user, next.tell(), Integer::sum);
        }
        isAsking = true;
        buckets.spend(rate, costs).onComplete(answer -> {
            isAsking = false;
            if (answer.succeeded()) {
                long now = loop.monotonicMillis();
                for (Allowance each : told) {
                    Long owing = answer.result().get(each.user);
                    if (owing != null) each.owes(now + owing);
                }
            }
            plan();
        });
    }
}
