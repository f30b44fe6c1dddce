package chat.parley.node.admin;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import io.vertx.core.Future;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The nodes of the cluster, as this one sees them, and how each is told.
 *
 * @param here carries out what this node is told
 * @param takesCommands whether another node says that it can read them
 */
public record Nodes(
        Topology topology, Bus bus, Function<Command, Future<Commanded>> here, Predicate<String> takesCommands) {
    /** This node and those that serve, sorted. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(topology.nodes());
        names.add(topology.self());
        return names;
    }

    String self() {
        return topology.self();
    }

    Set<NodeRole> roles(String node) {
        return topology.roles(node);
    }

    /** Fails if it does not answer in time, or could not read what it is told. */
    Future<Commanded> tell(String node, Command command, long timeoutMillis) {
        if (node.equals(topology.self())) return here.apply(command);
        if (!takesCommands.test(node)) return Future.failedFuture(node + " is of a version that takes no commands");
        return bus.request(Address.node(node), command, timeoutMillis).map(Commanded.class::cast);
    }
}
