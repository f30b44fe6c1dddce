package chat.parley.node;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the operators' port says of a node that is not well. */
@Timeout(60)
class HealthTest {
    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics();
    private final Health health = new Health();
    private final DefaultEventExecutorGroup threads = new DefaultEventExecutorGroup(2);
    private Loops loops = new Loops(threads);
    private final AtomicReference<Supplier<Future<?>>> store = new AtomicReference<>(Future::succeededFuture);
    private final AtomicReference<String> cluster = new AtomicReference<>();
    private final AtomicInteger questions = new AtomicInteger();
    private OpsVerticle ops;

    @BeforeEach
    void start() throws Exception {
        health.requireLoops(loops);
        health.require("cluster", cluster::get);
        health.requireStore(() -> {
            questions.incrementAndGet();
            return store.get().get();
        });
        ops = new OpsVerticle(new NodeConfig.Ops("127.0.0.1", 0, null), health, metrics, router -> {});
        vertx.deployVerticle(ops).await(20, SECONDS);
        health.setReady(true);
    }

    @AfterEach
    void end() throws Exception {
        vertx.close().await(20, SECONDS);
        loops.close();
        threads.shutdownGracefully(0, 1, SECONDS).await(10, SECONDS);
        metrics.close();
    }

    @Test
    void aNodeThatIsWellSaysSo() {
        assertThat(ask("/health/live").status()).isEqualTo(200);
        assertThat(body("/health/live").getString("status")).isEqualTo("live");
        assertThat(ask("/health/ready").status()).isEqualTo(200);
        assertThat(body("/health/ready").getString("status")).isEqualTo("ready");
        assertThat(wrong("/health/ready")).isEmpty();
    }

    @Test
    void oneThatDrainsIsNotReadyAndLives() {
        health.drain();
        assertThat(ask("/health/ready").status()).isEqualTo(503);
        assertThat(body("/health/ready").getString("status")).isEqualTo("not ready");
        assertThat(wrong("/health/ready")).isEqualTo(Map.of("node", "it drains"));
        assertThat(ask("/health/live").status()).isEqualTo(200);
    }

    @Test
    void whatIsWrongIsSaidByName() {
        cluster.set("this node is no member that serves");
        store.set(() -> Future.failedFuture("10.0.0.7:9042 says: bad password hunter2"));
        assertThat(ask("/health/ready").status()).isEqualTo(503);
        assertThat(wrong("/health/ready"))
                .as("and nothing of where the store is")
                .isEqualTo(Map.of(
                        "cluster", "this node is no member that serves", "store", "it cannot be read or written now"));
        cluster.set(null);
        store.set(Future::succeededFuture);
        assertThat(ask("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void manyWhoAskWhileTheStoreHangsAreAnsweredInTimeAndAskItOnce() throws Exception {
        Promise<String> hangs = Promise.promise();
        store.set(hangs::future);
        long began = System.nanoTime();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RawClient client = RawClient.connect(ops.port());
            client.raw(request("/health/ready"));
            clients.add(client);
        }
        for (RawClient client : clients) {
            assertThat(client.response().status()).isEqualTo(503);
            client.close();
        }
        assertThat(System.nanoTime() - began).isLessThan(SECONDS.toNanos(15));
        assertThat(wrong("/health/ready").get("store")).matches("it has not answered for \\d+ ms");
        assertThat(questions).as("asked of the store").hasValue(1);

        hangs.complete("the head");
        store.set(Future::succeededFuture);
        assertThat(ask("/health/ready").status()).isEqualTo(200);
        assertThat(questions).hasValue(2);
    }

    @Test
    void aLoopThatIsBlockedIsNotAlive() throws Exception {
        loops.close();
        loops = new Loops(threads, 300);
        health.requireLoops(loops);
        CountDownLatch goOn = new CountDownLatch(1);
        threads.next().execute(() -> {
            try {
                goOn.await(30, SECONDS);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        ClusterOfNodes.await(() -> ask("/health/live").status() == 503);
        assertThat(body("/health/live").getString("status")).isEqualTo("not live");
        assertThat(wrong("/health/live").get("loops")).matches("loop [01] has not turned for \\d+ ms");
        assertThat(wrong("/health/ready")).containsOnlyKeys("loops");
        assertThat(loops.longestNanos()).isGreaterThan(MILLISECONDS.toNanos(300));
        goOn.countDown();
        ClusterOfNodes.await(() -> ask("/health/live").status() == 200);
        assertThat(loops.longestNanos()).as("it is remembered for 10 s").isGreaterThan(MILLISECONDS.toNanos(300));
    }

    private Map<String, String> wrong(String path) {
        Map<String, String> wrong = new TreeMap<>();
        for (Object each : body(path).getJsonArray("checks")) {
            JsonObject check = (JsonObject) each;
            if (!check.getBoolean("ok")) wrong.put(check.getString("name"), check.getString("why"));
            else assertThat(check.containsKey("why")).isFalse();
        }
        return wrong;
    }

    private JsonObject body(String path) {
        return new JsonObject(ask(path).body());
    }

    private RawClient.Response ask(String path) {
        try (RawClient client = RawClient.connect(ops.port())) {
            client.raw(request(path));
            return client.response();
        }
    }

    private static byte[] request(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
