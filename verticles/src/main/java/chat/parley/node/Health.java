package chat.parley.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the node lives, and whether it is to be given work; if not, by name, what is wrong. Each check has its time, and is under way once at most: who asks
 * meanwhile gets the same answer. The conditions are set while the node starts, and asked from the loop of the operators' port.
 */
final class Health {
    static final int CHECK_MILLIS_MAX = 1_000;

    private final Map<String, Supplier<@Nullable String>> conditions = new LinkedHashMap<>();
    private @Nullable Supplier<Future<?>> store;
    private @Nullable Loops loops;
    private volatile boolean isReady;
    private volatile boolean isDraining;

    // Of the loop that asks.
    private @Nullable HealthChecks live;
    private @Nullable HealthChecks ready;
    private @Nullable Future<Report> liveAsked;
    private @Nullable Future<Report> readyAsked;
    private @Nullable Future<?> storeAsked;
    private long storeAskedNanos;

    /** What was found. */
    record Report(boolean isGood, JsonArray checks) {}

    /** Whether the node takes clients: it has started, and does not drain. */
    boolean isReady() {
        return isReady;
    }

    void setReady(boolean ready) {
        isReady = ready;
    }

    /** To be ready this has to be so. @param wrong what is wrong, as a sentence without addresses; null: nothing */
    void require(String name, Supplier<@Nullable String> wrong) {
        conditions.put(name, wrong);
    }

    /** To be ready this has to be answered. @param question of which one is under way at a time */
    void requireStore(Supplier<Future<?>> question) {
        store = question;
    }

    void requireLoops(Loops its) {
        loops = its;
    }

    /** Whether the event loops turn. */
    Future<Report> live(Vertx vertx) {
        if (live == null) {
            live = HealthChecks.create(vertx);
            registerLoops(live);
        }
        if (liveAsked == null || liveAsked.isComplete()) liveAsked = report(live);
        return liveAsked;
    }

    /** Whether the node is to be given work. */
    Future<Report> ready(Vertx vertx) {
        if (ready == null) {
            ready = HealthChecks.create(vertx);
            register(ready, "node", this::node);
            registerLoops(ready);
            conditions.forEach(this::registerReady);
            if (store != null)
                ready.register(
                        "store",
                        CHECK_MILLIS_MAX,
                        promise -> askStore().onComplete(answer -> {
                            if (answer.succeeded()) promise.tryComplete(Status.OK());
                            else promise.tryComplete(wrong("it cannot be read or written now"));
                        }));
        }
        if (readyAsked == null || readyAsked.isComplete()) readyAsked = report(ready);
        return readyAsked;
    }

    private @Nullable String node() {
        if (isReady) return null;
        return isDraining ? "it drains" : "it starts";
    }

    private void registerLoops(HealthChecks checks) {
        Loops its = loops;
        if (its == null) return;
        register(checks, "loops", () -> {
            List<String> blocked = its.blocked();
            return blocked.isEmpty() ? null : String.join(", ", blocked);
        });
    }

    private void registerReady(String name, Supplier<@Nullable String> wrong) {
        if (ready != null) register(ready, name, wrong);
    }

    private static void register(HealthChecks checks, String name, Supplier<@Nullable String> wrong) {
        checks.register(name, CHECK_MILLIS_MAX, promise -> {
            String why = wrong.get();
            promise.complete(why == null ? Status.OK() : wrong(why));
        });
    }

    private static Status wrong(String why) {
        return Status.KO(new JsonObject().put("why", why));
    }

    /** The question that is under way, or a new one. */
    private Future<?> askStore() {
        if (storeAsked == null || storeAsked.isComplete()) {
            storeAskedNanos = System.nanoTime();
            storeAsked = store == null ? Future.succeededFuture() : store.get();
        }
        return storeAsked;
    }

    private Future<Report> report(HealthChecks checks) {
        return checks.checkStatus().map(result -> {
            List<CheckResult> each = result.getChecks() == null ? List.of() : new ArrayList<>(result.getChecks());
            JsonArray said = new JsonArray();
            boolean isGood = true;
            for (CheckResult one : each) {
                JsonObject check = new JsonObject().put("name", one.getId()).put("ok", one.getUp());
                if (!one.getUp()) check.put("why", why(one));
                isGood &= one.getUp();
                said.add(check);
            }
            return new Report(isGood, said);
        });
    }

    private String why(CheckResult check) {
        String why = check.getData() == null ? null : check.getData().getString("why");
        if (why != null) return why;
        return "store".equals(check.getId())
                ? "it has not answered for " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - storeAskedNanos)
                        + " ms"
                : "it could not be checked";
    }

    /** Whether it is on its way to its end. */
    boolean isDraining() {
        return isDraining;
    }

    /** From now on it takes no work, and never again. */
    void drain() {
        isDraining = true;
        isReady = false;
    }
}
