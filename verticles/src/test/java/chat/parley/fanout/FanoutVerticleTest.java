package chat.parley.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Address;
import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Route;
import chat.parley.bus.Route.HeadHint;
import chat.parley.bus.Shares;
import chat.parley.bus.Spread;
import chat.parley.bus.Topology;
import chat.parley.bus.Topology.Node;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.ConversationType;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.Role;
import chat.parley.model.Settings;
import chat.parley.model.UserId;
import chat.parley.store.Appended;
import chat.parley.store.Batch;
import chat.parley.store.BatchId;
import chat.parley.store.Damaged;
import chat.parley.store.ShardCursors;
import chat.parley.store.ShardLog;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FanoutVerticleTest {
    private static final ConversationId TALK = new ConversationId("talk");
    private static final int SHARD = TALK.shard();
    private static final UserId ANN = new UserId("ann");
    private static final UserId BOB = new UserId("bob");
    private static final long INCARNATION = 4;
    private static final Node A = new Node("a", EnumSet.allOf(NodeRole.class));
    private static final Node B = new Node("b", EnumSet.allOf(NodeRole.class));

    private final ManualLoop loop = new ManualLoop();
    private final MemoryBus bus = new MemoryBus(loop);
    private Stores stores = new MemoryStore(false, INCARNATION).stores(Weather.FINE);
    private final Topology topology = new Topology("a", List.of(A));
    private final List<Route> routes = new ArrayList<>();
    private long position;
    private long sentAt = 1;

    @BeforeEach
    void listen() {
        bus.listen(Address.presence("a"), message -> routes.add((Route) message.body()));
    }

    @Test
    void whatWasSpreadIsRepeatedTwiceToTheMembers() {
        start();
        HeadHint head = new HeadHint(TALK, 3, List.of(ANN, BOB));

        spread(0, 1, head);
        loop.advance(15_000);

        Route repeat = new Route(INCARNATION, List.of(), List.of(head));
        assertThat(routes).containsExactly(repeat, repeat);
    }

    @Test
    void theCursorIsSavedOnceTheHeadWasRepeated() {
        FanoutVerticle fanout = start();
        append(created());
        spread(0, 1, new HeadHint(TALK, 1, List.of(ANN)));

        loop.advance(1_500);
        assertThat(cursors().fannedOut()).isZero();
        loop.advance(2_000);
        assertThat(cursors().fannedOut()).isEqualTo(1);
        assertThat(fanout.repeated()).isEqualTo(1);
        assertThat(cursors().projected()).as("is left alone").isZero();
    }

    @Test
    void whatTheWorkerBeforeDidNotRepeatIsReadFromTheLog() {
        append(created());
        append(added(BOB));
        append(message(), message());
        project(4);
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(0, 2, 0)));

        start();
        loop.advance(3_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 4, List.of(ANN, BOB)));
        assertThat(cursors().fannedOut()).isEqualTo(4);
    }

    @Test
    void whatWasSaidInTheLastHalfMinuteIsRepeatedByWhoeverTakesTheShardWhereverTheCursorIs() {
        append(created());
        append(added(BOB));
        sentAt = loop.millis() - 20_000;
        append(message(), message());
        project(4);
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(0, 4, 0)));

        start();
        loop.advance(20_000);

        HeadHint head = new HeadHint(TALK, 4, List.of(ANN, BOB));
        assertThat(heads()).containsExactly(head, head);
        assertThat(cursors().fannedOut()).isEqualTo(4);
    }

    @Test
    void ofALogWhoseBeginningWasRemovedTheRestIsRepeated() {
        append(created());
        sentAt = loop.millis();
        for (int i = 0; i < 9; i++) append(message());
        project(10);
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(0, 10, 0)));
        stores = new Stores(trimmed(5), stores.projections(), stores.history(), stores.directory());

        start();
        loop.advance(3_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 10, List.of(ANN)));
    }

    /** The log as it is when rows were removed with age. */
    private ShardLog trimmed(long through) {
        ShardLog log = stores.log();
        return (ShardLog) Proxy.newProxyInstance(
                ShardLog.class.getClassLoader(), new Class<?>[] {ShardLog.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("trimmed")) return Future.succeededFuture(through);
                    if (method.getName().equals("read") && (long) arguments[1] < through)
                        return Future.failedFuture(new Damaged(null, "removed"));
                    return method.invoke(log, arguments);
                });
    }

    @Test
    void whatWasSaidBeforeThatIsNotRepeatedOnceMore() {
        sentAt = loop.millis() - 40_000;
        append(created());
        project(1);
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(0, 1, 0)));

        start();
        loop.advance(20_000);

        assertThat(heads()).isEmpty();
    }

    @Test
    void whoLeftInWhatIsReadFromTheLogIsToldOfItToo() {
        UserId cid = new UserId("cid");
        append(created());
        append(added(BOB));
        append(added(cid));
        append(new Content.MemberLeft(new Content.Departure(BOB, 2)));
        append(new Content.MemberLeft(new Content.Departure(cid, 3)));
        project(5);
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(0, 4, 0)));

        start();
        loop.advance(3_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 5, List.of(ANN, cid)));
    }

    @Test
    void whatIsNotProjectedIsNotRepeated() {
        append(created());
        append(message());
        project(1);

        start();
        loop.advance(20_000);

        assertThat(heads()).hasSize(2).containsOnly(new HeadHint(TALK, 1, List.of(ANN)));
        assertThat(cursors().fannedOut()).isEqualTo(1);
    }

    @Test
    void aLostSpreadIsMadeGoodFromTheLog() {
        start();
        append(created());
        append(message());
        append(message());
        spread(0, 1, new HeadHint(TALK, 1, List.of(ANN)));
        loop.advance(20_000);
        routes.clear();

        bus.lose(Spread.class::isInstance);
        spread(1, 3, new HeadHint(TALK, 3, List.of(ANN)));
        bus.lose(message -> false);
        spread(3, 3);
        loop.advance(7_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 3, List.of(ANN)));
        assertThat(cursors().fannedOut()).isEqualTo(3);
    }

    @Test
    void theLastSpreadLostIsFoundByTheProjectedCursor() {
        start();
        append(created());
        project(1);

        loop.advance(8_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 1, List.of(ANN)));
    }

    @Test
    void aSpreadThatIsOnlyLateIsNotReadFromTheLog() {
        start();
        append(created());
        loop.advance(1_000);
        project(1);
        spread(0, 1, new HeadHint(TALK, 9, List.of(BOB)));
        loop.advance(8_000);

        assertThat(heads()).containsExactly(new HeadHint(TALK, 9, List.of(BOB)));
    }

    @Test
    void membersAreAskedForAtTheNodesThatOwnThem() {
        topology.update(List.of(A, B));
        List<Route> atB = new ArrayList<>();
        bus.listen(Address.presence("b"), message -> atB.add((Route) message.body()));
        start();
        UserId ofA = userOf("a");
        UserId ofB = userOf("b");
        ConversationId mine = conversationOf("a");

        bus.send(
                Address.fanout(mine.shard()),
                new Spread(mine.shard(), 1, 0, 1, List.of(new HeadHint(mine, 1, List.of(ofB, ofA)))));
        loop.advance(3_000);

        assertThat(heads()).containsExactly(new HeadHint(mine, 1, List.of(ofA)));
        assertThat(atB)
                .containsExactly(new Route(INCARNATION, List.of(), List.of(new HeadHint(mine, 1, List.of(ofB)))));
    }

    @Test
    void aShardThatMovesIsHeardByItsNewWorker() {
        topology.update(List.of(B));
        FanoutVerticle fanout = start();
        spread(0, 1, new HeadHint(TALK, 1, List.of(ANN)));
        loop.advance(3_000);
        assertThat(fanout.conversations()).isZero();

        topology.update(List.of(A));
        loop.settle();
        spread(0, 1, new HeadHint(TALK, 1, List.of(ANN)));
        loop.settle();
        assertThat(fanout.conversations()).isEqualTo(1);

        topology.update(List.of(B));
        loop.settle();
        assertThat(fanout.conversations()).isZero();
    }

    @Test
    void theStopSavesTheCursorAndEndsEverything() {
        FanoutVerticle fanout = start();
        append(created());
        spread(0, 1, new HeadHint(TALK, 1, List.of(ANN)));
        loop.advance(2_250);

        assertThat(fanout.stop().succeeded()).isTrue();

        assertThat(cursors().fannedOut()).isEqualTo(1);
        routes.clear();
        loop.advance(60_000);
        assertThat(routes).isEmpty();
    }

    private FanoutVerticle start() {
        FanoutVerticle fanout = new FanoutVerticle(
                "a", 0, new Shares(1), bus, loop, stores, topology, new SplittableRandom(5), FanoutConfig.DEFAULT);
        assertThat(fanout.start().succeeded()).isTrue();
        loop.settle();
        return fanout;
    }

    private void spread(long after, long through, HeadHint... heads) {
        bus.send(Address.fanout(SHARD), new Spread(SHARD, 1, after, through, List.of(heads)));
        loop.settle();
    }

    private void append(Content... contents) {
        long before = position;
        List<Entry> entries = new ArrayList<>();
        for (Content content : contents) {
            position++;
            entries.add(new Entry(
                    TALK, position, position, sentAt, ANN, "m" + position, new Digest(1, 2, 3), "", 0, 0, content));
        }
        Appended appended = stores.log()
                .append(new Batch(SHARD, before, 0, "", new BatchId(1, position), entries))
                .result();
        assertThat(appended).isInstanceOf(Appended.Done.class);
    }

    private void project(long through) {
        stores.log().saveCursors(Map.of(SHARD, new ShardCursors(through, 0, 0)));
    }

    private ShardCursors cursors() {
        return stores.log().cursors(SHARD).result();
    }

    private List<HeadHint> heads() {
        return routes.stream().flatMap(route -> route.heads().stream()).toList();
    }

    private static Content created() {
        return new Content.ConversationCreated(ConversationType.GROUP, Settings.NONE);
    }

    private static Content added(UserId user) {
        return new Content.MembersAdded(List.of(user), Role.MEMBER);
    }

    private static Content message() {
        return Content.Message.of("hello");
    }

    private UserId userOf(String node) {
        for (int i = 0; ; i++) {
            UserId user = new UserId("u" + i);
            if (node.equals(topology.presenceOwner(user.shard()))) return user;
        }
    }

    private ConversationId conversationOf(String node) {
        for (int i = 0; ; i++) {
            ConversationId conversation = new ConversationId("c" + i);
            if (node.equals(topology.fanoutOwner(conversation.shard()))) return conversation;
        }
    }
}
