package chat.parley.node;

import chat.parley.bus.NodeRole;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.telemetry.Metric;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How this node is, for operators: {@code conf/ops-api.md} says what each figure means. What the node does not know is not there. */
final class NodeStatus {
    private static final Map<String, Metric> COUNTERS = Map.of(
            "sends", Metric.SENDS,
            "acks", Metric.ACKS,
            "deliveries", Metric.DELIVERIES,
            "logins", Metric.LOGINS,
            "pulls", Metric.GATEWAY_PULLS,
            "conflicts", Metric.APPEND_CONFLICTS,
            "drift", Metric.REGISTRY_DRIFT,
            "dropped", Metric.BUS_DROPPED);
    private static final Map<String, Metric> QUEUES = Map.of(
            "submit", Metric.SUBMIT_WAITING,
            "outboxBytes", Metric.OUTBOX_BYTES,
            "toExport", Metric.EXPORT_WAITING,
            "toProject", Metric.PROJECTION_WAITING);
    private static final Map<String, Metric> LAGS = Map.of(
            "projection", Metric.PROJECTION_WAITING,
            "fanout", Metric.FANOUT_WAITING,
            "export", Metric.EXPORT_WAITING);

    private final String node;
    private final Set<NodeRole> roles;
    private final long bootedAt;
    private final Health health;
    private final Metrics metrics;
    private final Map<NodeRole, Deployment<?>> deployments;

    /** @param deployments what there is of each role */
    NodeStatus(
            String node,
            Set<NodeRole> roles,
            long bootedAt,
            Health health,
            Metrics metrics,
            Map<NodeRole, Deployment<?>> deployments) {
        this.node = node;
        this.roles = roles;
        this.bootedAt = bootedAt;
        this.health = health;
        this.metrics = metrics;
        this.deployments = deployments;
    }

    /** Completes when every sequencer has said which shards it serves, on the context of who asks, so that no sequencer has to count. */
    Future<JsonObject> read() {
        Context asker = Vertx.currentContext();
        List<Future<List<Integer>>> served = new ArrayList<>();
        Deployment<?> sequencers = deployments.get(NodeRole.SEQUENCER);
        if (sequencers != null)
            for (Object each : sequencers.all()) if (each instanceof SequencerVerticle its) served.add(its.serving());
        Promise<List<Integer>> shards = Promise.promise();
        Future.all(served)
                .map(all -> all.<List<Integer>>list().stream()
                        .flatMap(List::stream)
                        .distinct()
                        .sorted()
                        .toList())
                .onComplete(said -> {
                    if (asker == null) shards.handle(said);
                    else asker.runOnContext(here -> shards.handle(said));
                });
        return shards.future().map(this::status);
    }

    private JsonObject status(List<Integer> shards) {
        Metrics.Reading reading = metrics.read();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        JsonObject status = new JsonObject()
                .put("name", node)
                .put("version", Main.version())
                .put("bootedAt", bootedAt)
                .put("ready", health.isReady())
                .put("draining", health.isDraining())
                .put("roles", roleNames(roles))
                .put("instances", instances())
                .put("heapUsed", heap.getUsed())
                .put("heapMax", heap.getMax())
                .put("shards", new JsonArray(shards));
        put(status, "connections", reading.now().get(Metric.CONNECTIONS));
        put(status, "users", reading.now().get(Metric.USERS));
        Double delaySeconds = reading.most().get(Metric.LOOP_DELAY_MAX);
        if (delaySeconds != null) put(status, "loopDelayMillis", 1_000 * delaySeconds);
        return status.put("counters", of(COUNTERS, reading.totals()))
                .put("queues", of(QUEUES, reading.now()))
                .put("lags", of(LAGS, reading.now()));
    }

    private JsonObject instances() {
        JsonObject instances = new JsonObject();
        for (NodeRole role : NodeRole.values()) {
            Deployment<?> deployment = deployments.get(role);
            instances.put(role.name().toLowerCase(Locale.ROOT), deployment == null ? 0 : deployment.count());
        }
        return instances;
    }

    private static JsonArray roleNames(Set<NodeRole> roles) {
        return new JsonArray(roles.stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .sorted()
                .toList());
    }

    private static JsonObject of(Map<String, Metric> metricsByName, Map<Metric, ? extends Number> read) {
        JsonObject values = new JsonObject();
        metricsByName.forEach((name, metric) -> put(values, name, read.get(metric)));
        return values;
    }

    private static void put(JsonObject values, String name, @Nullable Number value) {
        if (value != null) values.put(name, value instanceof Long total ? total : Math.round(value.doubleValue()));
    }
}
