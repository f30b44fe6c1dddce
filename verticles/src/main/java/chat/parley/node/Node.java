package chat.parley.node;

import chat.parley.bus.Bus;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Loop;
import chat.parley.bus.NodeRole;
import chat.parley.bus.PeerBus;
import chat.parley.bus.Shares;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.VertxLoop;
import chat.parley.bus.Windows;
import chat.parley.fanout.FanoutVerticle;
import chat.parley.gateway.DevTokenRoute;
import chat.parley.gateway.Entrance;
import chat.parley.gateway.Gateway;
import chat.parley.gateway.GatewayVerticle;
import chat.parley.gateway.HttpEdge;
import chat.parley.gateway.Origins;
import chat.parley.gateway.Proxies;
import chat.parley.gateway.SourceExchange;
import chat.parley.gateway.Sources;
import chat.parley.gateway.api.ApiRoutes;
import chat.parley.gateway.auth.DevTokens;
import chat.parley.gateway.auth.KeyTrouble;
import chat.parley.gateway.auth.KeyWatch;
import chat.parley.gateway.auth.Tokens;
import chat.parley.gateway.sockjs.SockJs;
import chat.parley.gateway.web.WebFiles;
import chat.parley.gateway.web.WebRoutes;
import chat.parley.node.admin.AdminRoutes;
import chat.parley.node.admin.Credential;
import chat.parley.node.admin.Nodes;
import chat.parley.node.admin.Why;
import chat.parley.node.cluster.ClusterConfig;
import chat.parley.node.cluster.Membership;
import chat.parley.node.cluster.NodeVerticle;
import chat.parley.presence.PresenceVerticle;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.store.CannotOpen;
import chat.parley.store.Ephemeral;
import chat.parley.store.OpenStore;
import chat.parley.store.Stores;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraStore;
import chat.parley.store.embedded.EmbeddedPresence;
import chat.parley.store.embedded.EmbeddedStore;
import chat.parley.store.kafka.KafkaEventLog;
import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.redis.RedisOptions;
import chat.parley.store.redis.RedisStore;
import chat.parley.telemetry.Figures;
import chat.parley.telemetry.Metric;
import chat.parley.telemetry.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running node: every part of it, from the store to the sockets, and the order in which they begin and end. */
final class Node {
    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final int START_SECONDS_MAX = 60;

    /** From the signal to the end of the process, whatever hangs. */
    private static final int END_SECONDS_MAX = 30;

    private final NodeConfig config;
    private final Opening opening;
    private final Health health = new Health();
    private final Metrics metrics = new Metrics();
    private final Map<NodeRole, Deployment<?>> deployments = new ConcurrentHashMap<>();
    private final List<Supplier<Future<Void>>> ends = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread ending = new Thread(this::endProcess, "parley-end");
    private volatile boolean isToStartAgain;
    private @Nullable Membership membership;
    private @Nullable Vertx running;
    private @Nullable Loops eventLoops;
    private Traces followed = Traces.NONE;
    private @Nullable OpenStore store;
    private @Nullable KafkaEventLog events;
    private @Nullable RedisStore redis;
    private @Nullable KeyWatch keys;
    private @Nullable Entrance entrance;
    private @Nullable OpsVerticle ops;
    private @Nullable Deployment<GatewayVerticle> gateways;
    private @Nullable Deployment<SequencerVerticle> sequencers;

    /** Opens the store; tests open it with faults. */
    interface Opening {
        OpenStore open(Vertx vertx, NodeConfig config) throws CannotOpen;
    }

    /** The store that the settings name. */
    static OpenStore openStore(Vertx vertx, NodeConfig config) throws CannotOpen {
        CassandraOptions cassandra = config.cassandra();
        if (cassandra != null) return CassandraStore.open(vertx, cassandra);
        return EmbeddedStore.open(vertx, config.storeFolder(), config.store());
    }

    private Node(NodeConfig config, Opening opening) {
        this.config = config;
        this.opening = opening;
    }

    /** Returns when clients can connect. @throws Refusal with the sentence for the operator; nothing is left running then */
    static Node start(NodeConfig config, Opening opening) throws Refusal {
        Node node = new Node(config, opening);
        try {
            node.startParts();
            return node;
        } catch (Refusal refusal) {
            node.endParts(endBy());
            throw refusal;
        }
    }

