package chat.parley.node;

import chat.parley.bus.Bus;
import chat.parley.bus.BusCodecs;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.bus.VertxLoop;
import chat.parley.fanout.FanoutConfig;
import chat.parley.fanout.FanoutVerticle;
import chat.parley.gateway.ConnectRate;
import chat.parley.gateway.DevTokenRoute;
import chat.parley.gateway.Entrance;
import chat.parley.gateway.Gateway;
import chat.parley.gateway.GatewayConfig;
import chat.parley.gateway.GatewayVerticle;
import chat.parley.gateway.HttpEdge;
import chat.parley.gateway.Origins;
import chat.parley.gateway.Sources;
import chat.parley.gateway.api.ApiRoutes;
import chat.parley.gateway.auth.DevTokens;
import chat.parley.gateway.auth.KeyTrouble;
import chat.parley.gateway.auth.KeyWatch;
import chat.parley.gateway.auth.Tokens;
import chat.parley.gateway.sockjs.SockJs;
import chat.parley.gateway.web.WebFiles;
import chat.parley.gateway.web.WebRoutes;
import chat.parley.model.ConversationId;
import chat.parley.presence.PresenceVerticle;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.store.CannotOpen;
import chat.parley.store.Stores;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.cassandra.CassandraStore;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
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
    private final Vertx vertx;
    private final Health health = new Health();
    private final List<GatewayVerticle> gateways = new ArrayList<>();
    private final List<String> deployed = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable OpenStore store;
    private @Nullable KeyWatch keys;
    private @Nullable Entrance entrance;

    /** Opens the store; tests open it with faults. */
    interface Opening {
        EmbeddedStore open(Vertx vertx, Path folder, EmbeddedOptions options) throws CannotOpen;
    }

    private Node(NodeConfig config, Opening opening) {
        this.config = config;
        this.opening = opening;
        this.vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(processors())
                .setPreferNativeTransport(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    /** Returns when clients can connect. @throws Refusal with the sentence for the operator; nothing is left running then */
    static Node start(NodeConfig config, Opening opening) throws Refusal {
        Node node = new Node(config, opening);
        try {
            node.startParts();
            return node;
        } catch (Refusal refusal) {
            node.endParts();
            throw refusal;
        }
    }

    private void startParts() throws Refusal {
        makeFolder();
        OpenStore opened = openStore();
        store = opened;
        Stores stores = opened.stores();
        DevTokens devTokens = config.auth().dev() ? openDevTokens() : null;
        KeyWatch watch = readKeys(devTokens);
        keys = watch;

        BusCodecs.register(vertx.eventBus());
        Bus bus = new VertxBus(vertx);
        Topology topology = Topology.single(config.name());
        SecureRandom random = new SecureRandom();
        long boot = System.currentTimeMillis();

        deploy(
                1,
                () -> new PresenceVerticle(
                        config.name(), boot, bus, new VertxLoop(vertx), topology, random, config.presence()));
        deploy(
                1,
                () -> new FanoutVerticle(
                        config.name(), bus, new VertxLoop(vertx), stores, topology, random, FanoutConfig.DEFAULT));
        deploySequencers(bus, stores, topology, random, boot);

        Origins origins = new Origins(config.origins());
        ConnectRate rate = new ConnectRate(
                config.http().connectsPerSecond(),
                config.http().connectsBurst(),
                config.http().connectWaitMillisMax(),
                System.nanoTime());
        Entrance door = new Entrance(origins, rate);
        entrance = door;
        Sources sources = new Sources(
                config.http().unauthenticatedPerSourceMax(), config.http().trustedProxies());
        SockJs sockJs = new SockJs(config.sockJs(), config.gateway().limits(), door, sources);
        AtomicInteger connected = new AtomicInteger();
        Tokens tokens = watch.tokens();
        WebFiles web = config.web() ? WebFiles.load(config.auth().dev()) : null;
        GatewayConfig gatewayConfig = config.gateway().ofInstances(gatewayInstances());
        deployListener(
                gatewayInstances(),
                () -> {
                    VertxLoop loop = new VertxLoop(vertx);
                    String name = config.name() + "." + gateways.size();
                    Gateway gateway =
                            new Gateway(name, boot, bus, loop, stores, topology, tokens, random, gatewayConfig);
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
                    gateways.add(verticle);
                    return verticle;
                },
                "http",
                config.http().host(),
                config.http().port());
        Map<String, LongSupplier> counters = new LinkedHashMap<>(opened.counters());
        deployListener(
                1,
                () -> new OpsVerticle(config.ops(), health, counters),
                "ops",
                config.ops().host(),
                config.ops().port());
        health.setReady(true);
    }

    /** Each instance takes its share of the shards; completes when all are served. */
    private void deploySequencers(Bus bus, Stores stores, Topology topology, SecureRandom random, long boot)
            throws Refusal {
        int instances = config.instances().sequencer();
        List<SequencerVerticle> sequencers = new ArrayList<>();
        List<VertxLoop> loops = new ArrayList<>();
        deploy(instances, () -> {
            VertxLoop loop = new VertxLoop(vertx);
            SequencerVerticle sequencer = new SequencerVerticle(
                    config.name(),
                    sequencers.size(),
                    config.name() + "-" + Long.toString(boot, Character.MAX_RADIX),
                    bus,
                    loop,
                    stores,
                    topology,
                    random,
                    config.sequencer().ofInstances(instances));
            sequencers.add(sequencer);
            loops.add(loop);
            return sequencer;
        });
        List<Future<Void>> taken = new ArrayList<>();
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) {
            int its = shard;
            SequencerVerticle sequencer = sequencers.get(shard % instances);
            Promise<Void> served = Promise.promise();
            loops.get(shard % instances).soon(() -> sequencer.take(its).onComplete(served));
            taken.add(served.future());
        }
        awaitStart(Future.all(taken));
    }

    /** The port that clients connect to. */
    int port() {
        return gateways.getFirst().port();
    }

    /** From now on SIGTERM and SIGINT end the node in order, and the process with exit code 0. */
    void endOnSignal() {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            end();
                            Runtime.getRuntime().halt(0); // else it would be that of the signal
                        },
                        "parley-end"));
    }

    /** Waits until the node has ended. */
    void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Drains, then ends every part, in 30 s at most. Shards are given up after the last session has gone: there is no other node here that
     * could take them, and until then clients may still send.
     */
    void end() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
        log.info("draining");
        health.setReady(false);
        if (entrance != null) entrance.drain();
        List<Future<Void>> drained = new ArrayList<>();
        for (GatewayVerticle gateway : gateways) drained.add(gateway.drain(config.drainWindowMillis()));
        await(Future.join(drained), until, "draining");
        endParts();
        log.info("ended");
        ended.countDown();
    }

    private void endParts() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
        for (String deployment : deployed.reversed()) await(vertx.undeploy(deployment), until, "ending a part");
        if (keys != null) keys.close();
        if (store != null) store.close().run();
        await(vertx.close(), until, "ending the last");
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

    /** A store, how it is closed, and what it counts. */
    private record OpenStore(Stores stores, Runnable close, Map<String, LongSupplier> counters) {}

    private OpenStore openStore() throws Refusal {
        Map<String, LongSupplier> counters = new LinkedHashMap<>();
        try {
            CassandraOptions cassandra = config.cassandra();
            if (cassandra != null) {
                CassandraStore opened = CassandraStore.open(vertx, cassandra);
                counters.put("parley_store_conditional_writes_total", opened::conditionalWrites);
                return new OpenStore(opened.stores(), opened::close, counters);
            }
            EmbeddedStore opened = opening.open(vertx, config.storeFolder(), config.store());
            counters.put("parley_store_commits_total", opened::commits);
            counters.put("parley_store_syncs_total", opened::syncs);
            return new OpenStore(opened.stores(), opened::close, counters);
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

    private void deploy(int instances, Supplier<Deployable> part) throws Refusal {
        deployed.add(awaitStart(vertx.deployVerticle(part, new DeploymentOptions().setInstances(instances))));
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
    private void deployListener(int instances, Supplier<Deployable> part, String setting, String host, int port)
            throws Refusal {
        Future<String> deployment = vertx.deployVerticle(part, new DeploymentOptions().setInstances(instances));
        deployed.add(awaitStart(deployment.recover(broken -> Future.failedFuture(
                broken instanceof IOException || broken instanceof UnresolvedAddressException
                        ? new Refusal("cannot listen on " + host + ":" + port + " (" + because(broken)
                                + "); stop what does, or set another " + setting + ".port or " + setting + ".host.")
                        : broken))));
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
