package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import chat.parley.node.admin.Operator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What operators ask of one node, and through one of all. */
@Tag("slow")
@Timeout(120)
class AdminOfNodesTest {
    @TempDir
    private Path folder;

    @Test
    void aNodeAloneSaysHowItIsAndIsNotDrainedUnlessItIsMeant() {
        try (TestNode node = TestNode.start(folder.resolve("data"), "instances.gateway=2", "instances.sequencer=2");
                Device device = Device.welcome(node.port(), node.caller("ann").token(), "phone")) {
            Operator operator = operator(node, folder.resolve("data"));
            JsonObject status = status(operator, "n1");
            assertThat(status.getBoolean("answers")).isTrue();
            assertThat(status.getBoolean("ready")).isTrue();
            assertThat(status.getBoolean("draining")).isFalse();
            assertThat(status.getJsonObject("instances").getMap())
                    .containsEntry("gateway", 2)
                    .containsEntry("sequencer", 2)
                    .containsEntry("fanout", 1)
                    .containsEntry("presence", 1)
                    .containsEntry("consumers", 0);
            assertThat(shards(status)).isEqualTo(allShards());
            assertThat(status.getLong("heapUsed")).isBetween(1L, status.getLong("heapMax"));

            var refused = operator.post("/admin/drain", "{\"node\":\"n1\"}");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(new JsonObject(refused.body()).getString("detail"))
                    .startsWith("n1 is the last node that is ")
                    .contains("force");
            assertThat(operator.post("/admin/drain", "{\"node\":\"n1\",\"force\":true}")
                            .status())
                    .isEqualTo(202);
            device.next("goaway");
            assertThat(device.closeCode()).isEqualTo(1012);
        }
    }

    @Test
    void whatCannotBeScaledIsRefusedAndChangesNothing() {
        try (TestNode node = TestNode.start(folder.resolve("data"), "instances.gateway=1")) {
            Operator operator = operator(node, folder.resolve("data"));
            Map<String, String> refused = Map.of(
                    "\"gateway\",\"instances\":0", "400 instances are 1 to 64",
                    "\"gateway\",\"instances\":-1", "400 instances are 1 to 64",
                    "\"sequencer\",\"instances\":65", "400 instances are 1 to 64",
                    "\"consumers\",\"instances\":1", "400 there is no verticle of that name",
                    "\"presence\",\"instances\":2", "409 a node has one presence verticle");
            refused.forEach((asked, answer) -> {
                var said = operator.post("/admin/scale", "{\"node\":\"n1\",\"verticle\":" + asked + "}");
                assertThat(said.status() + " " + new JsonObject(said.body()).getString("detail"))
                        .startsWith(answer);
            });
            assertThat(status(operator, "n1").getJsonObject("instances").getMap())
                    .containsEntry("gateway", 1)
                    .containsEntry("sequencer", 1)
                    .containsEntry("presence", 1);
        }
    }

    @Test
    void oneChangeAtATimeAndWhoIsSentAwayComesBackToAnotherInstance() throws Exception {
        try (TestNode node = TestNode.start(folder.resolve("data"), "instances.gateway=2", "drain.windowMillis=1000")) {
            Operator operator = operator(node, folder.resolve("data"));
            String token = node.caller("ann").token();
            List<Device> devices = new ArrayList<>();
            for (int i = 0; i < 8; i++) devices.add(Device.welcome(node.port(), token, "d" + i));
            CompletableFuture<Integer> first =
                    CompletableFuture.supplyAsync(() -> scale(operator, 1), Thread::startVirtualThread);
            Set<Device> away = new HashSet<>();
            while (away.isEmpty()) for (Device device : devices) if (isSentAway(device)) away.add(device);
            assertThat(scale(operator, 3)).as("while the first is under way").isEqualTo(409);
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(200);
            assertThat(status(operator, "n1").getJsonObject("instances").getInteger("gateway"))
                    .isEqualTo(1);
            for (Device device : devices) if (!away.contains(device) && isSentAway(device)) away.add(device);
            for (Device device : away) assertThat(device.closeCode()).isEqualTo(1012);
            assertThat(away).as("of 8, whom two instances shared").hasSizeLessThan(devices.size());
            for (Device device : devices) device.close();
            try (Device again = Device.welcome(node.port(), token, "again")) {
                assertThat(again.asks(Device.frame("heartbeat")).getString("type"))
                        .isEqualTo("heartbeat");
            }
        }
    }