    private void startParts() throws Refusal {
        makeFolder();
        Credential credential = Credential.open(config.ops().credentialFile(), config.storeFolder());
        long boot = System.currentTimeMillis();
        Vertx vertx = begin(boot);
        OpenStore opened = openStore(vertx);
        store = opened;
        Stores stores = opened.stores();
        KafkaEventLog kafka = openEvents(vertx, stores);
        events = kafka;
        RedisOptions redisOptions = config.redis();
        if (redisOptions != null) redis = new RedisStore(vertx, redisOptions);
        Ephemeral ephemeral = redis == null ? Ephemeral.alone(new EmbeddedPresence()) : redis.ephemeral();
        DevTokens devTokens = config.auth().dev() ? openDevTokens() : null;
        KeyWatch watch = readKeys(devTokens);
        keys = watch;

        BusCodecs.register(vertx.eventBus());
        VertxBus bus = new VertxBus(vertx);
        Topology topology = membership == null ? Topology.single(config.name()) : membership.topology();
        SecureRandom random = new SecureRandom();
        Windows windows = new Windows();

        Membership others = membership;
        NodeCommands commands = new NodeCommands(
                topology,
                node -> others != null && others.isLeaving(node),
                config.roles(),
                health,
                new NodeStatus(config.name(), config.roles(), boot, health, metrics, deployments),
                deployments,
                () -> new Thread(this::end, "parley-drain").start());
        if (membership != null)
            awaitStart(vertx.deployVerticle(new NodeVerticle(
                    config.name(),
                    bus,
                    new VertxLoop(vertx),
                    topology,
                    this::startAgain,
                    this::compareHeads,
                    commands)));
        metrics.add(opened.figures());
        followed = openTraces(stores);
        Function<Loop, Bus> peers = loop -> new PeerBus(bus, loop, topology, windows);
        if (has(NodeRole.PRESENCE)) {
            Deployment<PresenceVerticle> deployment = new Deployment<>(
                    vertx,
                    metrics,
                    PresenceVerticle::figures,
                    (number, instances) -> {
                        VertxLoop loop = new VertxLoop(vertx);
                        PresenceVerticle presence = new PresenceVerticle(
                                config.name(), boot, peers.apply(loop), loop, topology, random, config.presence());
                        presence.traces(followed);
                        return presence;
                    },
                    (all, instances) -> Future.succeededFuture());
            deploy(NodeRole.PRESENCE, 1, deployment);
        }
        if (has(NodeRole.FANOUT)) {
            Shares shares = new Shares(1);
            Deployment<FanoutVerticle> fanouts = new Deployment<>(
                    vertx,
                    metrics,
                    FanoutVerticle::figures,
                    (number, instances) -> {
                        VertxLoop loop = new VertxLoop(vertx);
                        FanoutVerticle fanout = new FanoutVerticle(
                                config.name(),
                                number,
                                shares,
                                peers.apply(loop),
                                loop,
                                stores,
                                topology,
                                random,
                                config.fanout());
                        fanout.traces(followed);
                        return fanout;
                    },
                    (all, instances) -> Handover.ofFanout(shares, all, instances));
            deploy(NodeRole.FANOUT, 1, fanouts);
        }
        if (has(NodeRole.SEQUENCER)) {
            Shares shares = new Shares(config.instances().sequencer());
            String bootId = config.name() + "-" + Long.toString(boot, Character.MAX_RADIX);
            Deployment<SequencerVerticle> deployment = new Deployment<>(
                    vertx,
                    metrics,
                    SequencerVerticle::figures,
                    (number, instances) -> {
                        VertxLoop loop = new VertxLoop(vertx);
                        SequencerVerticle sequencer = new SequencerVerticle(
                                config.name(),
                                number,
                                bootId,
                                peers.apply(loop),
                                loop,
                                stores,
                                events,
                                topology,
                                random,
                                config.sequencer().ofInstances(instances));
                        sequencer.traces(followed);
                        return sequencer;
                    },
                    (all, instances) -> Handover.ofSequencers(shares, config.sequencer(), all, instances));
            sequencers = deployment;
            deploy(NodeRole.SEQUENCER, config.instances().sequencer(), deployment);
            if (membership != null) membership.serve(config.roles());
            awaitStart(Handover.follow(deployment.all(), shares));
        } else if (membership != null) {
            membership.serve(config.roles());
        }

        Origins origins = new Origins(config.origins());
        Proxies proxies = new Proxies(config.http().trustedProxies());
        Entrance door = new Entrance(origins, proxies, config.http(), random, System.nanoTime());
        entrance = door;
        Sources sources = new Sources(config.http().unauthenticatedPerSourceMax());
        if (redis != null && has(NodeRole.GATEWAY)) {
            VertxLoop loop = new VertxLoop(vertx);
            loop.soon(new SourceExchange(config.name(), loop, sources, ephemeral.counts())::start);
        }
        SockJs sockJs = new SockJs(config.sockJs(), config.gateway().limits(), door, sources);
        AtomicInteger connected = new AtomicInteger();
        Tokens tokens = watch.tokens();
        WebFiles web = config.web() ? WebFiles.client(config.auth().dev()) : null;
        if (has(NodeRole.GATEWAY)) {
            AtomicLong boots = new AtomicLong(boot);
            Deployment<GatewayVerticle> deployment = new Deployment<>(
                    vertx,
                    metrics,
                    GatewayVerticle::figures,
                    (number, instances) -> {
                        VertxLoop loop = new VertxLoop(vertx);
                        Gateway gateway = new Gateway(
                                config.name() + "." + number,
                                // What was announced by one that had the number before is void.
                                boots.updateAndGet(last -> Math.max(last + 1, System.currentTimeMillis())),
                                peers.apply(loop),
                                loop,
                                stores,
                                ephemeral,
                                topology,
                                tokens,
                                random,
                                config.gateway().ofInstances(instances));
                        ApiRoutes api = new ApiRoutes(gateway, stores, tokens, loop, random, config.api());
                        BiConsumer<Router, HttpEdge> routes = (router, edge) -> {
                            if (devTokens != null) new DevTokenRoute(devTokens, origins).mount(router);
                            api.mount(router, edge);
                            if (web != null) new WebRoutes(web).mount(router);
                        };
                        GatewayVerticle verticle = new GatewayVerticle(
                                gateway,
                                config.http(),
                                config.gateway().limits(),
                                door,
                                sources,
                                connected,
                                sockJs.fallback(),
                                routes);
                        verticle.traces(followed);
                        return verticle;
                    },
                    (all, instances) ->
                            Handover.ofGateways(config.gateway(), config.drainWindowMillis(), all, instances));
            gateways = deployment;
            ends.add(deployment::end);
            awaitStart(listening(
                    deployment.scale(gatewayInstances()),
                    "http",
                    config.http().host(),
                    config.http().port()));
            deployments.put(NodeRole.GATEWAY, deployment);
        }
        Figures own = new Figures()
                .level(Metric.READY, () -> health.isReady() ? 1 : 0)
                .level(Metric.CLUSTER_NODES, () -> topology.nodes().size())
                .count(Metric.BUS_DROPPED, windows::dropped)
                .count(Metric.BUS_UNREADABLE, bus.unreadable()::count);
        if (has(NodeRole.GATEWAY)) own.level(Metric.HTTP_CONNECTIONS, connected::get);
        metrics.add(own);
        if (kafka != null) metrics.add(kafka.figures());
        if (redis != null) metrics.add(redis.figures());
        watch(vertx, opened, topology);
        WebRoutes opsPage = new WebRoutes(WebFiles.ops());
        Nodes nodes = new Nodes(topology, bus, commands, node -> others != null && others.takesCommands(node));
        AdminRoutes admin = new AdminRoutes(
                credential,
                nodes,
                new Why(
                        stores,
                        config.sequencer().inlineMembersMax(),
                        config.sequencer().workerMembersMax()),
                System::currentTimeMillis,
                System::nanoTime);
        OpsVerticle operators = new OpsVerticle(config.ops(), health, metrics, router -> {
            opsPage.mount(router); // before what wants a credential
            admin.mount(router);
        });
        ops = operators;
        awaitStart(listening(
                vertx.deployVerticle(operators),
                "ops",
                config.ops().host(),
                config.ops().port()));
        health.setReady(true);
    }

