package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import chat.parley.node.admin.Operator;
import chat.parley.simulator.Mutation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** A node of this build beside one of a build whose messages are others. */
@Isolated
@Tag("real")
@Timeout(120)
class NeighbouringVersionsTest {
    private static final String CODEC = "chat.parley.bus.RecordCodec";
    private static final String CODEC_SOURCE = "chat/parley/bus/RecordCodec.java";
    private static final String MEMBERSHIP_SOURCE = "chat/parley/node/cluster/Membership.java";
    private static final int CONVERSATIONS = 20;

    @TempDir
    private Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger("chat.parley");
    private final Level levelBefore = logger.getLevel();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        ((Logger) LoggerFactory.getLogger("ROOT")).addAppender(appender);
        logger.setLevel(Level.WARN);
    }

    @AfterEach
    void leave() {
        ((Logger) LoggerFactory.getLogger("ROOT")).detachAppender(appender);
        logger.setLevel(levelBefore);
    }

    @Test
    void nodesOfNeighbouringMinorVersionsAreOneParley() throws Exception {
        OtherBuild next = new OtherBuild(
                folder.resolve("next"),
                new Mutation(
                        CODEC_SOURCE,
                        "private static final int SIZE_GUESS = 256;",
                        "private static final int SIZE_GUESS = 256;"
                                + " static final java.util.Set<String>"
                                + " WRITTEN = java.util.concurrent.ConcurrentHashMap.newKeySet(),"
                                + " DEFAULTED = java.util.concurrent.ConcurrentHashMap.newKeySet();"),
                new Mutation(
                        CODEC_SOURCE,
                        "writer.accept(message, out);",
                        "writer.accept(message, out); out.putString(\"added\"); WRITTEN.add(name());"),
                new Mutation(
                        CODEC_SOURCE,
                        "return reader.apply(in);",
                        "T read = reader.apply(in); if (!in.hasMore()) DEFAULTED.add(name());"
                                + " else if (!in.getString().equals(\"added\")) throw new IllegalArgumentException();"
                                + " return read;"));
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1")) {
            TestNode now = cluster.get("n1");
            TestNode later = cluster.start(next, "n2");
            for (int i = 0; i < CONVERSATIONS; i++) talk(now, later, "ann" + i, "bob" + i);
            meet(now, later, "carl", "dora");
            meet(later, now, "emil", "fay");
        }
        for (String each : List.of("WRITTEN", "DEFAULTED"))
            assertThat(next.names(CODEC, each))
                    .as(each)
                    .contains("Submit", "Submitted", "Bundle", "Unbundled", "Deliver", "Route", "Canary");
        assertThat(logged).isEmpty();
    }

    @Test
    void aNodeThatKnowsNoCommandsIsToldNoneAndShownAsWithoutAnAnswer() throws Exception {
        OtherBuild former = new OtherBuild(
                folder.resolve("former"),
                new Mutation(MEMBERSHIP_SOURCE, ".setAttribute(COMMANDS, \"1\")", ""),
                new Mutation(
                        "chat/parley/node/cluster/NodeVerticle.java",
                        "commands.apply(command).onComplete(received::answer, broken -> {",
                        "io.vertx.core.Future.<chat.parley.bus.Commanded>failedFuture(\"\")"
                                + ".onComplete(received::answer, broken -> { LOG.warn(\"dropped\");"));
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1")) {
            TestNode now = cluster.get("n1");
            cluster.start(former, "n2");
            Operator operator = new Operator(
                    now.opsPort(),
                    Files.readString(folder.resolve("ops-credential")).strip());
            assertThat(new JsonObject(operator.get("/admin/status").body())
                            .getJsonArray("nodes").stream()
                                    .map(JsonObject.class::cast)
                                    .map(each -> each.getString("name") + " " + each.getBoolean("answers")))
                    .containsExactly("n1 true", "n2 false");
            assertThat(operator.post("/admin/drain", "{\"node\":\"n2\"}").status())
                    .isEqualTo(409);
            talk(now, cluster.get("n2"), "ann", "bob");
        }
        assertThat(logged).noneMatch(line -> line.contains("dropped"));
    }

    private static void talk(TestNode here, TestNode there, String user, String friend) {
        String group = here.caller(user).group(friend);
        try (Device one = Device.welcome(here.port(), token(here, user), "phone");
                Device other = Device.welcome(there.port(), token(here, friend), "phone")) {
            assertThat(one.asks(Device.send("a", group, "hello")).getLong("sequence"))
                    .isEqualTo(3);
            assertThat(nextMessage(other).getString("body")).isEqualTo("hello");
            assertThat(other.asks(Device.send("b", group, "and back")).getLong("sequence"))
                    .isEqualTo(4);
            assertThat(nextMessage(one).getString("body")).isEqualTo("and back");
        }
    }

    /** One sees the other come, type and read. */
    private static void meet(TestNode here, TestNode there, String user, String friend) {
        String group = here.caller(user).group(friend);
        try (Device one = Device.welcome(here.port(), token(here, user), "phone")) {
            one.says(Device.frame("watch").put("userIds", new JsonArray().add(friend)));
            one.next("presence_event");
            try (Device other = Device.welcome(there.port(), token(here, friend), "phone")) {
                other.says(Device.send("a", group, "no stranger"));
                one.next(frame -> "online".equals(frame.getString("status")));
                one.says(Device.frame("open").put("conversationId", group));
                one.next("synced");
                other.says(Device.frame("typing").put("conversationId", group).put("active", true));
                assertThat(one.next("typing_event").getString("userId")).isEqualTo(friend);
                assertThat(one.asks(Device.send("b", group, "hello")).getLong("sequence"))
                        .isEqualTo(4);
                assertThat(nextMessage(other).getString("body")).isEqualTo("hello");
                other.says(Device.frame("receipt")
                        .put("conversationId", group)
                        .put("receiptType", "read")
                        .put("sequence", 4));
                assertThat(one.next("receipt_event").getString("userId")).isEqualTo(friend);
            }
        }
    }

    @Test
    void aNodeDoesNotJoinNodesThatSpeakAnotherVersion() throws Exception {
        OtherBuild major = new OtherBuild(folder.resolve("major"), speaksVersion3());
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1")) {
            assertThatThrownBy(() -> cluster.start(major, "n2"))
                    .hasRootCauseMessage("node 'n1' of the cluster speaks version 2 of the bus and this one speaks 3;"
                            + " stop all nodes of the other version before the first of this one starts.");
            assertThat(cluster.get("n1").caller("ann").get("/v1/conversations").status())
                    .isEqualTo(200);
        }
    }

    /** As after an attack, or a mistake of ours: there is a node whose messages cannot be read. */
    @Test
    void whatCannotBeReadIsAnsweredAtOnceAndSaidInOneLine() throws Exception {
        OtherBuild major = new OtherBuild(
                folder.resolve("major"),
                new Mutation(CODEC_SOURCE, "putByte(BusCodecs.VERSION)", "putByte(3)"),
                new Mutation(CODEC_SOURCE, "found != BusCodecs.VERSION", "found != 3"));
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1")) {
            TestNode one = cluster.get("n1");
            List<String> groups = IntStream.range(0, CONVERSATIONS)
                    .mapToObj(i -> one.caller("ann").group("bob"))
                    .toList();
            cluster.start(major, "n2");
            Map<String, Long> answers = new TreeMap<>(); // and the shortest time of each
            try (Device ann = Device.welcome(one.port(), token(one, "ann"), "phone")) {
                for (String group : groups) {
                    long begun = System.nanoTime();
                    JsonObject answer = ann.asks(Device.send("a", group, "hello"));
                    String what = answer.getString("code", answer.getString("type"));
                    answers.merge(what, (System.nanoTime() - begun) / 1_000_000, Math::min);
                }
            }
            assertThat(answers)
                    .as("of shards of this node, and of the other")
                    .containsKeys("message_ack", "outcome_unknown");
            assertThat(answers.get("outcome_unknown"))
                    .as("milliseconds; without an answer it takes 2,000")
                    .isLessThan(1_500);
        }
        assertThat(logged.stream().filter(line -> line.startsWith("WARN refused")))
                .as("one of each node")
                .hasSizeBetween(1, 2)
                .allMatch(line -> line.contains(" of version "));
    }

    private static Mutation speaksVersion3() {
        return new Mutation(MEMBERSHIP_SOURCE, "String.valueOf(BusCodecs.VERSION)", "\"3\"");
    }

    private static JsonObject nextMessage(Device device) {
        return device.next(frame -> "message".equals(frame.getString("kind")));
    }

    private static String token(TestNode node, String user) {
        return String.valueOf(node.caller(user).token());
    }
}
