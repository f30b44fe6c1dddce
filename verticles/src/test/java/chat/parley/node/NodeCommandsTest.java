package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.Command;
import chat.parley.bus.Commanded;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of three nodes: this one and another have gateways, the third has all else. */
class NodeCommandsTest {
    private static final Set<NodeRole> GATEWAY = EnumSet.of(NodeRole.GATEWAY);

    private final Set<String> draining = new HashSet<>();
    private final Metrics metrics = new Metrics();
    private final Health health = new Health();
    private int drained;
    private final NodeCommands commands = new NodeCommands(
            new Topology(
                    "n1",
                    List.of(
                            new Topology.Node("n1", GATEWAY),
                            new Topology.Node("n2", GATEWAY),
                            new Topology.Node("n3", EnumSet.complementOf(EnumSet.of(NodeRole.GATEWAY))))),
            draining::contains,
            GATEWAY,
            health,
            new NodeStatus("n1", GATEWAY, 0, health, metrics, Map.of()),
            Map.of(),
            () -> drained++);

    @BeforeEach
    void begin() {
        health.setReady(true);
    }

    @AfterEach
    void end() {
        metrics.close();
    }

    @Test
    void aNodeIsDrainedWhileAnotherDoesWhatItDoes() throws Exception {
        assertThat(told("drain", "{}").status()).isEqualTo(202);
        assertThat(drained).isEqualTo(1);
    }

    @Test
    void aNodeThatStartsIsNotDrained() throws Exception {
        health.setReady(false);
        assertThat(told("drain", "{\"force\":true}").status()).isEqualTo(409);
        assertThat(drained).isZero();
    }

    @Test
    void oneThatDrainsDoesNotCountAsAnother() throws Exception {
        draining.add("n2");
        Commanded refused = told("drain", "{}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(new JsonObject(refused.answer()).getString("detail"))
                .startsWith("n1 is the last node that is gateway:");
        assertThat(drained).isZero();
        assertThat(told("drain", "{\"force\":true}").status()).isEqualTo(202);
        assertThat(drained).isEqualTo(1);
    }

    @Test
    void whatItDoesNotHaveIsNotInItsStatus() throws Exception {
        JsonObject status = new JsonObject(told("status", "{}").answer());
        assertThat(status.getString("name")).isEqualTo("n1");
        assertThat(status.getJsonObject("counters")).isEmpty();
        assertThat(status.fieldNames()).doesNotContain("connections", "users", "loopDelayMillis");
    }

    private Commanded told(String command, String arguments) throws Exception {
        return commands.apply(new Command(command, arguments)).await(10, SECONDS);
    }
}