    private List<GatewayVerticle> gateways() {
        return gateways == null ? List.of() : gateways.all();
    }

    private List<SequencerVerticle> sequencers() {
        return sequencers == null ? List.of() : sequencers.all();
    }

    /** Alone or as a member of the cluster. */
    private Vertx begin(long boot) throws Refusal {
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(processors())
                .setPreferNativeTransport(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        ClusterConfig cluster = config.cluster();
        if (cluster == null) {
            running = Vertx.vertx(options);
        } else {
            membership = Membership.join(options, cluster, config.name(), boot, this::startAgain);
            running = membership.vertx();
        }
        return running;
    }

    private Traces openTraces(Stores stores) {
        String endpoint = config.trace().endpoint();
        if (config.trace().oneIn() == 0 || endpoint == null) return Traces.NONE;
        return new OtlpTraces(
                config.trace().oneIn(), endpoint, config.name(), stores.log().digestKey());
    }

    /** What has to be so for the node to be ready. */
    private void watch(Vertx vertx, OpenStore its, Topology topology) {
        Loops loops = new Loops(((VertxInternal) vertx).nettyEventLoopGroup());
        eventLoops = loops;
        metrics.add(loops.figures());
        health.requireLoops(loops);
        health.requireStore(its::check);
        if (membership != null)
            health.require(
                    "cluster", () -> topology.isAlive(config.name()) ? null : "this node is no member that serves");
        health.require("parts", () -> {
            List<String> missing = new ArrayList<>();
            if (has(NodeRole.GATEWAY) && gateways().isEmpty()) missing.add("gateway");
            if (has(NodeRole.SEQUENCER) && sequencers().isEmpty()) missing.add("sequencer");
            return missing.isEmpty() ? null : "missing: " + String.join(", ", missing);
        });
    }

    /** Entries for who is here may be lost. */
    private void compareHeads() {
        for (GatewayVerticle gateway : gateways()) gateway.compareHeads();
    }

    private boolean has(NodeRole role) {
        return config.roles().contains(role);
    }

    /** The port that clients connect to; 0: none, on a node without gateway. */
    int port() {
        return gateways().isEmpty() ? 0 : gateways().getFirst().port();
    }

    /** The port that operators connect to. */
    int opsPort() {
        return Objects.requireNonNull(ops).port();
    }

    /** The names of the nodes that serve, as this one sees them. */
    Set<String> nodes() {
        return membership == null
                ? Set.of(config.name())
                : membership.topology().nodes();
    }

    /** From now on SIGTERM and SIGINT end the node in order, and the process with exit code 0; also one that came as it started. */
    void endOnSignal() {
        try {
            Runtime.getRuntime().addShutdownHook(ending);
        } catch (IllegalStateException signalled) {
            endProcess();
        }
    }

    private void endProcess() {
        end();
        Runtime.getRuntime().halt(0); // else the exit code would be that of the signal
    }

    /** Waits until the node has ended. Whether it is to be started again. */
    boolean awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return isToStartAgain && isNotSignalled();
    }

