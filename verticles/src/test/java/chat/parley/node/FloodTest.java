package chat.parley.node;

import static chat.parley.node.Device.frame;
import static chat.parley.node.Device.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Who does not stop costs nobody else anything but time, and is shown out; on a node with one loop for all, where it would hurt most. */
@Isolated
@Tag("slow")
class FloodTest {
    /** In one text. */
    private static final int FRAMES = 400;

    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"), "instances.gateway=1");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void floodsOfAllKindsEndTheirSocketsAndOthersGoOnMeanwhile() throws Exception {
        Caller alice = node.caller("alice");
        String group = group(alice, "bob");
        try (Device sender = Device.welcome(node.port(), alice.token(), "phone");
                Device hears = Device.welcome(node.port(), node.caller("bob").token(), "phone")) {
            double[] before = roundTrips(sender, hears, group, "before", new CompletableFuture<>());
            List<CompletableFuture<Integer>> floods = new ArrayList<>();
            for (String kind : List.of("heartbeat", "sync", "typing", "send_message", "unknown"))
                floods.add(CompletableFuture.supplyAsync(
                        () -> flood(kind), task -> Thread.ofPlatform().daemon().start(task)));
            CompletableFuture<Void> all = CompletableFuture.allOf(floods.toArray(CompletableFuture[]::new));
            double[] during = roundTrips(sender, hears, group, "during", all);
            for (CompletableFuture<Integer> flood : floods)
                assertThat(flood.get(30, TimeUnit.SECONDS)).isEqualTo(4429);
            System.out.printf(
                    "flood: others' round trip p50 %.1f ms, most %.1f ms; before: %.1f and %.1f ms%n",
                    middle(during), most(during), middle(before), most(before));
        }
    }

    @Test
    void overHttpAUserWhoAsksTooMuchIsToldWhenToComeBackAndOthersAreServed() {
        try (TestNode strict =
                TestNode.start(folder.resolve("strict"), "gateway.userSendsPerSecond=1", "gateway.userSendsBurst=50")) {
            Caller asks = strict.caller("asks");
            Caller.Answer answer = asks.get("/v1/presence?userIds=x");
            assertThat(answer.status()).isEqualTo(200);
            int served = 1;
            for (; answer.status() == 200; answer = asks.get("/v1/presence?userIds=x")) served++;
            assertThat(answer.brief()).isEqualTo("429 rate_limited");
            assertThat(answer.headers()).containsKey("retry-after");
            assertThat(served)
                    .as("each costs 25 of 50, and there may be one more")
                    .isLessThan(10);
            assertThat(strict.caller("other").get("/v1/presence?userIds=x").status())
                    .isEqualTo(200);
        }
    }

    /** At least a hundred, and as long as the flood goes on: how many milliseconds each took. */
    private static double[] roundTrips(
            Device sender, Device hears, String group, String name, CompletableFuture<Void> until) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < 100 || "during".equals(name) && !until.isDone(); i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // within the allowance
            long begun = System.nanoTime();
            sender.says(send(name + i, group, "x"));
            assertThat(sender.next(Device.answerTo(send(name + i, group, "x"), ""))
                            .getString("type"))
                    .isEqualTo("message_ack");
            hears.next("message_event");
            millis.add((System.nanoTime() - begun) / 1e6);
        }
        return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    /** Sends hundreds of frames after each other and reads what comes: how that ends. */
    private static int flood(String kind) {
        Caller user = node.caller("floods-" + kind);
        String many = manyOf(kind, group(user));
        AtomicBoolean isOver = new AtomicBoolean();
        try (RawClient socket = RawClient.open(node.port())) {
            socket.text(Device.hello(user.token(), "phone").encode());
            Thread.ofPlatform().daemon().start(() -> {
                while (!isOver.get()) socket.text(many);
            });
            return socket.closeCode();
        } finally {
            isOver.set(true);
        }
    }

    private static String manyOf(String kind, String group) {
        JsonArray many = new JsonArray();
        for (int i = 0; i < FRAMES; i++)
            many.add(
                    switch (kind) {
                        case "sync" -> frame(kind).put("cursors", new JsonObject().put(group, 2));
                        case "typing" ->
                            frame(kind).put("conversationId", group).put("active", true);
                        case "send_message" -> send("m" + i, group, "x");
                        default -> frame(kind);
                    });
        return many.encode();
    }

    private static String group(Caller creator, String... others) {
        JsonObject group = new JsonObject().put("type", "group").put("memberIds", new JsonArray(List.of(others)));
        return creator.post("/v1/conversations", group.encode()).json().getString("conversationId");
    }

    private static double middle(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    private static double most(double[] sorted) {
        return sorted[sorted.length - 1];
    }
}
