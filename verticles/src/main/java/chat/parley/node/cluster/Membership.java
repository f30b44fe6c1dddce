package chat.parley.node.cluster;

import chat.parley.bus.BusCodecs;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.node.Refusal;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.core.EntryAdapter;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node as a member of the cluster: joins it, says that it serves or leaves, and keeps the topology as the cluster is seen from here. */
public final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final String NODE = "parley.node";
    private static final String BOOT = "parley.boot";
    private static final String BUS = "parley.bus";
    private static final String COMMANDS = "parley.commands";
    private static final String SERVING = "parley.serving";

    /** Beside the roles of a node that is on its way to its end; nodes of versions that do not know it pass over it, as over every word. */
    private static final String DRAINING = "DRAINING";

    private static final String BUS_VERSION = String.valueOf(BusCodecs.VERSION);
    private static final int JOIN_SECONDS_MAX = 60;

    /** Events of Hazelcast come late when a node has gone: the thread that brings them first cleans the registry, an entry at a time. */
    private static final long LOOK_MILLIS = 250;

    /** After which a member that says nothing counts as gone, and how often each says something. */
    private static final int HEARTBEAT_SECONDS_MAX = 10;

    private static final int HEARTBEAT_SECONDS = 2;
    private static final int MERGE_SECONDS = 10;

    /** So that what such a connection holds up at a healthy node is through before that counts as gone: a look, and one more heartbeat. */
    private static final int HANDSHAKE_MILLIS_MAX = 3_000;

    private static final int BUS_PING_MILLIS = 5_000;

    /** Vert.x closes a connection without an answer to its ping only when what is before that is written, which after a cut takes as long again. */
    private static final int BUS_UNACKNOWLEDGED_MILLIS_MAX = 10_000;

    /** TCP asks ever more rarely, and after a cut of half a minute not for as long again; one that begins anew asks at once. */
    private static final int BUS_CONNECT_MILLIS_MAX = 5_000;

    /** How long the last backups of the registry may take when the node leaves; it is rebuilt anyway. */
    private static final int LEAVE_SECONDS_MAX = 5;

    private final String node;
    private final long boot;
    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final ReplicatedMap<String, String> serving;
    private final Topology topology;
    private final Runnable lost;
    private final Handshakes handshakes;
    private long lookedAt = System.nanoTime();

    /** What this node says of itself: its boot id and its roles. Null: it does not serve. */
    private volatile @Nullable String says;

    private Membership(String node, long boot, Vertx vertx, HazelcastInstance hazelcast, Runnable lost) {
        this.node = node;
        this.boot = boot;
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.lost = lost;
        this.handshakes = new Handshakes(hazelcast, HANDSHAKE_MILLIS_MAX);
        this.serving = hazelcast.getReplicatedMap(SERVING);
        this.topology = new Topology(node, List.of());
    }

    /**
     * Blocks until this node is a member; it does not serve yet.
     *
     * @param lost is run when the others have given this node up while it lived, or it them: it is to be started again
     * @throws Refusal with the sentence for the operator
     */
    public static Membership join(VertxOptions options, ClusterConfig config, String node, long boot, Runnable lost)
            throws Refusal {
        EventBusOptions bus = bus(config);
        HazelcastInstance hazelcast;
        try {
            hazelcast = Hazelcast.newHazelcastInstance(hazelcast(config, node, boot));
        } catch (RuntimeException broken) {
            throw refusal(
                    "the membership of the cluster cannot begin at " + config.host() + ":" + config.port(), broken);
        }
        try {
            requireFit(hazelcast, node);
            Vertx vertx = Vertx.builder()
                    .with(options.setEventBusOptions(bus))
                    .withClusterManager(new MemberAttributes(hazelcast))
                    .buildClustered()
                    .await(JOIN_SECONDS_MAX, TimeUnit.SECONDS)
                    .exceptionHandler(Membership::uncaught);
            Membership membership = new Membership(node, boot, vertx, hazelcast, lost);
            membership.follow();
            return membership;
        } catch (Refusal refusal) {
            hazelcast.shutdown();
            throw refusal;
        } catch (Exception broken) { // await throws what the future failed with, checked or not
            hazelcast.shutdown();
            throw refusal("the event bus cannot begin at " + config.host() + ":" + config.busPort(), broken);
        }
    }

    /**
     * Of each message that was not written, as its connection broke, Vert.x says here that its promise was completed already, which it was not
     * (5.0.8, {@code OutboundDeliveryContext.tryFail}); whoever sent it hears of it.
     */
    private static void uncaught(Throwable thrown) {
        boolean isOurs = Arrays.stream(thrown.getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith("chat.parley."));
        if (!isOurs && "Promise already completed".equals(thrown.getMessage())) LOG.debug("not written", thrown);
        else LOG.error("an error that nothing provides for; the node goes on", thrown);
    }

    private static Refusal refusal(String what, Throwable broken) {
        LOG.debug("not joined", broken);
        String because = String.valueOf(broken.getMessage());
        for (Throwable cause = broken.getCause(); cause != null; cause = cause.getCause())
            if (cause.getMessage() != null) because = cause.getMessage();
        return new Refusal(what + ": " + because.strip().replaceAll("[.]$", "") + ".");
    }

    /** Nobody has its name, and all speak as it does. */
    private static void requireFit(HazelcastInstance hazelcast, String node) throws Refusal {
        for (Member member : hazelcast.getCluster().getMembers()) {
            String name = member.getAttribute(NODE);
            if (name == null || member.localMember()) continue;
            String version = member.getAttribute(BUS);
            if (!BUS_VERSION.equals(version))
                throw new Refusal("node '" + name + "' of the cluster speaks version " + version
                        + " of the bus and this one speaks " + BUS_VERSION
                        + "; stop all nodes of the other version before the first of this one starts.");
            if (node.equals(name))
                throw new Refusal("there is a node '" + node + "' in the cluster already, at "
                        + member.getAddress().getHost() + ":"
                        + member.getAddress().getPort()
                        + "; choose another node.name.");
        }
    }

    private void follow() {
        hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                look();
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                look();
            }
        });
        serving.addEntryListener(new EntryAdapter<>() {
            @Override
            public void onEntryEvent(EntryEvent<String, String> event) {
                look(); // whose shards nobody else takes yet are without an owner
            }
        });
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() != LifecycleState.MERGED) return;
            LOG.warn("the cluster that this node was cut off from is there again; the node starts again in it");
            look(); // so that it knows to whom to hand its shards over
            lost.run();
        });
        vertx.setPeriodic(LOOK_MILLIS, timer -> {
            lookForGap();
            handshakes.look();
            look();
        });
    }

    /** By now the others have given this node up, and whoever they are, it would be the one to find them gone. */
    private void lookForGap() {
        long now = System.nanoTime();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now - lookedAt);
        lookedAt = now;
        if (seconds < HEARTBEAT_SECONDS_MAX) return;
        LOG.warn("this node stood still for {} s; it starts again", seconds);
        lost.run();
    }

    /** This Vert.x instance, clustered. */
    public Vertx vertx() {
        return vertx;
    }

    /** The nodes that serve, as far as this one sees. */
    public Topology topology() {
        return topology;
    }

    /** Whether that node says that it takes {@link chat.parley.bus.Command}s. */
    public boolean takesCommands(String name) {
        try {
            return hazelcast.getCluster().getMembers().stream()
                    .anyMatch(
                            member -> name.equals(member.getAttribute(NODE)) && member.getAttribute(COMMANDS) != null);
        } catch (HazelcastInstanceNotActiveException gone) {
            return false;
        }
    }

    /** Tells all that this node takes its share of what these roles do, and no longer of any other. */
    public void serve(Set<NodeRole> roles) {
        says = boot + " " + roles.stream().map(NodeRole::name).sorted().collect(Collectors.joining(" "));
        look();
    }

    /** Tells all that this node has sessions still, but nothing else, and soon not these. */
    public void drain() {
        says = boot + " " + NodeRole.GATEWAY.name() + " " + DRAINING;
        look();
    }

    /** Whether that node says that it is on its way to its end, or nothing any more. */
    public boolean isLeaving(String name) {
        try {
            String its = serving.get(name);
            return its == null || List.of(its.split(" ")).contains(DRAINING);
        } catch (HazelcastInstanceNotActiveException gone) {
            return true;
        }
    }

    /** Tells all that this node does nothing any more. */
    public void leave() {
        says = null;
        try {
            serving.remove(node);
        } catch (HazelcastInstanceNotActiveException gone) {
            LOG.debug("it has left already", gone);
        }
        look();
    }

    /** Leaves the cluster; once Vert.x is closed. */
    public void close() {
        hazelcast.shutdown();
    }

    /** Who serves is who is a member and has said so in its present life. Cheap: all is local. */
    private synchronized void look() {
        List<Topology.Node> nodes = new ArrayList<>();
        try {
            String own = says;
            if (own != null && !own.equals(serving.get(node))) serving.put(node, own);
            for (Member member : hazelcast.getCluster().getMembers()) {
                Topology.Node seen = seen(member);
                if (seen != null) nodes.add(seen);
            }
        } catch (HazelcastInstanceNotActiveException gone) {
            return;
        }
        Set<String> before = new HashSet<>(topology.nodes());
        topology.update(nodes);
        Set<String> now = new HashSet<>(topology.nodes());
        if (before.equals(now)) return;
        for (String each : now) if (!before.contains(each)) LOG.info("{} serves; shards move to it", each);
        for (String each : before)
            if (!now.contains(each)) LOG.info("{} serves no longer; its shards move to others", each);
    }

    private Topology.@Nullable Node seen(Member member) {
        String name = member.getAttribute(NODE);
        if (name == null) {
            LOG.warn("{} is a member of the cluster and no node of Parley; nothing is sent to it", member.getAddress());
            return null;
        }
        String its = member.localMember() ? says : serving.get(name);
        return its != null && its.startsWith(member.getAttribute(BOOT) + " ") ? node(name, its) : null;
    }

    private static Topology.Node node(String name, String says) {
        Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
        List<String> words = Arrays.asList(says.split(" "));
        for (NodeRole role : NodeRole.values()) if (words.contains(role.name())) roles.add(role);
        return new Topology.Node(name, roles);
    }

    private static EventBusOptions bus(ClusterConfig config) throws Refusal {
        EventBusOptions options = new EventBusOptions()
                .setHost(config.host())
                .setPort(config.busPort())
                .setClusterPublicHost(config.host())
                .setConnectTimeout(BUS_CONNECT_MILLIS_MAX)
                .setTcpUserTimeout(BUS_UNACKNOWLEDGED_MILLIS_MAX)
                .setClusterPingInterval(BUS_PING_MILLIS)
                .setClusterPingReplyInterval(BUS_PING_MILLIS);
        ClusterConfig.Tls tls = config.tls();
        if (tls == null) return options;
        String password;
        try {
            password = Files.readString(tls.password()).strip();
            for (var file : List.of(tls.keys(), tls.trust()))
                if (!Files.isReadable(file)) throw new IOException(file.toString());
        } catch (IOException missing) {
            throw new Refusal("the file " + missing.getMessage()
                    + " of cluster.tls cannot be read; ./parley certs makes such files.");
        }
        return options.setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(
                        new PfxOptions().setPath(tls.keys().toString()).setPassword(password))
                .setTrustOptions(
                        new PfxOptions().setPath(tls.trust().toString()).setPassword(password));
    }

    private static Config hazelcast(ClusterConfig config, String node, long boot) {
        Config hazelcast = new Config();
        hazelcast.setClusterName(config.name());
        hazelcast.setInstanceName(node + "-" + boot);
        hazelcast
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.graceful.shutdown.max.wait", String.valueOf(LEAVE_SECONDS_MAX))
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.local.localAddress", config.host())
                .setProperty("hazelcast.wait.seconds.before.join", "1")
                .setProperty("hazelcast.heartbeat.interval.seconds", String.valueOf(HEARTBEAT_SECONDS))
                .setProperty("hazelcast.max.no.heartbeat.seconds", String.valueOf(HEARTBEAT_SECONDS_MAX))
                .setProperty("hazelcast.merge.first.run.delay.seconds", String.valueOf(MERGE_SECONDS))
                .setProperty("hazelcast.merge.next.run.delay.seconds", String.valueOf(MERGE_SECONDS));
        hazelcast
                .getMemberAttributeConfig()
                .setAttribute(NODE, node)
                .setAttribute(BOOT, String.valueOf(boot))
                .setAttribute(BUS, BUS_VERSION)
                .setAttribute(COMMANDS, "1")
                .setAttribute(MemberAttributes.BUS_PORT, String.valueOf(config.busPort()))
                .setAttribute(MemberAttributes.VERTX_NODE, node + "-" + boot);
        NetworkConfig network = hazelcast.getNetworkConfig();
        network.setPort(config.port()).setPortAutoIncrement(false).setPublicAddress(config.host());
        network.getRestApiConfig().setEnabled(false);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(config.members());
        hazelcast
                .getManagementCenterConfig()
                .setScriptingEnabled(false)
                .setConsoleEnabled(false)
                .setDataAccessEnabled(false);
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.getWhitelist().addPrefixes("io.vertx.spi.cluster.hazelcast.");
        hazelcast.setSerializationConfig(new SerializationConfig().setJavaSerializationFilterConfig(filter));
        // What the registry of Vert.x is kept in: as its own default says.
        hazelcast.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        hazelcast.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
        hazelcast.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
        return hazelcast;
    }
}
