package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, and now and then a third, over one store: whoever is at which, it is one Parley. */
@Tag("slow")
@Timeout(120)
class TwoNodesTest {
    @TempDir
    private static Path folder;

    private static ClusterOfNodes cluster;
    private static TestNode one;
    private static TestNode other;

    @BeforeAll
    static void start() {
        cluster = new ClusterOfNodes(folder, "n1", "n2");
        one = cluster.get("n1");
        other = cluster.get("n2");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void messagesReachTheOtherNodeInOrder() {
        List<String> conversations = IntStream.range(0, 20)
                .mapToObj(i -> group("ann" + i, "bob" + i))
                .toList();
        Map<String, List<Long>> heard = new HashMap<>();
        try (Device bob = Device.welcome(other.port(), token("bob"), "phone")) {
            String all = group("ann", "bob");
            try (Device ann = Device.welcome(one.port(), token("ann"), "phone")) {
                for (int i = 0; i < 200; i++) ann.says(Device.send("m" + i, all, "message " + i));
                for (int i = 0; i < 200; i++)
                    heard.computeIfAbsent(all, any -> new ArrayList<>())
                            .add(nextMessage(bob).getLong("sequence"));
            }
            assertThat(heard.get(all))
                    .containsExactlyElementsOf(IntStream.rangeClosed(3, 202)
                            .mapToObj(Long::valueOf)
                            .toList());
            assertThat(entries(one, "ann", all))
                    .isEqualTo(entries(other, "bob", all))
                    .hasSize(50);
        }
        for (int i = 0; i < conversations.size(); i++) { // of shards of both nodes
            try (Device ann = Device.welcome(one.port(), token("ann" + i), "phone");
                    Device bob = Device.welcome(other.port(), token("bob" + i), "phone")) {
                String conversation = conversations.get(i);
                assertThat(ann.asks(Device.send("a", conversation, "to you")).getLong("sequence"))
                        .isEqualTo(3);
                assertThat(nextMessage(bob).getString("body")).isEqualTo("to you");
                bob.says(Device.send("b", conversation, "and back"));
                assertThat(nextMessage(ann).getString("body")).isEqualTo("and back");
            }
        }
    }

    @Test
    void typingReceiptsAndPresenceReachTheOtherNode() {
        String group = group("carl", "dora");
        try (Device carl = Device.welcome(one.port(), token("carl"), "phone")) {
            carl.says(Device.frame("watch").put("userIds", new JsonArray().add("dora")));
            assertThat(carl.next("presence_event").getString("status")).isNotEqualTo("online");
            try (Device dora = Device.welcome(other.port(), token("dora"), "phone")) {
                dora.says(Device.send("m", group, "no stranger"));
                JsonObject came = carl.next("presence_event");
                while (!came.getString("status").equals("online")) came = carl.next("presence_event");
                dora.says(Device.frame("open").put("conversationId", group));
                dora.next("synced");
                carl.says(Device.frame("typing").put("conversationId", group).put("active", true));
                assertThat(dora.next("typing_event").getString("userId")).isEqualTo("carl");
                carl.says(Device.send("m", group, "hello"));
                assertThat(nextMessage(dora).getString("body")).isEqualTo("hello");
                dora.says(Device.frame("receipt")
                        .put("conversationId", group)
                        .put("receiptType", "read")
                        .put("sequence", 4));
                assertThat(carl.next("receipt_event").getString("userId")).isEqualTo("dora");
            }
            assertThat(carl.next("presence_event").getString("status")).isEqualTo("offline");
        }
    }

    @Test
    void aDeviceThatComesToTheOtherNodeReplacesItselfAtTheFirst() {
        try (Device first = Device.welcome(one.port(), token("emil"), "phone");
                Device second = Device.welcome(other.port(), token("emil"), "phone")) {
            assertThat(first.closeCode()).isEqualTo(4409);
            assertThat(second.asks(Device.frame("heartbeat")).getString("type")).isEqualTo("heartbeat");
        }
    }

    @Test
    void aThirdNodeComesAndGoesWhilePeopleTalk() throws Exception {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        AtomicBoolean isOver = new AtomicBoolean();
        String group = group("finn", "gus");
        try (Device gus = Device.welcome(other.port(), token("gus"), "phone")) {
            Future<Integer> talk = threads.submit(() -> {
                int sent = 0;
                try (Device finn = Device.welcome(one.port(), token("finn"), "phone")) {
                    while (!isOver.get()) {
                        JsonObject answer;
                        do answer = finn.asks(Device.send("m" + sent, group, "message " + sent));
                        while (answer.getString("type").equals("error"));
                        sent++;
                        LockSupport.parkNanos(20_000_000);
                    }
                }
                return sent;
            });
            TestNode third = cluster.start("n3");
            try (Device ivy = Device.welcome(third.port(), token("ivy"), "phone")) {
                String with = group("finn", "ivy");
                says("finn", with);
                assertThat(nextMessage(ivy).getString("body")).isEqualTo("hello");
                Future<Integer> closed = threads.submit(() -> {
                    ivy.next("goaway");
                    return ivy.closeCode();
                });
                cluster.end("n3");
                assertThat(closed.get(30, SECONDS)).isEqualTo(1012);
            }
            isOver.set(true);
            int sent = talk.get(30, SECONDS);
            for (int i = 0; i < sent; i++) {
                JsonObject event = nextMessage(gus);
                assertThat(event.getLong("sequence")).isEqualTo(3 + i);
                assertThat(event.getString("body")).isEqualTo("message " + i);
            }
        }
    }

    private static void says(String user, String conversation) {
        assertThat(one.caller(user)
                        .post("/v1/conversations/" + conversation + "/messages", "{\"body\":\"hello\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        assertThatThrownBy(() -> cluster.start("n1", "cluster.members=" + member()))
                .hasRootCauseMessage(
                        "there is a node 'n1' in the cluster already, at " + member() + "; choose another node.name.");
    }

    private static JsonObject nextMessage(Device device) {
        return device.next(frame -> "message".equals(frame.getString("kind")));
    }

    private static String member() {
        return cluster.members().getFirst();
    }

    private static String token(String user) {
        return String.valueOf(one.caller(user).token());
    }

    private static String group(String owner, String member) {
        return one.caller(owner).group(member);
    }

    private static List<?> entries(TestNode node, String user, String conversation) {
        return node
                .caller(user)
                .get("/v1/conversations/" + conversation + "/messages?after=2&limit=50")
                .json()
                .getJsonArray("entries")
                .stream()
                .map(each -> ((JsonObject) each).getLong("sequence"))
                .toList();
    }
}
