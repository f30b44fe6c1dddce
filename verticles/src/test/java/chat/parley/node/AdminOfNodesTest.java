package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.admin.Operator;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
    void whoeverIsAskedSpeaksForAll() {
        try (ClusterOfNodes cluster = new ClusterOfNodes(folder, "n1", "n2")) {
            TestNode one = cluster.get("n1");
            Operator operator = operator(one, folder);
            ClusterOfNodes.await(() -> shards(status(operator, "n1")).size()
                            + shards(status(operator, "n2")).size()
                    == 128);
            Set<Integer> together = new HashSet<>(shards(status(operator, "n1")));
            together.addAll(shards(status(operator, "n2")));
            assertThat(together).isEqualTo(allShards());
            assertThat(status(operator(cluster.get("n2"), folder), "n1").getBoolean("ready"))
                    .isTrue();

            try (Device device =
                    Device.welcome(cluster.get("n2").port(), one.caller("ann").token(), "phone")) {
                assertThat(operator.post("/admin/drain", "{\"node\":\"n2\"}").status())
                        .isEqualTo(202);
                device.next("goaway");
                assertThat(device.closeCode()).isEqualTo(1012);
            }
            ClusterOfNodes.await(() -> one.sees().equals(Set.of("n1")));
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

    private static Set<Integer> shards(JsonObject status) {
        List<?> shards = status.getJsonArray("shards").getList();
        Set<Integer> numbers = new HashSet<>();
        for (Object each : shards) numbers.add((Integer) each);
        return numbers;
    }

    private static Set<Integer> allShards() {
        return new HashSet<>(IntStream.range(0, 128).boxed().toList());
    }
}
