package chat.parley.gateway;

import chat.parley.bus.Address;
import chat.parley.bus.Bus;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Deliver;
import chat.parley.bus.Event;
import chat.parley.bus.NodeRole;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Route;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.VertxLoop;
import chat.parley.bus.Windows;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import chat.parley.node.cluster.Certificates;
import chat.parley.node.cluster.ClusterConfig;
import chat.parley.node.cluster.Membership;
import chat.parley.node.cluster.NodeVerticle;
import chat.parley.presence.PresenceConfig;
import chat.parley.presence.PresenceVerticle;
import chat.parley.store.Scribe;
import chat.parley.telemetry.Metric;
import chat.parley.wire.EventJson;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of {@link RoutingBenchmark}, in a process of its own: the membership, the bus and the registry of a real one, and in the place of a
 * gateway's sessions a list of users. Does what it is told, a line each, and says in a line what came of it.
 */
final class RoutingNode {
    /** Where the one who sends routes hears how much has arrived. */
    private static final String ARRIVED = "benchmark.arrived";

    private static final int RECIPIENTS = 100;
    private static final int CAME_A_TURN = 2_000;
    private static final int OUTSTANDING_MAX = 1_000 * RECIPIENTS;
    private static final long WAIT_SECONDS_MAX = 60;
    private static final long REPORT_MILLIS = 2;

