package chat.parley.node;

import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.node.admin.Answers;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what operators tell this node, from whichever node they ask. From any thread. */
final class NodeCommands implements Function<Command, Future<Commanded>> {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCommands.class);

    private final Topology topology;
    private final Set<NodeRole> roles;
    private final Health health;
    private final NodeStatus status;
    private final Runnable drain;

    /** @param drain ends the node as a signal does; returns at once */
    NodeCommands(Topology topology, Set<NodeRole> roles, Health health, NodeStatus status, Runnable drain) {
        this.topology = topology;
        this.roles = roles;
        this.health = health;
        this.status = status;
        this.drain = drain;
    }

    @Override
    public Future<Commanded> apply(Command command) {
        try {
            JsonObject arguments = new JsonObject(command.arguments());
            return switch (command.name()) {
                case "status" -> status.read().map(Answers::done);
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

    private Commanded drain(boolean isForced) {
        if (health.isDraining()) return Answers.conflict(topology.self() + " drains already");
        Set<NodeRole> last = EnumSet.copyOf(roles);
        for (String other : topology.nodes()) if (!other.equals(topology.self())) last.removeAll(topology.roles(other));
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