    @Test
    void theCredentialIsNeverLogged() throws Exception {
        List<String> logged = new CopyOnWriteArrayList<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                logged.add(event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger("ROOT");
        Level before = ((Logger) LoggerFactory.getLogger("chat.parley")).getLevel();
        appender.start();
        logger.addAppender(appender);
        ((Logger) LoggerFactory.getLogger("chat.parley")).setLevel(Level.TRACE);
        Path data = folder.resolve("data");
        String wrong = "Zq7" + "x".repeat(40);
        try (TestNode node = TestNode.start(data)) {
            for (String credential : List.of(
                    wrong, Files.readString(data.resolve("ops-credential")).strip())) {
                Operator operator = new Operator(node.opsPort(), credential);
                operator.get("/admin/status");
                operator.get("/admin/why?messageId=c.1&userId=ann");
                operator.get("/admin/nothing?x=" + wrong);
                operator.post("/admin/scale", "{\"node\":\"n1\",\"verticle\":\"fanout\",\"instances\":2}");
                operator.post("/admin/drain", "{\"" + wrong + "\":");
                assertThat(operator.get("/metrics").body()).doesNotContain(credential);
            }
        } finally {
            logger.detachAppender(appender);
            ((Logger) LoggerFactory.getLogger("chat.parley")).setLevel(before);
        }
        String right = Files.readString(data.resolve("ops-credential")).strip();
        assertThat(logged).anyMatch(line -> line.contains("wrong credential"));
        assertThat(logged).noneMatch(line -> line.contains(right) || line.contains(wrong));
    }

    private static boolean isSentAway(Device device) {
        return device.says(Device.frame("heartbeat"))
                .next(frame -> List.of("goaway", "heartbeat").contains(frame.getString("type")))
                .getString("type")
                .equals("goaway");
    }

    private static int scale(Operator operator, int gateways) {
        return operator.post(
                        "/admin/scale", "{\"node\":\"n1\",\"verticle\":\"gateway\",\"instances\":" + gateways + "}")
                .status();
    }

    @Test
    void whereAMessageWasIsShownWithWhatShowsItAndNeverItsBody() {
        try (TestNode node = TestNode.start(folder.resolve("data"), "instances.gateway=2")) {
            Operator operator = operator(node, folder.resolve("data"));
            Caller ann = node.caller("ann");
            String group = ann.group("bob");
            try (Device bob = Device.welcome(node.port(), node.caller("bob").token(), "phone")) {
                String message = ann.post("/v1/conversations/" + group + "/messages", "{\"body\":\"Zq7Secret\"}")
                        .json()
                        .getString("messageId");
                bob.next(frame -> message.equals(frame.getString("messageId")));
                bob.says(Device.frame("receipt")
                        .put("conversationId", group)
                        .put("receiptType", "read")
                        .put("sequence", 3));
                ClusterOfNodes.await(() ->
                        known(why(operator, message, "bob"), "acknowledged").equals("yes"));
                String said = operator.get("/admin/why?messageId=" + message + "&userId=bob")
                        .body();
                assertThat(said).doesNotContain("Zq7Secret");
                JsonObject why = new JsonObject(said);
                for (String stage : List.of("sequenced", "stored", "member", "routed", "acknowledged"))
                    assertThat(known(why, stage)).as(stage + " in " + said).isEqualTo("yes");
                assertThat(why.getJsonObject("routed").getString("way")).isEqualTo("inline");
                JsonObject phone = why.getJsonArray("devices").getJsonObject(0);
                assertThat(phone.getString("deviceId")).isEqualTo("phone");
                assertThat(phone.getBoolean("connected")).isTrue();
                assertThat(phone.getString("gateway")).startsWith("n1.");
                assertThat(known(phone, "written")).as(said).isEqualTo("yes");
                assertThat(known(why(operator, group + ".4", "bob"), "sequenced"))
                        .isEqualTo("not known");
                assertThat(known(why(operator, message, "eve"), "member")).isEqualTo("no");
            }
            ClusterOfNodes.await(() -> {
                JsonArray devices = why(operator, group + ".3", "bob").getJsonArray("devices");
                JsonObject phone = devices.isEmpty() ? null : devices.getJsonObject(0); // written down within a second
                return phone != null
                        && !phone.getBoolean("connected")
                        && known(phone, "written").equals("not known");
            });
        }
    }

    private static JsonObject why(Operator operator, String message, String user) {
        return new JsonObject(operator.get("/admin/why?messageId=" + message + "&userId=" + user)
                .body());
    }

    private static String known(JsonObject of, String stage) {
        return of.getJsonObject(stage).getString("known");
    }

    @Test
    void theCommandLineSaysWhatTheNodesSay() throws Exception {
        Path data = folder.resolve("data");
        int port;
        try (TestNode node = TestNode.start(data, "instances.gateway=1")) {
            port = node.opsPort();
            assertThat(command(port, data, "scale", "fanout", "2")).isEqualTo("0 n1: fanout from 1 to 2\n");
            assertThat(command(port, data, "status").lines().toList().get(1))
                    .startsWith("n1")
                    .contains("ready", "f2 g1 p1 s1", "128: 0-127");
            assertThat(command(port, data, "status", "--json"))
                    .startsWith("0 {")
                    .contains("\"askedNode\" : \"n1\"");
            assertThat(command(port, data, "scale", "presence", "2")).startsWith("1 parley: a node has one presence");
            assertThat(command(port, data, "scale", "fanout")).startsWith("2 parley: admin scale wants");
            assertThat(command(port, data, "drain", "n7")).isEqualTo("1 parley: no node of that name serves here.\n");
            assertThat(command(port, data, "why", "c.1", "ann"))
                    .startsWith("0 sequenced     not known there is no such conversation\n");
            Path wrong = Files.writeString(folder.resolve("wrong"), "x".repeat(40));
            assertThat(command(port, data, "status", "--credential-file", wrong.toString()))
                    .startsWith("1 parley: the node at http://127.0.0.1:" + port + " does not accept the credential");
            assertThat(command(node.port(), data, "status"))
                    .startsWith("1 parley: ")
                    .doesNotContain("Exception");
            assertThat(command(port, data, "drain", "n1", "--force")).isEqualTo("0 n1 drains, and ends within 30 s\n");
        }
        assertThat(command(port, data, "status"))
                .isEqualTo("1 parley: no node answers at http://127.0.0.1:" + port
                        + "; say --url with the address of its operators' port.\n");
    }

    /** The exit code, and what was printed. */
    private static String command(int opsPort, Path data, String... words) {
        List<String> all = new ArrayList<>(List.of("admin"));
        all.addAll(List.of(words));
        all.addAll(List.of("--url", "http://127.0.0.1:" + opsPort));
        if (!all.contains("--credential-file"))
            all.addAll(
                    List.of("--credential-file", data.resolve("ops-credential").toString()));
        var printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        int code = Main.run(all, Node::openStore, out, out);
        return code + " " + printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whoeverIsAskedSpeaksForAll() {
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1")) {
            cluster.start("n2", "node.roles=gateway,sequencer,fanout,presence");
            TestNode one = cluster.get("n1");
            Operator operator = operator(one, folder);
            ClusterOfNodes.await(() -> {
                Set<Integer> first = shards(status(operator, "n1"));
                Set<Integer> second = shards(status(operator, "n2"));
                Set<Integer> together = new HashSet<>(first);
                together.addAll(second);
                return together.equals(allShards()) && first.size() + second.size() == together.size();
            });
            Operator other = operator(cluster.get("n2"), folder);
            ClusterOfNodes.await(() -> status(other, "n1").getBoolean("ready", false));

            try (Device device =
                    Device.welcome(cluster.get("n2").port(), one.caller("ann").token(), "phone")) {
                assertThat(operator.post("/admin/drain", "{\"node\":\"n2\"}").status())
                        .isIn(202, 504); // which says that it may be late, and drain all the same
                device.next("goaway");
                ClusterOfNodes.await(() -> {
                    var refused = operator.post("/admin/drain", "{\"node\":\"n1\"}");
                    String last = new JsonObject(refused.body()).getString("detail");
                    assertThat(last)
                            .startsWith("n1 is the last node that is ")
                            .contains("consumers"); // which n2 is not
                    assertThat(last.contains("gateway"))
                            .as("n2 has sessions still, and counts no more than where it sequences no more: " + last)
                            .isEqualTo(last.contains("sequencer"));
                    return one.sees().equals(Set.of("n1"));
                });
                assertThat(device.closeCode()).isEqualTo(1012);
            }
            assertThat(operator.post("/admin/drain", "{\"node\":\"n2\"}").status())
                    .isEqualTo(404);
            assertThat(operator.post("/admin/drain", "{\"node\":\"n1\"}").status())
                    .isEqualTo(409);
        }
    }

    private static Operator operator(TestNode node, Path data) {
        try {
            return new Operator(
                    node.opsPort(),
                    Files.readString(data.resolve("ops-credential")).strip());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonObject status(Operator operator, String node) {
        for (Object each : new JsonObject(operator.get("/admin/status").body()).getJsonArray("nodes"))
            if (each instanceof JsonObject its && its.getString("name").equals(node)) return its;
        throw new AssertionError("no " + node);
    }

    /** None of a node that did not answer in time. */
    private static Set<Integer> shards(JsonObject status) {
        List<?> shards = status.getJsonArray("shards", new JsonArray()).getList();
        Set<Integer> numbers = new HashSet<>();
        for (Object each : shards) numbers.add((Integer) each);
        return numbers;
    }

    private static Set<Integer> allShards() {
        return new HashSet<>(IntStream.range(0, 128).boxed().toList());
    }
}
