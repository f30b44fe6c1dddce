package chat.parley.node.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Bus;
import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.model.ConversationId;
import chat.parley.model.UserId;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WhyTest {
    private static final Why.Place PLACE = new Why.Place(new ConversationId("group-1"), 1);
    private static final int THREADS = 4;

    private final List<String> names =
            IntStream.range(0, 256).mapToObj("n%03d"::formatted).toList();
    private final List<Promise<Object>> asked = new ArrayList<>();

    @Test
    void whatNodesSayAtOnceOnSeveralThreadsIsAllTold() throws Exception {
        Why why = new Why(new MemoryStore(true, 1).stores(Weather.FINE), 100, 10_000);
        Future<Commanded> found = why.find(PLACE, new UserId("ann"), nodes());
        CyclicBarrier all = new CyclicBarrier(THREADS);
        List<Thread> loops = IntStream.range(0, THREADS)
                .mapToObj(thread -> Thread.ofPlatform().start(() -> answer(thread, all)))
                .toList();
        for (Thread loop : loops) loop.join();

        JsonObject told = new JsonObject(found.await(20, SECONDS).answer());
        assertThat(told.getJsonArray("devices"))
                .extracting(device -> ((JsonObject) device).getString("node"))
                .as("of all nodes, in their order")
                .isEqualTo(names);
    }

    private void answer(int thread, CyclicBarrier all) {
        try {
            all.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        for (int i = asked.size() - 1 - thread; i >= 0; i -= THREADS)
            asked.get(i).complete(Answers.done(sessionsAt(i)));
    }

    private JsonObject sessionsAt(int node) {
        JsonObject session = new JsonObject()
                .put("gateway", names.get(node) + ".0")
                .put("deviceId", "device-" + node)
                .put("helloAt", 1L)
                .put("isWelcome", true)
                .put("passed", 0L)
                .put("passedAt", 0L)
                .put("isSentLive", true)
                .put("owesSync", false)
                .put("bytesWaiting", 0L);
        return new JsonObject().put("sessions", new JsonArray().add(session));
    }

    private Nodes nodes() {
        Topology topology = new Topology(
                names.getFirst(),
                names.stream()
                        .map(name -> new Topology.Node(name, EnumSet.of(NodeRole.GATEWAY)))
                        .toList());
        return new Nodes(topology, new Asked(), command -> asked().map(Commanded.class::cast), node -> true);
    }

    private Future<Object> asked() {
        Promise<Object> promise = Promise.promise();
        asked.add(promise);
        return promise.future();
    }

    /** All are asked in the order of their names, and answer when the test says so. */
    private final class Asked implements Bus {
        @Override
        public Future<Object> request(String address, Object message, long timeoutMillis) {
            assertThat(message).isInstanceOf(Command.class);
            return asked();
        }

        @Override
        public void send(String address, Object message) {
            throw new AssertionError(address);
        }

        @Override
        public Future<Listening> listen(String address, Consumer<Received> listener) {
            throw new AssertionError(address);
        }
    }
}
