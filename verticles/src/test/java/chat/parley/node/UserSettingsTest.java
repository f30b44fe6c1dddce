package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.LiveNode.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v1/settings} of a node as it is served. */
class UserSettingsTest {
    @TempDir
    static Path folder;

    private static LiveNode node;

    @BeforeAll
    static void start() throws Exception {
        node = new LiveNode(folder);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoHasSetNothingIsToldWhatHolds() {
        assertThat(call("GET", "newcomer", null)).isEqualTo(new Answer(200, settings("everyone", false, true)));
    }

    @Test
    void whatIsSetStaysAndTheRestIsAsItWas() {
        assertThat(call("PATCH", "anna", new JsonObject().put("readReceipts", false)))
                .isEqualTo(new Answer(200, settings("everyone", false, false)));
        JsonObject change = new JsonObject()
                .put("presence", "contacts")
                .put("presenceAllow", new JsonArray(List.of("ben", "carla")))
                .put("invisible", true);
        Answer changed = new Answer(200, settings("contacts", true, false, "ben", "carla"));
        assertThat(call("PATCH", "anna", change)).isEqualTo(changed);
        assertThat(call("GET", "anna", null)).isEqualTo(changed);
        assertThat(call("GET", "ben", null).body()).isEqualTo(settings("everyone", false, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {}",
                "400 | []",
                "400 | {\"readReceipts\": \"no\"}",
                "400 | {\"presence\": \"friends\"}",
                "400 | {\"presence\": 1}",
                "400 | {\"presenceAllow\": [\"ben\", \"ben\"]}",
                "400 | {\"presenceAllow\": [\"not a user\"]}",
                "400 | {\"invisible\": true, \"presence\": \"\"}",
            })
    void aChangeThatIsNotUnderstoodChangesNothing(int status, String body) {
        Answer answer = call("PATCH", "dora", body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().getString("code")).isEqualTo("bad_frame");
        assertThat(call("GET", "dora", null).body()).isEqualTo(settings("everyone", false, true));
    }

    @Test
    void aListOfMoreThan500IsTooLarge() {
        JsonArray all = new JsonArray();
        for (int i = 0; i <= 500; i++) all.add("user-" + i);
        JsonObject change = new JsonObject().put("presenceAllow", all);
        assertThat(call("PATCH", "emil", change).status()).isEqualTo(413);
        all.remove(0);
        assertThat(call("PATCH", "emil", change).status()).isEqualTo(200);
    }

    @Test
    void settingsAreForThoseWhoSayWhoTheyAre() {
        assertThat(node.call("GET", "/v1/settings", null, null).status()).isEqualTo(401);
    }

    private static Answer call(String method, String user, Object body) {
        return node.call(method, "/v1/settings", node.token(user), body);
    }

    private static JsonObject settings(String presence, boolean invisible, boolean readReceipts, String... allowed) {
        return new JsonObject()
                .put("presence", presence)
                .put("presenceAllow", new JsonArray(List.of(allowed)))
                .put("invisible", invisible)
                .put("readReceipts", readReceipts);
    }
}