    /** From now on a signal is another node's. */
    private boolean isNotSignalled() {
        try {
            return Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException signalled) {
            return false;
        }
    }

    /** The others in the cluster do not count on this node any more. */
    private void startAgain() {
        if (!health.isReady()) return; // it begins, or ends
        isToStartAgain = true;
        new Thread(this::end, "parley-start-again").start();
    }

    /**
     * Drains, then ends every part, in 30 s at most. Shards go to the other nodes before the sessions do; alone, they are given up after the
     * last session has gone, since until then clients may still send.
     */
    synchronized void end() {
        if (ended.getCount() == 0) return;
        long until = endBy();
        log.info("draining");
        health.drain();
        if (entrance != null) entrance.drain();
        if (membership != null && membership.topology().nodes().size() > 1) membership.drain();
        List<Future<Void>> drained = new ArrayList<>();
        for (GatewayVerticle gateway : gateways()) drained.add(gateway.drain(config.drainWindowMillis()));
        await(Future.join(drained), until, "draining");
        endParts(until);
        log.info("ended");
        ended.countDown();
    }

    private static long endBy() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
    }

    private void endParts(long until) {
        Vertx vertx = running;
        metrics.close();
        if (eventLoops != null) eventLoops.close();
        if (vertx == null) return;
        if (membership != null) membership.leave();
        for (Supplier<Future<Void>> end : ends.reversed()) await(end.get(), until, "ending a part");
        if (followed instanceof OtlpTraces traces) traces.close();
        if (keys != null) keys.close();
        if (events != null) events.close();
        if (redis != null) redis.close();
        if (store != null) store.close();
        await(vertx.close(), until, "ending the last");
        if (membership != null) membership.close();
    }

    private static void await(Future<?> future, long untilNanos, String what) {
        try {
            future.await(Math.max(1, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            log.warn("{} took too long; going on without", what);
        } catch (Exception broken) { // await throws what the future failed with, checked or not
            log.warn("{} failed", what, broken);
        }
    }

    private void makeFolder() throws Refusal {
        try {
            Files.createDirectories(config.storeFolder());
        } catch (IOException impossible) {
            throw new Refusal("the folder of the data, " + config.storeFolder()
                    + ", cannot be made; change its owner, or choose another store.path.");
        }
    }

    private OpenStore openStore(Vertx vertx) throws Refusal {
        try {
            return opening.open(vertx, config);
        } catch (CannotOpen cannot) {
            throw new Refusal(String.valueOf(cannot.getMessage()));
        }
    }

    /** Null: consumers read the store. */
    private @Nullable KafkaEventLog openEvents(Vertx vertx, Stores stores) throws Refusal {
        KafkaOptions kafka = config.kafka();
        if (kafka == null) return null;
        try {
            return KafkaEventLog.open(vertx, kafka, stores.log());
        } catch (CannotOpen cannot) {
            throw new Refusal(String.valueOf(cannot.getMessage()));
        }
    }

    private DevTokens openDevTokens() throws Refusal {
        try {
            return DevTokens.open(config.storeFolder());
        } catch (IOException broken) {
            throw new Refusal("the secret of development tokens cannot be used: " + broken.getMessage() + ".");
        }
    }

    private KeyWatch readKeys(@Nullable DevTokens devTokens) throws Refusal {
        try {
            return new KeyWatch(config.auth().keys(), devTokens);
        } catch (KeyTrouble trouble) {
            throw new Refusal("the keys of tokens cannot be used: " + trouble.getMessage() + ".");
        }
    }

    private void deploy(NodeRole role, int instances, Deployment<?> deployment) throws Refusal {
        ends.add(deployment::end);
        awaitStart(deployment.scale(instances));
        deployments.put(role, deployment);
    }

    private <T> T awaitStart(Future<T> part) throws Refusal {
        try {
            return part.await(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new Refusal("a part of the node did not start within " + START_SECONDS_MAX + " s.");
        } catch (Exception broken) {
            throw refusal(broken);
        }
    }

    /** A part that listens for connections. @param setting the prefix of its host and port */
    private static <T> Future<T> listening(Future<T> deploying, String setting, String host, int port) {
        return deploying.recover(broken -> Future.failedFuture(
                broken instanceof IOException || broken instanceof UnresolvedAddressException
                        ? new Refusal("cannot listen on " + host + ":" + port + " (" + because(broken)
                                + "); stop what does, or set another " + setting + ".port or " + setting + ".host.")
                        : broken));
    }

    private static String because(Throwable broken) {
        if (broken instanceof UnknownHostException || broken instanceof UnresolvedAddressException)
            return "no such host";
        String message = String.valueOf(broken.getMessage());
        if (message.contains("in use")) return "the address is in use";
        if (message.contains("ermission")) return "not permitted";
        return message;
    }

    private static Refusal refusal(Throwable broken) {
        if (broken instanceof Refusal refusal) return refusal;
        log.error("a part of the node did not start", broken);
        return new Refusal("a part of the node did not start (" + broken + ").");
    }

    private int gatewayInstances() {
        return config.instances().gateway() == 0
                ? processors()
                : config.instances().gateway();
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
