package chat.parley.node;

import chat.parley.bus.NodeRole;
import chat.parley.fanout.FanoutConfig;
import chat.parley.gateway.GatewayConfig;
import chat.parley.gateway.HttpConfig;
import chat.parley.gateway.Network;
import chat.parley.gateway.WatchConfig;
import chat.parley.gateway.api.ApiConfig;
import chat.parley.gateway.auth.Algorithm;
import chat.parley.gateway.auth.DevTokens;
import chat.parley.gateway.auth.KeyConfig;
import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.node.cluster.ClusterConfig;
import chat.parley.presence.PresenceConfig;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.store.cassandra.CassandraOptions;
import chat.parley.store.embedded.EmbeddedOptions;
import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.redis.RedisOptions;
import chat.parley.wire.Limits;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a node can be told, checked. Each setting stands once, below: its name, range, default and meaning. Units are in the names.
 *
 * @param web whether there is a web client
 * @param storeFolder of all of the node's data
 * @param cassandra where that is instead; null: in the embedded store
 * @param kafka where entries go besides, for consumers; null: nowhere
 * @param redis by which nodes tell one another what may be lost; null: they do not
 */
record NodeConfig(
        String name,
        Set<NodeRole> roles,
        @Nullable ClusterConfig cluster,
        HttpConfig http,
        boolean web,
        SockJsConfig sockJs,
        Ops ops,
        Path storeFolder,
        EmbeddedOptions store,
        @Nullable CassandraOptions cassandra,
        @Nullable KafkaOptions kafka,
        @Nullable RedisOptions redis,
        Auth auth,
        GatewayConfig gateway,
        ApiConfig api,
        SequencerConfig sequencer,
        PresenceConfig presence,
        Instances instances,
        long drainWindowMillis,
        Log log,
        TraceSettings trace) {
    /**
     * Where operators look.
     *
     * @param credentialFile null: the node makes a credential of its own
     */
    record Ops(String host, int port, @Nullable Path credentialFile) {}

    /** @param format text or json */
    record Log(String level, String format) {}

    /** @param dev whether anybody who can reach the node gets a token */
    record Auth(boolean dev, KeyConfig keys) {}

    /** As the sequencer has it. */
    FanoutConfig fanout() {
        return FanoutConfig.DEFAULT.withInlineMembersMax(sequencer.inlineMembersMax());
    }

    /** How many of each verticle. @param gateway 0: as many as there are processors */
    record Instances(int gateway, int sequencer) {}

    static final int PORT_MAX = 65_535;
    private static final int MINUTE_SECONDS = 60;
    private static final int MIB = 1 << 20;
    private static final int MANY = 1_000_000;
    private static final Limits LIMITS = Limits.DEFAULT;
    private static final HttpConfig HTTP = HttpConfig.DEFAULT;
    private static final SockJsConfig SOCKJS = SockJsConfig.DEFAULT;
    private static final GatewayConfig GATEWAY = GatewayConfig.DEFAULT;
    private static final ApiConfig API = ApiConfig.DEFAULT;
    private static final SequencerConfig SEQUENCER = SequencerConfig.DEFAULT;
    private static final WatchConfig WATCH = WatchConfig.DEFAULT;
    private static final PresenceConfig PRESENCE = PresenceConfig.DEFAULT;

    /** @throws Refusal with a sentence that names what is wrong and where it was said */
    static NodeConfig read(Settings settings) throws Refusal {
        Limits limits = limits(settings);
        Ways ways = ways(settings);
        String storeType = settings.word(
                "store.type",
                List.of("embedded", CassandraSettings.TYPE),
                "embedded",
                "Where messages are kept: in the folder of the node, or in Cassandra.");
        EmbeddedOptions store = store(settings);
        String name = settings.text("node.name", "n1", "What the node is called, on the bus and in logs.");
        String clusterName = settings.text("cluster.name", "parley", "Nodes of one cluster have the same.");
        ClusterConfig cluster = ClusterSettings.read(settings, clusterName);
        KafkaOptions kafka = EventLogSettings.read(settings, cluster != null);
        NodeConfig config = new NodeConfig(
                name,
                roles(settings),
                cluster,
                http(settings),
                settings.flag("http.web", true, "Whether the web client is at /."),
                sockJs(settings),
                new Ops(
                        settings.text(
                                "ops.host",
                                "127.0.0.1",
                                "Address of the operators' port. Only what is below /admin/ wants a credential."),
                        settings.number(
                                "ops.port",
                                0,
                                PORT_MAX,
                                8081,
                                "Operators' port: /health/live, /health/ready, /metrics, /admin/."),
                        path(settings.optionalText(
                                "ops.credentialFile",
                                "File with the operators' credential, 32 characters or more; without one the node"
                                        + " makes it, in ops-credential of store.path."))),
                Path.of(settings.text(
                        "store.path", "./data", "Folder of all data, relative to the working directory.")),
                kafka == null ? store : store.withExport(),
                CassandraSettings.read(
                        settings, storeType.equals(CassandraSettings.TYPE), store.logKept(), kafka != null),
                kafka,
                RedisSettings.read(settings, clusterName),
                auth(settings),
                gateway(settings, limits, ways),
                new ApiConfig(
                        limits,
                        settings.number(
                                "limits.pageEntriesDefault",
                                1,
                                1000,
                                API.pageEntriesDefault(),
                                "Entries of a page whose request does not say."),
                        settings.number(
                                "limits.conversationsMax",
                                1,
                                MANY,
                                API.conversationsMax(),
                                "Conversations of one user.")),
                sequencer(settings, limits, ways),
                presence(settings),
                new Instances(
                        settings.number("instances.gateway", 0, 256, 0, "Gateways; 0: one for each processor."),
                        settings.number("instances.sequencer", 1, 128, 1, "Sequencers, which share the shards.")),
                settings.number(
                        "drain.windowMillis",
                        0,
                        25_000,
                        5_000,
                        "Over which sessions are told to go elsewhere when the node ends, at most; few are told"
                                + " sooner, a thousand a second of each gateway."),
                new Log(
                        settings.word(
                                "log.level",
                                List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR"),
                                "INFO",
                                "What is logged at least."),
                        settings.word(
                                "log.format",
                                List.of("text", "json"),
                                "text",
                                "Lines to be read by people, or a JSON object on each line.")),
                TraceSettings.read(settings));
        settings.require(
                isName(config.name),
                "node.name cannot be '" + config.name + "'; allowed: letters, digits, _ and -, at most 64.");
        settings.require(
                config.roles.size() == NodeRole.values().length || config.cluster != null,
                "node.roles are for a cluster: a node alone has to do everything; set cluster.enabled too.");
        settings.require(
                config.cluster == null || storeType.equals(CassandraSettings.TYPE),
                "the nodes of a cluster need one store for all, and the embedded one belongs to one node: set"
                        + " store.type to " + CassandraSettings.TYPE + ".");
        config.requireAuth(settings);
        settings.check();
        return config;
    }

    private static Set<NodeRole> roles(Settings settings) {
        List<NodeRole> some = settings.list(
                "node.roles",
                "gateway, sequencer, fanout, presence, consumers",
                NodeConfig::role,
                "What the node does; all of it if nothing is said.");
        return some.isEmpty() ? EnumSet.allOf(NodeRole.class) : EnumSet.copyOf(some);
    }

    private static @Nullable NodeRole role(String word) {
        for (NodeRole role : NodeRole.values())
            if (role.name().toLowerCase(Locale.ROOT).equals(word)) return role;
        return null;
    }

    private static HttpConfig http(Settings settings) {
        return new HttpConfig(
                settings.text("http.host", HTTP.host(), "Address that clients connect to."),
                settings.number(
                        "http.port", 0, PORT_MAX, HTTP.port(), "Port that clients connect to; 0: any that is free."),
                settings.list(
                        "http.origins",
                        "origins as browsers send them, like https://chat.example.org",
                        NodeConfig::origin,
                        "Web pages that may open sessions, besides those of the node's own address if it is"
                                + " loopback."),
                settings.list(
                        "http.trustedProxies",
                        "addresses in figures, or networks like 10.0.0.0/8",
                        NodeConfig::network,
                        "Whose X-Forwarded-For is believed; without one no limit per source holds for them."),
                settings.number(
                        "http.connectsPerSecond",
                        1,
                        MANY,
                        HTTP.connectsPerSecond(),
                        "New WebSockets and SockJS sessions of the node, steadily; of connections of all kinds four"
                                + " times as many."),
                settings.number(
                        "http.connectsBurst",
                        1,
                        MANY,
                        HTTP.connectsBurst(),
                        "New WebSockets and SockJS sessions of the node at once; likewise."),
                settings.number(
                        "http.connectWaitMillisMax",
                        0,
                        MINUTE_SECONDS * 1000,
                        HTTP.connectWaitMillisMax(),
                        "How long one above that rate waits for its turn before it is sent away."),
                settings.number(
                        "http.unauthenticatedPerSourceMax",
                        1,
                        MANY,
                        HTTP.unauthenticatedPerSourceMax(),
                        "Connections of one address (IPv6: /64) that have not said who they are: with Redis, at all"
                                + " nodes together."),
                settings.number(
                        "http.sourceConnectsPerSecond",
                        1,
                        MANY,
                        HTTP.sourceConnectsPerSecond(),
                        "New connections of one such source, steadily; behind trusted proxies, new sessions."),
                settings.number(
                        "http.sourceConnectsBurst",
                        1,
                        MANY,
                        HTTP.sourceConnectsBurst(),
                        "New connections of one such source at once, likewise."),
                settings.number(
                        "http.sourceRequestsPerSecond",
                        1,
                        MANY,
                        HTTP.sourceRequestsPerSecond(),
                        "HTTP requests of one such source without a valid token, steadily."),
                settings.number(
                        "http.sourceRequestsBurst",
                        1,
                        MANY,
                        HTTP.sourceRequestsBurst(),
                        "HTTP requests of one such source without a valid token at once."),
                settings.number(
                        "http.connectionsMax", 1, 10 * MANY, HTTP.connectionsMax(), "Connections of all kinds."),
                settings.number("http.headBytesMax", 1024, 64 << 10, HTTP.headBytesMax(), "Head of one HTTP request."),
                settings.number(
                        "http.headSecondsMax",
                        1,
                        MINUTE_SECONDS,
                        HTTP.headSecondsMax(),
                        "From the connection to the end of its first head."),
                settings.number(
                        "http.requestSecondsMax",
                        1,
                        10 * MINUTE_SECONDS,
                        HTTP.requestSecondsMax(),
                        "From a request's head to the end of its answer."),
                settings.number(
                        "http.keepAliveSeconds",
                        1,
                        60 * MINUTE_SECONDS,
                        HTTP.keepAliveSeconds(),
                        "From an answer to the next request."),
                settings.number(
                        "http.pingSeconds",
                        1,
                        10 * MINUTE_SECONDS,
                        HTTP.pingSeconds(),
                        "Between two pings of a WebSocket; it ends after two without an answer."));
    }

    private static SockJsConfig sockJs(Settings settings) {
        return new SockJsConfig(
                settings.flag("sockjs.enabled", SOCKJS.enabled(), "Whether there is SockJS at /v1/sockjs."),
                settings.number(
                        "sockjs.heartbeatSeconds",
                        1,
                        600,
                        SOCKJS.heartbeatSeconds(),
                        "Between two heartbeats of a session over HTTP; those of its WebSockets go with"
                                + " http.pingSeconds."),
                settings.number(
                        "sockjs.disconnectSeconds",
                        1,
                        60,
                        SOCKJS.disconnectSeconds(),
                        "A session over HTTP ends after so long without a request that waits for messages."),
                settings.number("sockjs.sessionsMax", 1, MANY, SOCKJS.sessionsMax(), "Sessions over HTTP of the node."),
                settings.number(
                        "sockjs.streamBytesMax",
                        4096,
                        16 * MIB,
                        SOCKJS.streamBytesMax(),
                        "Messages in one answer that streams; the client then asks for the next."));
    }

    private static Limits limits(Settings settings) {
        return new Limits(
                settings.number(
                        "limits.messageBytesMax",
                        1024,
                        16 * MIB,
                        LIMITS.messageBytesMax(),
                        "One WebSocket message from a client."),
                settings.number(
                        "limits.bodyBytesMax",
                        1,
                        MIB,
                        LIMITS.bodyBytesMax(),
                        "The body of one chat message, in UTF-8."),
                settings.number(
                        "limits.httpBodyBytesMax", 1024, 16 * MIB, LIMITS.httpBodyBytesMax(), "One HTTP request."),
                settings.number(
                        "limits.extBytesMax",
                        0,
                        64 << 10,
                        LIMITS.extBytesMax(),
                        "The application's own object in a message."),
                settings.number(
                        "limits.attachmentsMax", 0, 100, LIMITS.attachmentsMax(), "Attachments of one message."),
                settings.number("limits.mentionsMax", 0, 1000, LIMITS.mentionsMax(), "Mentions in one message."),
                settings.number(
                        "limits.jsonDepthMax", 4, 64, LIMITS.jsonDepthMax(), "Objects and lists within one another."),
                settings.number(
                        "limits.pageEntriesMax", 1, 1000, LIMITS.pageEntriesMax(), "Entries of one page of history."),
                settings.number("limits.cursorsMax", 1, 10_000, LIMITS.cursorsMax(), "Cursors in one hello or sync."),
                settings.number(
                        "limits.groupMembersMax", 2, 200_000, LIMITS.groupMembersMax(), "Members of one group."));
    }

    private static GatewayConfig gateway(Settings settings, Limits limits, Ways ways) {
        return new GatewayConfig(
                limits,
                settings.number(
                        "gateway.heartbeatMillis",
                        1000,
                        600_000,
                        GATEWAY.heartbeatMillis(),
                        "How often clients are asked to send a heartbeat."),
                settings.number(
                        "gateway.helloMillis", 100, 60_000, GATEWAY.helloMillis(), "From the connection to hello."),
                settings.number(
                        "gateway.submitMillis",
                        100,
                        60_000,
                        GATEWAY.submitMillis(),
                        "How long a send may go without an answer."),
                settings.number(
                        "gateway.announceMillis",
                        100,
                        10_000,
                        GATEWAY.announceMillis(),
                        "How long a hello waits for the registry of users."),
                settings.number(
                        "gateway.tailMillis",
                        10,
                        60_000,
                        GATEWAY.tailMillis(),
                        "How long a read waits for a shard's owner before it reads the log itself."),
                settings.number(
                        "gateway.sendsPerSecond", 1, MANY, GATEWAY.sendsPerSecond(), "Sends of one session, steadily."),
                settings.number("gateway.sendsBurst", 1, MANY, GATEWAY.sendsBurst(), "Sends of one session at once."),
                settings.number(
                        "gateway.userSendsPerSecond",
                        1,
                        MANY,
                        GATEWAY.userSendsPerSecond(),
                        "Sends of one user over all sessions and HTTP, steadily: with Redis, at all nodes together."),
                settings.number(
                        "gateway.userSendsBurst", 1, MANY, GATEWAY.userSendsBurst(), "Sends of one user at once."),
                settings.number("gateway.devicesMax", 1, 1000, GATEWAY.devicesMax(), "Sessions of one user."),
                settings.number(
                        "gateway.outboxBytesMax",
                        16 << 10,
                        64 * MIB,
                        GATEWAY.outboxBytesMax(),
                        "Waiting in one socket before live entries are dropped and a resync is sent."),
                settings.number("gateway.outboxFramesMax", 16, MANY, GATEWAY.outboxFramesMax(), "Likewise, in frames."),
                settings.number(
                        "gateway.slowMillis",
                        1000,
                        600_000,
                        GATEWAY.slowMillis(),
                        "How long a full outbox may not drain before the session ends."),
                settings.number(
                        "gateway.inFlightMax",
                        1,
                        100_000,
                        GATEWAY.inFlightMax(),
                        "Sends of one session without an answer before it is no longer read."),
                settings.number(
                        "gateway.resumeEntriesMax",
                        0,
                        100_000,
                        GATEWAY.resumeEntriesMax(),
                        "Entries sent unasked after one hello or sync."),
                settings.number("gateway.resumeBytesMax", 0, 64 * MIB, GATEWAY.resumeBytesMax(), "Likewise, in bytes."),
                settings.number(
                        "gateway.resumeConversationEntriesMax",
                        0,
                        10_000,
                        GATEWAY.resumeConversationEntriesMax(),
                        "Entries sent unasked of one conversation."),
                settings.number(
                        "gateway.resumeReadsMax",
                        1,
                        10_000,
                        GATEWAY.resumeReadsMax(),
                        "Reads of the store that are under way at a time for sessions that come back to one gateway;"
                                + " the others wait, heads first."),
                settings.number(
                        "gateway.resumesWaitingMax",
                        1,
                        MANY,
                        GATEWAY.resumesWaitingMax(),
                        "Sessions of one gateway that wait for those reads before they are welcome; more are told to"
                                + " come again later."),
                settings.number(
                        "gateway.gatesMax",
                        1000,
                        100 * MANY,
                        GATEWAY.gatesMax(),
                        "Conversations of which a gateway knows the place."),
                settings.number(
                        "gateway.recentBytesMax",
                        0,
                        1024 * MIB,
                        GATEWAY.recentBytesMax(),
                        "Entries kept in memory for those who resume."),
                settings.number(
                        "gateway.recentEntriesMax",
                        0,
                        10_000,
                        GATEWAY.recentEntriesMax(),
                        "Likewise, of one conversation."),
                ways.inlineMembersMax,
                ways.workerMembersMax,
                watch(settings));
    }

    /** Where one way of fan-out ends and the next begins. */
    private record Ways(int inlineMembersMax, int workerMembersMax) {}

    private static Ways ways(Settings settings) throws Refusal {
        Ways ways = new Ways(
                settings.number(
                        "fanout.inlineMembersMax",
                        1,
                        1_000,
                        SEQUENCER.inlineMembersMax(),
                        "Members of a conversation who are named with each of its entries; with more of them an entry"
                                + " goes to all gateways, by a worker."),
                settings.number(
                        "fanout.workerMembersMax",
                        1,
                        MANY,
                        SEQUENCER.workerMembersMax(),
                        "Members of a conversation whose entries all of them get; with more of them only who has it"
                                + " open does, and the others hear how far it goes, until a tenth fewer are members"
                                + " again."));
        settings.require(
                ways.inlineMembersMax <= ways.workerMembersMax,
                "fanout.inlineMembersMax cannot be above fanout.workerMembersMax.");
        return ways;
    }

    private static WatchConfig watch(Settings settings) {
        return new WatchConfig(
                settings.number(
                        "presence.eventsPerSecond",
                        100,
                        MANY,
                        WATCH.eventsPerSecond(),
                        "Presence events that the node writes; past it what changes is shown as unknown for the"
                                + " while."),
                settings.number(
                        "presence.sessionWatchesMax", 1, 10_000, WATCH.sessionMax(), "Users that one session watches."),
                settings.number(
                        "presence.watchesMax",
                        10_000,
                        100 * MANY,
                        WATCH.viewsMax(),
                        "Users watched, counted for each session that does, of the node; more are refused as busy."));
    }

    private static PresenceConfig presence(Settings settings) {
        return new PresenceConfig(
                PRESENCE.usersMax(),
                PRESENCE.gatewaysMax(),
                PRESENCE.watchesMax(),
                settings.number(
                        "presence.graceMillis",
                        0,
                        60_000,
                        PRESENCE.graceMillis(),
                        "After which a user who has gone is shown as offline; who is back by then never was."),
                PRESENCE.settleMillis());
    }

    private static SequencerConfig sequencer(Settings settings, Limits limits, Ways ways) {
        return new SequencerConfig(
                settings.number(
                        "sequencer.conversationWaitingMax",
                        1,
                        MANY,
                        SEQUENCER.conversationWaitingMax(),
                        "Drafts that wait in one conversation; more are refused as busy."),
                settings.number(
                        "sequencer.shardWaitingMax",
                        1,
                        MANY,
                        SEQUENCER.shardWaitingMax(),
                        "Drafts that wait in one shard, likewise."),
                settings.number(
                        "sequencer.shardWaitingBytesMax",
                        MIB,
                        1024L * MIB,
                        SEQUENCER.shardWaitingBytesMax(),
                        "Likewise, in bytes."),
                settings.number(
                        "sequencer.draftBytesMax",
                        64 << 10,
                        MIB,
                        SEQUENCER.draftBytesMax(),
                        "One draft, encoded; a larger one is too_large."),
                settings.number(
                        "sequencer.batchEntriesMax", 1, 10_000, SEQUENCER.batchEntriesMax(), "Entries of one append."),
                settings.number(
                        "sequencer.batchBytesMax",
                        64 << 10,
                        16 * MIB,
                        SEQUENCER.batchBytesMax(),
                        "Likewise, in bytes."),
                settings.number(
                        "sequencer.tailEntriesMax",
                        128,
                        MANY,
                        SEQUENCER.tailEntriesMax(),
                        "Entries of one shard that are in the log and not yet in the tables; more are refused as"
                                + " busy."),
                settings.number(
                        "sequencer.tailBytesMax", MIB, 1024L * MIB, SEQUENCER.tailBytesMax(), "Likewise, in bytes."),
                settings.number(
                        "sequencer.recentBytesMax",
                        0,
                        64L * MIB,
                        SEQUENCER.recentBytesMax(),
                        "Entries of one shard kept in memory for gateways that pull."),
                limits.groupMembersMax(),
                ways.inlineMembersMax,
                ways.workerMembersMax,
                settings.number(
                        "sequencer.loadedMembersMax",
                        100,
                        100_000,
                        SEQUENCER.loadedMembersMax(),
                        "Present and past members of a conversation that are all kept in memory; of one with more, so"
                                + " many are that were asked for."),
                settings.number(
                        "sequencer.intervalsMax",
                        2,
                        10_000,
                        SEQUENCER.intervalsMax(),
                        "How often one user can be in one group, past times counted."),
                settings.number("sequencer.editsMax", 1, 1000, SEQUENCER.editsMax(), "Edits of one message."),
                settings.number(
                        "sequencer.slowLookBackMax",
                        1,
                        100_000,
                        SEQUENCER.slowLookBackMax(),
                        "Entries searched for what was said last when a conversation with slow mode or a rate is"
                                + " loaded."),
                settings.number(
                        "sequencer.conversationsMax",
                        100,
                        10 * MANY,
                        SEQUENCER.conversationsMax(),
                        "Conversations in memory, of the node."),
                settings.number(
                        "sequencer.conversationBytesMax",
                        MIB,
                        16L * 1024 * MIB,
                        SEQUENCER.conversationBytesMax(),
                        "Likewise, in bytes."),
                settings.number("sequencer.pullsMax", 1, MANY, SEQUENCER.pullsMax(), "Pulls that wait in one shard."),
                settings.number(
                        "sequencer.unsentMillis",
                        100,
                        60_000,
                        SEQUENCER.unsentMillis(),
                        "After which a draft that was not sent to the store is refused."),
                settings.number(
                        "sequencer.answerMillis",
                        100,
                        60_000,
                        SEQUENCER.answerMillis(),
                        "After which a draft whose outcome is unknown is answered so."),
                settings.number(
                        "sequencer.takeOverMillis",
                        0,
                        60_000,
                        SEQUENCER.takeOverMillis(),
                        "Between two take-overs of one shard."),
                settings.number(
                        "sequencer.retryMillisMax",
                        10,
                        60_000,
                        SEQUENCER.retryMillisMax(),
                        "Between two tries of what the store failed to do."),
                settings.number(
                        "sequencer.tickMillis",
                        10,
                        1_000,
                        SEQUENCER.tickMillis(),
                        "Between two looks at what expires."),
                settings.number(
                        "sequencer.cursorMillis",
                        100,
                        60_000,
                        SEQUENCER.cursorMillis(),
                        "Between two savings of a shard's cursors."),
                settings.number(
                        "sequencer.drainMillis",
                        100,
                        20_000,
                        SEQUENCER.drainMillis(),
                        "How long a shard that is given up waits for what is in flight."));
    }

    private static EmbeddedOptions store(Settings settings) {
        EmbeddedOptions store = EmbeddedOptions.defaults();
        return new EmbeddedOptions(
                settings.number(
                        "store.memoryBytes",
                        32L * MIB,
                        64L * 1024 * MIB,
                        store.memoryBytes(),
                        "What the store may hold in memory: blocks, indexes, unflushed writes."),
                settings.number("store.readerThreads", 1, 64, store.readerThreads(), "Threads that read from it."),
                settings.number(
                        "store.readsMax",
                        100,
                        MANY,
                        store.readsMax(),
                        "Reads that wait; more are refused as unavailable."),
                settings.number(
                        "store.appendsMax",
                        128,
                        MANY,
                        store.appendsMax(),
                        "Writes that wait; more are refused as unavailable."),
                settings.number(
                        "store.appendBytesMax", MIB, 4L * 1024 * MIB, store.appendBytesMax(), "Likewise, in bytes."),
                Duration.ofHours(settings.number(
                        "store.logHours",
                        1,
                        24 * 365,
                        store.logKept().toHours(),
                        "How long the rows of a shard's log are kept.")),
                store.exported(),
                store.trimEvery(),
                Duration.ofHours(settings.number(
                        "store.eraseHours",
                        1,
                        24 * 365,
                        store.rewrittenWithin().toHours(),
                        "Within which erased bodies leave the files.")),
                store.deferredProjections(),
                store.betweenRows(),
                store.clock());
    }

    private static Auth auth(Settings settings) {
        boolean dev = settings.flag(
                "auth.dev",
                false,
                "Gives development tokens to whoever asks (POST /v1/dev/tokens); only on a loopback address.");
        KeyConfig keys = new KeyConfig(
                settings.objects(
                        "auth.keys",
                        "a list of {\"id\", \"algorithm\": HS256, RS256, ES256 or EdDSA, and \"secret\" (HS256) or"
                                + " \"file\"}",
                        NodeConfig::key,
                        "Keys that tokens may be signed with. A file holds a secret or a public key in PEM, and is"
                                + " read again when it changes."),
                path(settings.optionalText(
                        "auth.jwksFile", "A JSON Web Key Set with more keys; read again when it changes.")),
                settings.optionalText("auth.issuer", "The iss that tokens must have."),
                settings.optionalText("auth.audience", "The aud that tokens must have."));
        return new Auth(dev, keys);
    }

    private void requireAuth(Settings settings) {
        boolean hasKeys = !auth.keys.keys().isEmpty() || auth.keys.jwksFile() != null;
        settings.require(
                auth.dev || hasKeys,
                "nobody could log in: set auth.keys or auth.jwksFile, or auth.dev on a loopback address.");
        settings.require(
                !auth.dev || isLoopback(http.host()),
                "auth.dev gives a token to whoever asks, so http.host must be a loopback address then, not '"
                        + http.host() + "'; set auth.dev to false and auth.keys to the keys of your tokens.");
        settings.require(
                auth.keys.keys().stream().noneMatch(key -> key.id().equals(DevTokens.KEY_ID)),
                "a key in auth.keys is called '" + DevTokens.KEY_ID + "', which is the key of development tokens.");
    }

    static boolean isName(String text) {
        return text.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    }

    static boolean isLoopback(String host) {
        if (host.equals("localhost")) return true;
        Network address = network(host);
        return address != null && address.address().isLoopbackAddress();
    }

    static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }

    private static @Nullable String origin(String text) {
        try {
            URI origin = new URI(text);
            boolean isOrigin = origin.getScheme() != null
                    && origin.getHost() != null
                    && origin.getPath().isEmpty()
                    && origin.getQuery() == null
                    && origin.getFragment() == null
                    && origin.getUserInfo() == null;
            return isOrigin ? text : null;
        } catch (URISyntaxException notOne) {
            return null;
        }
    }

    static @Nullable Network network(String text) {
        try {
            return Network.parse(text);
        } catch (IllegalArgumentException notOne) {
            return null;
        }
    }

    private static KeyConfig.@Nullable Key key(Map<String, String> members) {
        if (!Set.of("id", "algorithm", "secret", "file").containsAll(members.keySet())) return null;
        String id = members.get("id");
        Algorithm algorithm = Algorithm.of(members.getOrDefault("algorithm", ""));
        String secret = members.get("secret");
        Path file = path(members.get("file"));
        boolean isOneOfBoth = (secret == null) != (file == null);
        boolean isFit =
                id != null && algorithm != null && isOneOfBoth && (secret == null || algorithm == Algorithm.HS256);
        return isFit && id != null && algorithm != null ? new KeyConfig.Key(id, algorithm, secret, file) : null;
    }

    /** The web pages that may connect: those that are set, and the node's own if only this machine can reach it. */
    List<String> origins() {
        List<String> all = new ArrayList<>(http.origins());
        if (isLoopback(http.host()))
            for (String host : List.of("localhost", "127.0.0.1", "[::1]"))
                all.add("http://" + host + ":" + http.port());
        return all;
    }
}
