package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.Caller.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /v1/settings} of a node as it is served. */
class UserSettingsTest {
    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoHasSetNothingIsToldWhatHolds() {
        assertThat(get("newcomer")).isEqualTo(settings("contacts", false, true));
    }

    @Test
    void whatIsSetStaysAndTheRestIsAsItWas() {
        Answer first = patch("anna", new JsonObject().put("readReceipts", false));
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json()).isEqualTo(settings("contacts", false, false));
        JsonObject change = new JsonObject()
                .put("presence", "everyone")
                .put("presenceAllow", new JsonArray(List.of("ben", "carla")))
                .put("invisible", true);
        JsonObject changed = settings("everyone", true, false, "ben", "carla");
        assertThat(patch("anna", change).json()).isEqualTo(changed);
        assertThat(get("anna")).isEqualTo(changed);
        assertThat(get("ben")).isEqualTo(settings("contacts", false, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"readReceipts\": \"no\"}",
                "{\"presence\": \"friends\"}",
                "{\"presence\": 1}",
                "{\"presenceAllow\": [\"ben\", \"ben\"]}",
                "{\"presenceAllow\": [\"not a user\"]}",
                "{\"invisible\": true, \"presence\": \"\"}",
            })
    void aChangeThatIsNotUnderstoodChangesNothing(String body) {
        assertThat(node.caller("dora").patch("/v1/settings", body).brief()).isEqualTo("400 bad_frame");
        assertThat(get("dora")).isEqualTo(settings("contacts", false, true));
    }

    @Test
    void aListOfMoreThan500IsTooLarge() {
        JsonArray all = new JsonArray();
        for (int i = 0; i <= 500; i++) all.add("user-" + i);
        JsonObject change = new JsonObject().put("presenceAllow", all);
        assertThat(patch("emil", change).brief()).isEqualTo("413 too_large");
        all.remove(0);
        assertThat(patch("emil", change).brief()).isEqualTo("200");
    }

    @Test
    void settingsAreForThoseWhoSayWhoTheyAre() {
        assertThat(new Caller(node.port(), null).get("/v1/settings").brief()).isEqualTo("401 unauthenticated");
    }

    private static JsonObject get(String user) {
        return node.caller(user).get("/v1/settings").json();
    }

    private static Answer patch(String user, JsonObject change) {
        return node.caller(user).patch("/v1/settings", change.encode());
    }

    private static JsonObject settings(String presence, boolean invisible, boolean readReceipts, String... allowed) {
        return new JsonObject()
                .put("presence", presence)
                .put("presenceAllow", new JsonArray(List.of(allowed)))
                .put("invisible", invisible)
                .put("readReceipts", readReceipts);
    }
}
