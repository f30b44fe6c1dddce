package chat.parley.node;

import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.gateway.GatewayVerticle;
import chat.parley.gateway.Whereabouts;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.node.admin.Answers;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what operators tell this node, from whichever node they ask. From any thread. */
final class NodeCommands implements Function<Command, Future<Commanded>> {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommands.class);

    private static final int INSTANCES_MAX = 64;
    private static final Map<String, NodeRole> SCALED = new TreeMap<>(Map.of(
            "gateway", NodeRole.GATEWAY,
            "fanout", NodeRole.FANOUT,
            "sequencer", NodeRole.SEQUENCER,
            "presence", NodeRole.PRESENCE));

    private final Topology topology;
    private final Predicate<String> isLeaving;
    private final Set<NodeRole> roles;
    private final Health health;
    private final NodeStatus status;
    private final Map<NodeRole, Deployment<?>> deployments;
    private final Runnable drain;
    private final AtomicBoolean isScaling = new AtomicBoolean();

    /**
     * @param isLeaving whether another node is on its way to its end
     * @param drain ends the node as a signal does; returns at once
     */
    NodeCommands(
            Topology topology,
            Predicate<String> isLeaving,
            Set<NodeRole> roles,
            Health health,
            NodeStatus status,
            Map<NodeRole, Deployment<?>> deployments,
            Runnable drain) {
        this.topology = topology;
        this.isLeaving = isLeaving;
        this.roles = roles;
        this.health = health;
        this.status = status;
        this.deployments = deployments;
        this.drain = drain;
    }

    @Override
    public Future<Commanded> apply(Command command) {
        try {
            JsonObject arguments = new JsonObject(command.arguments());
            return switch (command.name()) {
                case "status" -> status.read().map(Answers::done);
                case "scale" -> scale(arguments.getString("verticle", ""), arguments.getInteger("instances", 0));
                case "whereabouts" ->
                    whereabouts(arguments.getString("userId", ""), arguments.getString("conversationId", ""));
                case "drain" -> Future.succeededFuture(drain(arguments.getBoolean("force", false)));
                default ->
                    Future.succeededFuture(
                            Answers.notFound(topology.self() + " knows no command '" + command.name() + "'"));
            };
        } catch (DecodeException | ClassCastException unreadable) {
            return Future.succeededFuture(
                    Answers.badRequest("the arguments of " + command.name() + " are not as they have to be"));
        }
    }

    private Future<Commanded> scale(String verticle, int instances) {
        NodeRole role = SCALED.get(verticle);
        String node = topology.self();
        if (role == null) return refused(Answers.badRequest("there is no verticle of that name: " + SCALED.keySet()));
        if (instances < 1 || instances > INSTANCES_MAX)
            return refused(Answers.badRequest("instances are 1 to " + INSTANCES_MAX));
        Deployment<?> deployment = deployments.get(role);
        if (role == NodeRole.PRESENCE)
            return refused(Answers.conflict("a node has one presence verticle, which knows all users of its shards in"
                    + " one table: for more, start more nodes with that role"));
        if (deployment == null) return refused(Answers.conflict(node + " has not the role " + verticle));
        if (!health.isReady()) return refused(Answers.conflict(node + " starts or drains"));
        if (!isScaling.compareAndSet(false, true))
            return refused(Answers.conflict(node + " is being scaled already: one change at a time"));
        int before = deployment.count();
        LOG.info("an operator scales {} from {} to {}", verticle, before, instances);
        return deployment
                .scale(instances)
                .map(done -> Answers.done(new JsonObject()
                        .put("node", node)
                        .put("verticle", verticle)
                        .put("before", before)
                        .put("instances", deployment.count())))
                .recover(broken -> {
                    LOG.error("{} was not scaled to {}; there are {}", verticle, instances, deployment.count(), broken);
                    return refused(Answers.failed(verticle + " was not scaled (" + broken.getMessage() + "): there are "
                            + deployment.count() + ", as before"));
                })
                .onComplete(over -> isScaling.set(false));
    }

    /** How the sessions of a user here stand to a conversation. */
    private Future<Commanded> whereabouts(String user, String conversation) {
        if (!UserId.isValid(user) || !ConversationId.isValid(conversation))
            return refused(Answers.badRequest("not a user and a conversation"));
        List<Future<List<Whereabouts>>> asked = new ArrayList<>();
        Deployment<?> gateways = deployments.get(NodeRole.GATEWAY);
        if (gateways != null)
            for (Object each : gateways.all())
                if (each instanceof GatewayVerticle gateway)
                    asked.add(gateway.whereabouts(new UserId(user), new ConversationId(conversation)));
        return Future.all(asked).map(all -> {
            JsonArray sessions = new JsonArray();
            for (List<Whereabouts> some : all.<List<Whereabouts>>list())
                for (Whereabouts each : some) sessions.add(shown(each));
            return Answers.done(new JsonObject().put("sessions", sessions));
        });
    }

    private static JsonObject shown(Whereabouts whereabouts) {
        return new JsonObject()
                .put("gateway", whereabouts.gateway())
                .put("deviceId", whereabouts.device().value())
                .put("helloAt", whereabouts.helloAt())
                .put("isWelcome", whereabouts.isWelcome())
                .put("passed", whereabouts.passed())
                .put("passedAt", whereabouts.passedAt())
                .put("isSentLive", whereabouts.isSentLive())
                .put("owesSync", whereabouts.owesSync())
                .put("bytesWaiting", whereabouts.bytesWaiting());
    }

    private static Future<Commanded> refused(Commanded answer) {
        return Future.succeededFuture(answer);
    }

    private Commanded drain(boolean isForced) {
        if (health.isDraining()) return Answers.conflict(topology.self() + " drains already");
        if (!health.isReady()) return Answers.conflict(topology.self() + " starts: drain it when it is ready");
        Set<NodeRole> last = EnumSet.copyOf(roles);
        for (String other : topology.nodes())
            if (!other.equals(topology.self()) && !isLeaving.test(other)) last.removeAll(topology.roles(other));
        if (!last.isEmpty() && !isForced)
            return Answers.conflict(topology.self() + " is the last node that is " + names(last)
                    + ": without it the cluster does not serve. Start another one first, or say \"force\": true");
        LOG.info("an operator has this node drain and end");
        drain.run();
        return Answers.begun(new JsonObject().put("node", topology.self()).put("draining", true));
    }

    private static String names(Set<NodeRole> roles) {
        return roles.stream().map(role -> role.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "));
    }
}
