package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Deliver;
import chat.parley.bus.Route;
import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.store.OpenStore;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.multimap.MultiMap;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What the bus between two nodes loses is there in time all the same. */
@Isolated
@Tag("real")
@Timeout(180)
class ClusterRepairTest {
    private static final int CONVERSATIONS = 20;
    private static final String LAST = "the last word";

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Pair> pairs = new ArrayList<>();
    private final Set<ConversationId> dropped = ConcurrentHashMap.newKeySet();
    private ClusterOfNodes cluster;

    @BeforeEach
    void begin() {
        cluster = new ClusterOfNodes(folder);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        for (Pair pair : pairs) pair.close();
        cluster.close();
    }

    /** Somebody speaks in each conversation while the other node finds nobody at this one, so that what tells of it is lost too. */
    @Test
    void aNodeThatTheRegistryHasForgottenIsFoundAgainWithin20Seconds() throws Exception {
        cluster.start("n1");
        cluster.start("n2");
        meet();
        assertThat(forget("n1")).as("addresses").isGreaterThanOrEqualTo(3);
        long begun = System.nanoTime();
        List<Future<Long>> both = new ArrayList<>();
        for (Pair pair : pairs) {
            both.add(threads.submit(() -> pair.says(pair.here, "from here", begun)));
            both.add(threads.submit(() -> pair.says(pair.there, "from there", begun)));
        }
        for (Future<Long> each : both) each.get();
        both.clear();
        for (Pair pair : pairs) {
            both.add(threads.submit(() -> pair.hears(pair.there, "from here", begun)));
            both.add(threads.submit(() -> pair.hears(pair.here, "from there", begun)));
        }
        assertThat(worst("after the registry forgot a node", both)).isLessThan(20_000);
    }

    @Test
    void aLastEntryWhoseDeliveryIsDroppedIsThereWithin10Seconds() throws Exception {
        for (String name : List.of("n1", "n2")) cluster.start(this::startDropping, name);
        meet();
        List<Future<Long>> all = new ArrayList<>();
        for (Pair pair : pairs) {
            all.add(threads.submit(() -> {
                pair.says(pair.here, LAST, 0);
                return pair.hears(pair.there, LAST, System.nanoTime());
            }));
        }
        assertThat(worst("after its delivery was dropped", all)).isLessThan(10_000);
        assertThat(dropped).hasSize(CONVERSATIONS);
    }

    private TestNode startDropping(OpenStore store, Path its, String... settings) {
        return TestNode.start(
                (vertx, config) -> {
                    vertx.eventBus().addOutboundInterceptor(this::drop);
                    return store;
                },
                its,
                settings);
    }

    /** What brings last words live, and all that goes with them; repeated heads pass. */
    private void drop(DeliveryContext<Object> delivery) {
        List<ConversationId> brought = delivery.body() instanceof Deliver deliver
                ? deliver.events().stream()
                        .filter(ClusterRepairTest::isLastWord)
                        .map(Route.Events::conversationId)
                        .toList()
                : List.of();
        dropped.addAll(brought);
        if (brought.isEmpty()) delivery.next();
    }

    private static boolean isLastWord(Route.Events events) {
        return events.events().stream()
                .anyMatch(event -> event.entry().content() instanceof Content.Message message
                        && message.body().equals(LAST));
    }

    private static long worst(String when, List<Future<Long>> all) throws Exception {
        long worst = 0;
        for (Future<Long> each : all) worst = Math.max(worst, each.get());
        System.out.println(when + ": everything was there after " + worst + " ms");
        return worst;
    }

    /** Takes what the registry has of that node, as a merge of two parts of a cluster may. Returns how many addresses there were. */
    private static int forget(String node) {
        HazelcastInstance member = Hazelcast.getAllHazelcastInstances().stream()
                .filter(each -> each.getName().startsWith(node + "-"))
                .findFirst()
                .orElseThrow();
        MultiMap<String, HazelcastRegistrationInfo> registry = member.getMultiMap("__vertx.subs");
        int forgotten = 0;
        for (var row : registry.entrySet()) {
            if (row.getValue().unwrap().nodeId().equals(member.getName())
                    && registry.remove(row.getKey(), row.getValue())) forgotten++;
        }
        return forgotten;
    }

    /** Two at a time, one at each node, have heard each other. */
    private void meet() throws Exception {
        for (int i = 0; i < CONVERSATIONS; i++) pairs.add(new Pair(cluster, "ann" + i, "bob" + i));
    }

    private static final class Pair {
        final String conversation;
        final Person here;
        final Person there;

        Pair(ClusterOfNodes cluster, String user, String friend) throws Exception {
            conversation = cluster.get("n1").caller(user).group(friend);
            here = enters(cluster.get("n1"), user);
            there = enters(cluster.get("n2"), friend);
            here.says(Device.send("first", conversation, "first"));
            hears(there, "first", 0);
        }

        private static Person enters(TestNode node, String user) throws Exception {
            String token = String.valueOf(node.caller(user).token());
            return Person.welcome(Carrier.WEBSOCKET, node.port(), token, "phone", null);
        }

        /** Until it is acknowledged. Returns how many milliseconds after that moment. */
        long says(Person who, String body, long sinceNanos) throws Exception {
            String id = body.replace(' ', '-');
            while (who.asks(Device.send(id, conversation, body))
                    .getString("type")
                    .equals("error")) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            return (System.nanoTime() - sinceNanos) / 1_000_000;
        }

        long hears(Person who, String body, long sinceNanos) throws Exception {
            Predicate<JsonObject> wanted = frame -> body.equals(frame.getString("body"));
            boolean hasHeard = who.heard("message_event").anyMatch(wanted); // as it waited for something else
            if (!hasHeard) who.hears(wanted);
            return (System.nanoTime() - sinceNanos) / 1_000_000;
        }

        void close() {
            here.close();
            there.close();
        }
    }
}
