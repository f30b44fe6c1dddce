package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Presence between clients of a node as it is served: several gateways, sockets and HTTP, the embedded store. */
class PresenceOverSocketsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder, "presence.graceMillis=200", "instances.gateway=2");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void devicesOnAllGatewaysSeeAContactComeHideAndGo() {
        JsonObject members = new JsonObject().put("type", "group").put("memberIds", new JsonArray(List.of("ben")));
        String group = node.caller("anna")
                .post("/v1/conversations", members.encode())
                .json()
                .getString("conversationId");
        List<Device> annas = IntStream.range(0, 6)
                .mapToObj(i -> device("anna", "device-" + i))
                .toList();
        for (Device each : annas)
            each.says(Device.frame("watch").put("userIds", new JsonArray(List.of("ben", "stranger"))));
        for (Device each : annas) hearsThatBenIs("unknown", each);
        Device ben = device("ben", "phone");
        ben.says(Device.send("m1", group, "hello"));
        for (Device each : annas) hearsThatBenIs("online", each);

        set("ben", new JsonObject().put("invisible", true));
        for (Device each : annas) hearsThatBenIs("unknown", each);
        assertThat(look("anna", "ben,stranger,nobody"))
                .containsExactly("ben unknown", "stranger unknown", "nobody unknown");
        set("ben", new JsonObject().put("invisible", false));
        for (Device each : annas) hearsThatBenIs("online", each);
        assertThat(look("anna", "stranger,ben")).containsExactly("stranger unknown", "ben online");
        assertThat(look("eve", "ben")).containsExactly("ben unknown");

        ben.close();
        for (Device each : annas) {
            assertThat(hearsThatBenIs("offline", each).getLong("lastSeenAt")).isPositive();
            each.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 bad_frame | /v1/presence",
                "400 bad_frame | /v1/presence?userIds=",
                "400 bad_frame | /v1/presence?userIds=a,",
                "400 bad_frame | /v1/presence?userIds=a,a",
                "400 bad_frame | /v1/presence?userIds=a%20b",
                "400 bad_frame | /v1/presence?userIds=a&userIds=b",
            })
    void aBadQuestionIsRefused(String refusal, String path) {
        assertThat(node.caller("anna").get(path).brief()).isEqualTo(refusal);
    }

    @Test
    void aHundredUsersCanBeAskedForAndNotOneMore() {
        String hundred = String.join(
                ",", IntStream.range(0, 100).mapToObj(i -> "user-" + i).toList());
        assertThat(look("anna", hundred)).hasSize(100);
        assertThat(node.caller("anna")
                        .get("/v1/presence?userIds=" + hundred + ",one-more")
                        .brief())
                .isEqualTo("413 too_large");
        assertThat(new Caller(node.port(), null).get("/v1/presence?userIds=a").brief())
                .isEqualTo("401 unauthenticated");
    }

    private static JsonObject hearsThatBenIs(String status, Device device) {
        return device.next(
                frame -> "ben".equals(frame.getString("userId")) && status.equals(frame.getString("status")));
    }

    private static void set(String user, JsonObject change) {
        assertThat(node.caller(user).patch("/v1/settings", change.encode()).status())
                .isEqualTo(200);
    }

    private static List<String> look(String viewer, String users) {
        return node.caller(viewer).get("/v1/presence?userIds=" + users).json().getJsonArray("presence").stream()
                .map(JsonObject.class::cast)
                .map(each -> each.getString("userId") + " " + each.getString("status"))
                .toList();
    }

    private static Device device(String user, String id) {
        return Device.welcome(node.port(), node.caller(user).token(), id);
    }
}
