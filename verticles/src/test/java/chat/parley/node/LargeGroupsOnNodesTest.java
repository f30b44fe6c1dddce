package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on which groups of three are large and those of five channels: members are at whichever node, and nobody is named. */
@Tag("slow")
@Timeout(120)
class LargeGroupsOnNodesTest {
    private static final String[] WAYS = {"fanout.inlineMembersMax=2", "fanout.workerMembersMax=4"};

    @TempDir
    private static Path folder;

    private static ClusterOfNodes cluster;
    private static TestNode one;
    private static TestNode other;

    @BeforeAll
    static void start() {
        cluster = new ClusterOfNodes(folder);
        one = cluster.start("n1", WAYS);
        other = cluster.start("n2", WAYS);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void groupsThatGrowAndShrinkWhilePeopleTalkLoseAndRepeatNothing() throws Exception {
        String group = one.caller("ann").group("bob");
        AtomicBoolean isOver = new AtomicBoolean();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (Device bob = Device.welcome(other.port(), token("bob"), "phone")) {
            bob.asks(Device.frame("open").put("conversationId", group).put("cursor", 2));
            Future<Long> talk = threads.submit(() -> {
                long last = 0;
                try (Device ann = Device.welcome(one.port(), token("ann"), "phone")) {
                    for (int sent = 0; !isOver.get(); sent++) {
                        JsonObject answer = ann.asks(Device.send("m" + sent, group, "message " + sent));
                        last = answer.getLong("sequence");
                    }
                }
                return last;
            });
            for (int round = 0; round < 3; round++) {
                members(group, "carl", "dora", "emil");
                for (String user : List.of("carl", "dora", "emil")) leaves(group, user);
            }
            isOver.set(true);
            long last = talk.get(30, SECONDS);

            List<Long> heard = new ArrayList<>();
            while (heard.isEmpty() || heard.getLast() < last)
                heard.add(bob.next("message_event").getLong("sequence"));
            for (int i = 0; i < heard.size(); i++) assertThat(heard.get(i)).isEqualTo(3L + i);
        }
    }

    @Test
    void aNodeThatComesLaterHasItsMembersToo() {
        String group = one.caller("finn").group("gus");
        members(group, "hal");
        TestNode third = cluster.start("n3", WAYS);
        try (Device hal = Device.welcome(third.port(), token("hal"), "phone");
                Device gus = Device.welcome(other.port(), token("gus"), "phone")) {
            says("finn", group, "hello");
            assertThat(said(hal)).isEqualTo("hello");
            assertThat(said(gus)).isEqualTo("hello");
        } finally {
            cluster.end("n3");
        }
        try (Device hal = Device.welcome(other.port(), token("hal"), "phone")) {
            says("finn", group, "whichever node was its worker");
            assertThat(said(hal)).isEqualTo("whichever node was its worker");
        }
    }

    @Test
    void aChannelOnTwoNodesIsHeardByWhoHasItOpen() {
        String channel = one.caller("ivy").group("jan");
        members(channel, "kim", "lea", "max");
        try (Device jan = Device.welcome(other.port(), token("jan"), "phone");
                Device kim = Device.welcome(other.port(), token("kim"), "phone")) {
            assertThat(jan.asks(Device.frame("open")
                                    .put("conversationId", channel)
                                    .put("cursor", 3))
                            .getString("type"))
                    .isEqualTo("synced");
            says("ivy", channel, "news");
            assertThat(said(jan)).isEqualTo("news");
            assertThat(kim.next("heads").getJsonObject("heads").getLong(channel))
                    .isEqualTo(4);
            kim.says(Device.frame("open").put("conversationId", channel).put("cursor", 3));
            assertThat(said(kim)).isEqualTo("news");
        }
    }

    private static void members(String group, String... users) {
        JsonObject added = new JsonObject().put("userIds", new JsonArray(List.of((Object[]) users)));
        assertThat(creator(group)
                        .post("/v1/conversations/" + group + "/members", added.encode())
                        .status())
                .isLessThan(300);
    }

    /** Of any group here: the first who may. */
    private static Caller creator(String group) {
        for (String user : List.of("ann", "finn", "ivy"))
            if (one.caller(user).get("/v1/conversations/" + group).status() == 200) return one.caller(user);
        throw new AssertionError("nobody made " + group);
    }

    private static void leaves(String group, String user) {
        assertThat(one.caller(user)
                        .delete("/v1/conversations/" + group + "/members/" + user)
                        .status())
                .isLessThan(300);
    }

    private static void says(String user, String conversation, String body) {
        String message = new JsonObject().put("body", body).encode();
        assertThat(one.caller(user)
                        .post("/v1/conversations/" + conversation + "/messages", message)
                        .status())
                .isEqualTo(201);
    }

    private static String said(Device device) {
        return device.next(frame -> "message".equals(frame.getString("kind"))).getString("body");
    }

    private static String token(String user) {
        return String.valueOf(one.caller(user).token());
    }
}