    private final String name;
    private final Vertx vertx;
    private final VertxBus bus;
    private final Topology topology;
    private final Windows windows = new Windows();
    private final @Nullable PresenceVerticle presence;
    private final @Nullable Edge edge;
    private final Map<String, List<UserId>> users = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        String name = arguments[0];
        Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
        for (String role : arguments[4].split(",")) roles.add(NodeRole.valueOf(role));
        ClusterConfig config = new ClusterConfig(
                "benchmark",
                arguments[2],
                5701,
                5702,
                List.of(arguments[3].split(",")),
                new Certificates(Path.of(arguments[1])).of(name));
        RoutingNode node = new RoutingNode(name, config, roles);
        System.out.println("= serves");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine())
            System.out.println("= " + node.obey(order.split(" ")));
        Runtime.getRuntime().halt(0);
    }

    private RoutingNode(String name, ClusterConfig config, Set<NodeRole> roles) throws Exception {
        this.name = name;
        long boot = System.currentTimeMillis();
        VertxOptions options = new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(true);
        Membership membership = Membership.join(options, config, name, boot, () -> {});
        vertx = membership.vertx();
        topology = membership.topology();
        BusCodecs.register(vertx.eventBus());
        bus = new VertxBus(vertx);
        vertx.deployVerticle(new NodeVerticle(
                        name,
                        bus,
                        new VertxLoop(vertx),
                        topology,
                        () -> {},
                        () -> {},
                        command -> Future.failedFuture("none")))
                .await();
        presence = roles.contains(NodeRole.PRESENCE) ? deployPresence(boot) : null;
        edge = roles.contains(NodeRole.GATEWAY) ? deployEdge(boot) : null;
        membership.serve(roles);
    }

    private PresenceVerticle deployPresence(long boot) throws Exception {
        PresenceVerticle[] made = new PresenceVerticle[1];
        vertx.deployVerticle(
                        () -> {
                            VertxLoop loop = new VertxLoop(vertx);
                            Bus its = new PeerBus(bus, loop, topology, windows);
                            return made[0] = new PresenceVerticle(
                                    name, boot, its, loop, topology, new SecureRandom(), PresenceConfig.DEFAULT);
                        },
                        new DeploymentOptions())
                .await();
        return made[0];
    }

    private Edge deployEdge(long boot) throws Exception {
        Edge made = new Edge(boot);
        vertx.deployVerticle(made).await();
        return made;
    }

    private Object obey(String[] order) throws Exception {
        return switch (order[0]) {
            case "sees" -> await(() -> topology.nodes().size() == Integer.parseInt(order[1]));
            case "make" -> make(order[1], Integer.parseInt(order[2]));
            case "come" -> come(users.get(order[1]));
            case "go" -> go(users.get(order[1]));
            case "users" -> presence.users();
            case "heap" -> heap();
            case "route" -> route(users.get(order[1]), Long.parseLong(order[2]));
            case "complete" -> complete(Integer.parseInt(order[1]));
            case "drift" -> presence.figures().total(Metric.REGISTRY_DRIFT);
            default -> throw new IllegalArgumentException(order[0]);
        };
    }

    private static boolean await(BooleanSupplier holds) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > until) return false;
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    /** Users as sessions would hold them. */
    private int make(String prefix, int count) {
        List<UserId> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) made.add(new UserId(prefix + i));
        for (UserId user : made) user.shard();
        users.put(prefix, made);
        return count;
    }

    /** Milliseconds until the owners know all of them; -1: they do not. */
    private long come(List<UserId> some) throws Exception {
        long began = System.nanoTime();
        CompletableFuture<Boolean> all = edge.come(some);
        return all.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS)
                ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
                : -1;
    }

    private int go(List<UserId> some) {
        edge.go(some);
        return some.size();
    }

    /** Bytes of heap after collections. */
    private static long heap() {
        for (int i = 0; i < 3; i++) System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** When a node was missed and when exactly so many users were known, as the clock of the machine has it. */
    private String complete(int count) {
        int nodes = topology.nodes().size();
        if (!await(() -> topology.nodes().size() < nodes)) return "no node was missed";
        long missed = System.currentTimeMillis();
        return await(() -> presence.users() == count)
                ? missed + " " + System.currentTimeMillis()
                : "somebody is missing";
    }

    /** Deliveries a second of messages to 100 recipients each, what was dropped. */
    private String route(List<UserId> recipients, long seconds) throws Exception {
        Sender sender = new Sender(recipients, seconds);
        vertx.deployVerticle(sender).await();
        return sender.done.get(WAIT_SECONDS_MAX + seconds, TimeUnit.SECONDS) + " " + windows.dropped();
    }

    /** What stands for a gateway: announces, and counts what arrives. */
    private final class Edge extends VerticleBase {
        private final long boot;
        private @Nullable Registrar registrar;
        private @Nullable VertxLoop loop;
        private long arrived;
        private boolean isReporting;

        Edge(long boot) {
            this.boot = boot;
        }

        @Override
        public Future<?> start() {
            VertxLoop own = new VertxLoop(vertx);
            loop = own;
            String gateway = name + ".0";
            registrar = new Registrar(
                    gateway,
                    boot,
                    new PeerBus(bus, own, topology, windows),
                    own,
                    topology,
                    GatewayConfig.DEFAULT.announceMillis(),
                    wrong -> {});
            registrar.start();
            return bus.listen(Address.gateway(gateway), this::received);
        }

        private void received(Bus.Received received) {
            if (!(received.body() instanceof Deliver deliver)) return;
            for (Route.Events events : deliver.events())
                arrived += (long) events.users().size() * events.events().size();
            if (isReporting) return;
            isReporting = true;
            loop.after(REPORT_MILLIS, () -> {
                isReporting = false;
                vertx.eventBus().send(ARRIVED, arrived);
            });
        }

        CompletableFuture<Boolean> come(List<UserId> some) {
            CompletableFuture<Boolean> all = new CompletableFuture<>();
            int[] known = new int[1];
            loop.soon(() -> come(some, 0, standing -> {
                if (standing.answered() && ++known[0] == some.size()) all.complete(true);
            }));
            return all;
        }

        /** Some at a time, as they would come. */
        private void come(List<UserId> some, int from, Consumer<Announcer.Standing> told) {
            int to = Math.min(some.size(), from + CAME_A_TURN);
            for (UserId user : some.subList(from, to)) registrar.came(user, told);
            if (to < some.size()) loop.soon(() -> come(some, to, told));
        }

        void go(List<UserId> some) {
            loop.soon(() -> {
                for (UserId user : some) registrar.gone(user);
            });
        }
    }

    /** What stands for a sequencer: as many routes as arrive, with a bound on what is on its way. */
    private final class Sender extends VerticleBase {
        private final CompletableFuture<Long> done = new CompletableFuture<>();
        private final List<Map<String, List<UserId>>> audiences = new ArrayList<>();
        private final ConversationId conversation = Scribe.conversation(0, 0);
        private final Event event;
        private final long seconds;
        private @Nullable PeerBus its;
        private long sent;
        private long arrived;
        private long first = -1;
        private int next;
        private long began;

        Sender(List<UserId> recipients, long seconds) {
            this.seconds = seconds;
            Entry entry = new Entry(
                    conversation,
                    1,
                    1,
                    System.currentTimeMillis(),
                    Scribe.ANN,
                    "client-1",
                    new Digest(1, 1, 1),
                    "session-1",
                    1,
                    1,
                    Content.Message.of("x".repeat(200)));
            event = new Event(entry, EventJson.encode(entry));
            for (int from = 0; from + RECIPIENTS <= recipients.size(); from += RECIPIENTS) {
                Map<String, List<UserId>> byOwner = new HashMap<>();
                for (UserId user : recipients.subList(from, from + RECIPIENTS))
                    byOwner.computeIfAbsent(topology.presenceOwner(user.shard()), none -> new ArrayList<>())
                            .add(user);
                audiences.add(byOwner);
            }
        }

        @Override
        public Future<?> start() {
            its = new PeerBus(bus, new VertxLoop(vertx), topology, windows);
            began = System.nanoTime();
            vertx.setTimer(TimeUnit.SECONDS.toMillis(seconds + 1), over -> {
                long from = first;
                done.complete(from < 0 ? 0 : (arrived - from) / seconds);
            });
            return vertx.eventBus()
                    .<Long>consumer(ARRIVED, message -> {
                        arrived = message.body();
                        if (first < 0 && System.nanoTime() - began > TimeUnit.SECONDS.toNanos(1)) first = arrived;
                        send();
                    })
                    .completion()
                    .onSuccess(heard -> send());
        }

        private void send() {
            while (!done.isDone() && sent - arrived < OUTSTANDING_MAX) {
                audiences
                        .get(next++ % audiences.size())
                        .forEach((owner, some) -> its.send(
                                Address.presence(owner),
                                new Route(
                                        1, List.of(new Route.Events(conversation, List.of(event), some)), List.of())));
                sent += RECIPIENTS;
            }
        }
    }
}
