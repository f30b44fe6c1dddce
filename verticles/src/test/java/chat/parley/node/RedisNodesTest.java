package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.redis.RedisProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Two nodes with one gateway each, and a Redis that comes and goes. */
@Isolated
@Tag("real")
@Timeout(240)
class RedisNodesTest {
    /** So slow an allowance that no test sees it refill: what a user has is the burst. */
    private static final int BURST = 1_500;

    @TempDir
    private static Path folder;

    private static RedisProcess redis;
    private static ClusterOfNodes cluster;
    private static TestNode one;
    private static TestNode other;

    @BeforeAll
    static void start() throws Exception {
        redis = RedisProcess.startAlone(folder);
        cluster = new ClusterOfNodes(folder);
        one = node("n1");
        other = node("n2");
    }

    private static TestNode node(String name) {
        return cluster.start(
                name,
                "redis.endpoints=" + redis.endpoint(),
                "instances.gateway=1",
                "gateway.sendsBurst=1000000",
                "gateway.userSendsPerSecond=1",
                "gateway.userSendsBurst=" + BURST);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) cluster.close();
        if (redis != null) redis.close();
    }

    @Test
    void anAllowanceIsSpentAtAllNodesTogetherAndAtEachAloneWithoutRedis() throws Exception {
        awaitTold("both");
        try (Device here = device(one, "both");
                Device there = device(other, "both")) {
            int spent = spend(here, BURST - 200);
            assertThat(spent).isEqualTo(BURST - 200);
            assertThat(spend(there, BURST))
                    .as("of what is left, and what was on its way")
                    .isLessThan(BURST - 100);
        }
        redis.stop();
        try (Device here = device(one, "each");
                Device there = device(other, "each")) {
            assertThat(spend(here, BURST - 200)).isEqualTo(BURST - 200);
            assertThat(spend(there, BURST - 200)).isEqualTo(BURST - 200);
        } finally {
            redis.goOn();
        }
    }

    @Test
    void whileRedisIsGoneMessagesGoOnAndPresenceIsTrueAndThenItIsToldEverythingAgain() throws Exception {
        String group = one.caller("ann").group("bob");
        try (Device ann = device(one, "ann")) {
            ann.says(Device.frame("watch").put("userIds", new JsonArray().add("bob")));
            try (Device bob = device(other, "bob")) {
                bob.says(Device.send("first", group, "no stranger"));
                ann.next(frame -> "online".equals(frame.getString("status")));
                ClusterOfNodes.await(() -> isTold("ann") && isTold("bob"));
                redis.stop(); // connections stay open, and nothing answers
                talk(ann, bob, group, "hangs");
                redis.goOn();
                redis.kill();
                talk(ann, bob, group, "gone");
            }
            ann.next(frame -> "offline".equals(frame.getString("status")));
            try (Device bob = device(other, "bob")) {
                ann.next(frame -> "online".equals(frame.getString("status")));
                redis.startAgain();
                ClusterOfNodes.await(() -> isTold("ann") && isTold("bob"));
                talk(ann, bob, group, "back");
            }
        } finally {
            redis.close();
            redis.startAgain();
        }
    }

    /** Each is acknowledged and heard, and most sooner than Redis would have been waited for (500 ms). */
    private static void talk(Device from, Device to, String group, String name) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            long begun = System.nanoTime();
            JsonObject answer = from.asks(Device.send(name + i, group, name + i));
            assertThat(answer.getString("type")).isEqualTo("message_ack");
            String body = name + i;
            to.next(frame -> body.equals(frame.getString("body")));
            times.add(System.nanoTime() - begun);
        }
        assertThat(times.stream().sorted().toList().get(25)).isLessThan(TimeUnit.MILLISECONDS.toNanos(400));
    }

    /** How much of that is taken, one after the other. */
    private static int spend(Device device, int most) {
        for (int taken = 0; taken < most; taken++)
            if (device.asks(Device.frame("heartbeat")).getString("type").equals("error")) return taken;
        return most;
    }

    private static void awaitTold(String user) {
        try (Device device = device(one, user)) {
            ClusterOfNodes.await(() -> isTold(user));
        }
    }

    private static boolean isTold(String user) {
        try {
            return redis.cli("exists", "parley:presence:" + user).contains("1");
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }

    private static Device device(TestNode node, String user) {
        return Device.welcome(node.port(), String.valueOf(one.caller(user).token()), "device-" + node.port());
    }
}
