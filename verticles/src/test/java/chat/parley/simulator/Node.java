package chat.parley.simulator;

import chat.parley.bus.Address;
import chat.parley.bus.Answer;
import chat.parley.bus.Bundle;
import chat.parley.bus.Bus;
import chat.parley.bus.NodeRole;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Topology;
import chat.parley.gateway.Gateway;
import chat.parley.gateway.Pages;
import chat.parley.gateway.auth.Identity;
import chat.parley.gateway.auth.Tokens;
import chat.parley.model.Draft;
import chat.parley.model.UserId;
import io.vertx.core.Future;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One node of the cluster: life after life the real verticles, with nothing kept in between but the store. */
final class Node {
    private static final Tokens TOKENS = new Tokens() {
        @Override
        public Identity verify(String token, long nowMillis) {
            return new Identity(new UserId(token), Long.MAX_VALUE, "key");
        }

        @Override
        public boolean isTrusted(String key) {
            return true;
        }
    };

    final String name;
    private final Simulation world;
    private final SplittableRandom random;
    private final Set<String> view = new TreeSet<>();
    private Process process;
    private Topology topology;
    private @Nullable Gateway gateway;
    private long life;
    private long clockMillis;

    Node(Simulation world, String name, SplittableRandom random) {
        this.world = world;
        this.name = name;
        this.random = random;
        this.process = world.process(name);
        this.process.kill();
        this.topology = new Topology(name, List.of());
    }

    /** Begins a life, in which it sees these nodes at first. */
    void start(Set<String> nodes) {
        life++;
        process = world.process(name);
        process.setClock(clockMillis);
        view.clear();
        view.addAll(nodes);
        topology = new Topology(name, picture());
        process.plan(0, this::build);
    }

    private void build() {
        Process own = process;
        Build build = world.options.build();
        Bus bus = world.network.bus(own);
        bus.listen(Address.node(name), received -> {
            Bundle bundle = (Bundle) received.body();
            received.answer(PeerBus.unbundle(
                    bundle, (address, body) -> world.network.sendHere(own, address, body), world.unreadable));
        });
        Build.Parts parts = new Build.Parts(
                name,
                life,
                build.bus(new PeerBus(bus, own, topology, world.windows()), own),
                own,
                topology,
                world.stores(own, random.split()),
                world.export(own, random.split()),
                world.events.log(),
                world.consumer());
        build.start(parts, world.options, TOKENS, random)
                .onSuccess(made -> {
                    if (process == own) gateway = made;
                })
                .onFailure(cause -> world.broken(name + " did not start: " + cause));
    }

    void kill() {
        process.kill();
        gateway = null;
        world.network.died(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Alive, and not waiting in a freeze. */
    boolean isWell() {
        return process.isAlive() && !process.isFrozen();
    }

    Process process() {
        return process;
    }

    void setClock(long offsetMillis) {
        clockMillis = offsetMillis;
        process.setClock(offsetMillis);
    }

    /** It hears that another has come or gone. */
    void notice(String node, boolean isThere) {
        if (isThere ? view.add(node) : view.remove(node)) topology.update(picture());
    }

    Set<String> view() {
        return Set.copyOf(view);
    }

    private List<Topology.Node> picture() {
        return view.stream()
                .map(node -> new Topology.Node(node, EnumSet.allOf(NodeRole.class)))
                .toList();
    }

    /** Null while it takes no connections. */
    @Nullable
    Gateway gateway() {
        return process.isAlive() ? gateway : null;
    }

    Future<Answer> submit(Draft draft) {
        Gateway to = gateway;
        return to == null ? Future.failedFuture("not up") : to.submitter().submit(draft);
    }

    Pages pages() {
        Gateway to = gateway;
        if (to == null) throw new IllegalStateException("not up");
        return to.pages();
    }

    @Override
    public String toString() {
        return name + (isAlive() ? process.isFrozen() ? " frozen" : "" : " dead") + " sees " + view;
    }
}
