package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;

/** A session of SockJS over HTTP, by xhr-polling: each request by itself, so a proxy could send each to another node. */
final class SockJsSession {
    private final Visitor visitor;
    private final String path = "/v1/sockjs/000/" + UUID.randomUUID().toString().replace("-", "");

    SockJsSession(Visitor visitor) {
        this.visitor = visitor;
    }

    void open() {
        assertThat(poll()).isEqualTo("o\n");
        say(visitor.hello("old"));
        await("synced");
    }

    void heartbeat() {
        say(new JsonObject().put("type", "heartbeat"));
        await("heartbeat");
    }

    private void say(JsonObject frame) {
        Visitor.Answer answer = visitor.ask(
                HttpMethod.POST,
                path + "/xhr_send",
                new JsonArray().add(frame.encode()).encode());
        assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    }

    private void await(String type) {
        for (int i = 0; i < 10; i++) if (poll().contains("\\\"" + type + "\\\"")) return;
        throw new AssertionError("there was no " + type);
    }

    private String poll() {
        Visitor.Answer answer = visitor.ask(HttpMethod.POST, path + "/xhr", null);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** False: it goes on, at another node. While its node drains it has still to be reached there: what ends the session comes from it. */
    boolean isEndedInOrder() {
        for (int i = 0; i < 3; i++) {
            say(new JsonObject().put("type", "heartbeat"));
            String heard = poll();
            if (heard.contains("goaway")) heard = poll();
            if (heard.startsWith("c[")) {
                assertThat(heard).startsWith("c[1012,");
                return true;
            }
        }
        return false;
    }
}
