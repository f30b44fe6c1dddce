package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.Altered;
import chat.parley.bus.Answer;
import chat.parley.bus.Deliver;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.Pull;
import chat.parley.bus.Pulled;
import chat.parley.bus.Shares;
import chat.parley.bus.Topology;
import chat.parley.fanout.FanoutConfig;
import chat.parley.fanout.FanoutVerticle;
import chat.parley.gateway.auth.Identity;
import chat.parley.gateway.auth.Tokens;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Draft;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.presence.PresenceConfig;
import chat.parley.presence.PresenceVerticle;
import chat.parley.sequencer.SequencerConfig;
import chat.parley.sequencer.SequencerVerticle;
import chat.parley.store.Ephemeral;
import chat.parley.store.SharedCounts;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole node but for its sockets, in one thread and with time that stands still: all verticles are real, so is what they say. */
final class GatewayStage {
    static final UserId ANNA = new UserId("anna");
    static final UserId BEN = new UserId("ben");
    static final UserId CARLA = new UserId("carla");
    static final ConversationId GROUP = new ConversationId("group-1");

    final ManualLoop loop = new ManualLoop();
    final MemoryBus bus = new MemoryBus(loop);
    final MemoryStore store;
    final Topology topology = Topology.single("n1");
    final Stores stores;
    final Recollection seen = new Recollection(loop::monotonicMillis);
    final SpentElsewhere buckets = new SpentElsewhere();
    final Gateway gateway;
    final Set<String> untrustedKeys = new HashSet<>();
    final SequencerVerticle sequencer;
    boolean isStoreDown;

    /** The store says nothing where it should say something. */
    boolean answersNothing;

    /** How long the store takes for what gateways ask of it. */
    long storeMillis;

    private boolean projectsNothing;
    private int made;

    GatewayStage() {
        this(GatewayConfig.DEFAULT, false);
    }

    GatewayStage(GatewayConfig config, boolean deferred) {
        this(config, deferred, SequencerConfig.DEFAULT);
    }

    /** In which conversations are large, and channels, that have more members than these. */
    static GatewayStage ofWays(int inlineMembersMax, int workerMembersMax) {
        return ofWays(inlineMembersMax, workerMembersMax, GatewayConfig.DEFAULT.gatesMax());
    }

    static GatewayStage ofWays(int inlineMembersMax, int workerMembersMax, int gatesMax) {
        GatewayConfig config = Altered.of(GatewayConfig.DEFAULT, "workerMembersMax", workerMembersMax);
        config = Altered.of(config, "inlineMembersMax", inlineMembersMax);
        return new GatewayStage(
                Altered.of(config, "gatesMax", gatesMax),
                false,
                Altered.of(
                        SequencerConfig.DEFAULT,
                        "inlineMembersMax",
                        inlineMembersMax,
                        "workerMembersMax",
                        workerMembersMax));
    }

    private GatewayStage(GatewayConfig config, boolean deferred, SequencerConfig ordering) {
        store = new MemoryStore(deferred, 7);
        stores = store.stores(new FailingWeather());
        var presence =
                new PresenceVerticle("n1", 1, bus, loop, topology, new SplittableRandom(1), PresenceConfig.DEFAULT);
        var fanout = new FanoutVerticle(
                "n1",
                0,
                new Shares(1),
                bus,
                loop,
                store.stores(Weather.FINE),
                topology,
                new SplittableRandom(2),
                FanoutConfig.DEFAULT.withInlineMembersMax(ordering.inlineMembersMax()));
        Stores fine = store.stores(Weather.FINE);
        Stores sequencers = new Stores(
                fine.log(),
                (shard, entries) -> projectsNothing
                        ? Future.failedFuture("nothing is projected")
                        : fine.projections().project(shard, entries),
                fine.history(),
                fine.directory());
        sequencer = new SequencerVerticle(
                "n1", 0, "boot", bus, loop, sequencers, null, topology, new SplittableRandom(3), ordering);
        start(presence::start);
        start(fanout::start);
        start(sequencer::start);
        for (int shard = 0; shard < ConversationId.SHARDS; shard++) sequencer.take(shard);
        gateway = gateway("n1.0", config);
        loop.advance(100);
    }

    /** Another gateway of the same node. */
    Gateway gateway(String name, GatewayConfig config) {
        var made = new Gateway(
                name,
                1,
                bus,
                loop,
                stores,
                new Ephemeral(seen, buckets, SharedCounts.NONE),
                topology,
                new NameTokens(),
                new SplittableRandom(name.hashCode()),
                config);
        made.start();
        return made;
    }

    private static void start(StartsUp verticle) {
        try {
            verticle.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A device whose socket is open. */
    Device connect() {
        return connect(gateway);
    }

    Device connect(Gateway to) {
        TestTransport transport = new TestTransport();
        return new Device(transport, to.open(transport));
    }

    /** A device that has said hello and was told all; what it was told is forgotten. */
    Device device(UserId user, String id) {
        Device device = connect();
        device.says(hello(user, id));
        loop.settle();
        assertThat(device.transport.brief())
                .startsWith("welcome")
                .last()
                .asString()
                .startsWith("synced");
        return device;
    }

    static JsonObject hello(UserId user, String device) {
        return new JsonObject().put("type", "hello").put("token", user.value()).put("deviceId", device);
    }

    static JsonObject hello(UserId user, String device, ConversationId conversation, long cursor) {
        return hello(user, device).put("cursors", new JsonObject().put(conversation.value(), cursor));
    }

    static JsonObject send(String id, String body) {
        return new JsonObject()
                .put("type", "send_message")
                .put("clientMessageId", id)
                .put("conversationId", GROUP.value())
                .put("body", body);
    }

    static JsonObject sync(ConversationId conversation, long cursor) {
        return new JsonObject().put("type", "sync").put("cursors", new JsonObject().put(conversation.value(), cursor));
    }

    /** Makes {@link #GROUP}; entries 1 and 2. */
    void group(UserId creator, UserId... others) {
        place(creator, creation(others).toArray(Content[]::new));
    }

    /** What makes a group of its creator and these. */
    static List<Content> creation(UserId... others) {
        return List.of(
                new Content.ConversationCreated(ConversationType.GROUP, new Settings("Group", 0)),
                new Content.MembersAdded(List.of(others), Role.MEMBER));
    }

    void add(UserId actor, UserId... users) {
        place(actor, new Content.MembersAdded(List.of(users), Role.MEMBER));
    }

    void remove(UserId actor, UserId... users) {
        place(
                actor,
                new Content.MembersRemoved(Stream.of(users)
                        .map(user -> new Content.Departure(user, 0))
                        .toList()));
    }

    /** Says something without a session. */
    long say(UserId sender, String body) {
        return place(sender, Content.Message.of(body));
    }

    long place(UserId sender, Content... contents) {
        Future<Answer> answer = gateway.submitter().submit(draft(sender, contents));
        loop.settle();
        assertThat(answer.result()).isInstanceOf(Answer.Placed.class);
        return ((Answer.Placed) answer.result()).sequence();
    }

    Draft draft(UserId sender, Content... contents) {
        return new Draft(GROUP, sender, "server-" + ++made, "", List.of(contents));
    }

    /** From now on entries do not reach the gateways, but their heads may be pulled. */
    void loseDeliveries() {
        bus.lose(message -> message instanceof Deliver);
    }

    /** From now on the owner cannot be asked for entries either. */
    void loseDeliveriesAndPulls() {
        bus.lose(message -> message instanceof Deliver || message instanceof Pull || message instanceof Pulled);
    }

    /** From now on what is appended is durable, but in no table. */
    void stopProjecting() {
        projectsNothing = true;
    }

    void projectAgain() {
        projectsNothing = false;
    }

    void loseNothing() {
        bus.lose(message -> false);
    }

    /** A client with its socket. */
    record Device(TestTransport transport, Session session) {
        void says(JsonObject... frames) {
            for (JsonObject frame : frames) session.onText(frame.toBuffer().getBytes());
        }

        void says(String text) {
            session.onText(TestTransport.utf8(text));
        }

        List<String> heard() {
            return transport.brief();
        }

        int closedWith() {
            return transport.closedWith();
        }

        void leaves() {
            session.onClosed();
        }
    }

    private interface StartsUp {
        Object start() throws Exception;
    }

    /** The token is the user's name; {@code name@second} expires then. */
    private final class NameTokens implements Tokens {
        @Override
        public @Nullable Identity verify(String token, long nowMillis) {
            if (token.equals("bad")) return null;
            int at = token.indexOf('@');
            if (at < 0) return new Identity(new UserId(token), Long.MAX_VALUE, "key-1");
            long expires = Long.parseLong(token.substring(at + 1));
            return expires <= nowMillis ? null : new Identity(new UserId(token.substring(0, at)), expires, "key-1");
        }

        @Override
        public boolean isTrusted(String key) {
            return !untrustedKeys.contains(key);
        }
    }

    private final class FailingWeather implements Weather {
        @Override
        public <T> Future<T> read(Supplier<T> action) {
            return answer(() -> Weather.FINE.read(action));
        }

        @Override
        public <T> Future<T> write(Supplier<T> action) {
            return answer(() -> Weather.FINE.write(action));
        }

        private <T> Future<T> answer(Supplier<Future<T>> action) {
            if (isStoreDown) return Future.failedFuture("the store is down");
            Future<T> answer = answersNothing ? Future.succeededFuture() : action.get();
            if (storeMillis == 0) return answer;
            Promise<T> late = Promise.promise();
            loop.after(storeMillis, () -> answer.onComplete(late));
            return late.future();
        }

        @Override
        public int rowsBeforeFailure() {
            return Integer.MAX_VALUE;
        }
    }
}
