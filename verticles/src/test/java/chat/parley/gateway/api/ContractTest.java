package chat.parley.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.contract.Contract;
import chat.parley.node.Caller;
import chat.parley.node.Caller.Answer;
import chat.parley.node.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the HTTP API is what is served, names what there is, and notices every answer that is another. */
class ContractTest {
    @TempDir
    private static Path folder;

    private static TestNode node;
    private static Caller anna;
    private static String group;
    private static String direct;
    private static long message;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("data"));
        anna = node.caller("anna");
        group = anna.post("/v1/conversations", "{\"type\":\"group\",\"memberIds\":[\"ben\"],\"name\":\"g\"}")
                .json()
                .getString("conversationId");
        direct = anna.post("/v1/conversations", "{\"type\":\"direct\",\"memberIds\":[\"ben\"]}")
                .json()
                .getString("conversationId");
        JsonObject said = new JsonObject()
                .put("body", "hello")
                .put("mentions", new JsonArray().add(new JsonObject().put("userId", "ben")))
                .put(
                        "attachments",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("url", "https://example.org/a.png")
                                        .put("name", "a.png")
                                        .put("contentType", "image/png")
                                        .put("size", 5)));
        message = anna.post("/v1/conversations/" + group + "/messages", said.encode())
                .json()
                .getLong("sequence");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void itIsServed() {
        Caller nobody = new Caller(node.port(), null);
        assertThat(nobody.get("/v1/openapi.json").json()).isEqualTo(new JsonObject(Contract.HTTP.toString()));
        assertThat(nobody.get("/v1/asyncapi.json").json()).isEqualTo(new JsonObject(Contract.SOCKET.toString()));
    }

    @Test
    void everyOperationOfItIsThereAndNoOther() {
        Set<String> open = Set.of("/v1/dev/tokens", "/v1/openapi.json", "/v1/asyncapi.json");
        Caller nobody = new Caller(node.port(), null);
        Contract.HTTP.path("paths").properties().forEach(path -> {
            String target = path.getKey().replaceAll("\\{sequence}", "1").replaceAll("\\{[^}]*}", "some");
            if (open.contains(target)) return;
            for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
                boolean isThere = path.getValue().has(method.toLowerCase(Locale.ROOT));
                String body = method.equals("GET") || method.equals("DELETE") ? null : "{}";
                assertThat(nobody.call(method, target, body).status())
                        .as(method + " " + path.getKey())
                        .isEqualTo(isThere ? 401 : 405);
            }
        });
    }

    @Test
    void anAnswerThatIsNotAsItSaysIsNoticed() {
        String room = "/v1/conversations/" + group;
        List<Exchange> exchanges = List.of(
                asked("GET", "/v1/conversations", null),
                asked("GET", room, null),
                asked("GET", "/v1/conversations/" + direct, null),
                asked("PATCH", room, "{\"name\":\"h\"}"),
                asked("GET", room + "/messages", null),
                asked("POST", room + "/messages", "{\"body\":\"x\"}"),
                asked("PATCH", room + "/messages/" + message, "{\"body\":\"y\"}"),
                asked("GET", room + "/messages/" + message + "/receipts?users=true", null),
                asked("GET", room + "/members", null),
                asked("POST", room + "/members", "{\"userIds\":[\"carla\"]}"),
                asked("PATCH", room + "/members/carla", "{\"role\":\"admin\"}"),
                asked("PATCH", room + "/members/carla", "{\"role\":\"admin\"}"),
                asked("GET", "/v1/devices", null),
                asked("GET", "/v1/settings", null),
                asked("PUT", room + "/bans/eve", null),
                asked("GET", room + "/bans", null),
                asked("POST", room + "/invitations", "{\"usesMax\":2,\"expiresInSeconds\":60}"),
                asked("GET", room + "/invitations", null),
                asked("GET", room + "/messages", null),
                asked("PUT", room + "/mute", "{\"until\":4000000000000}"),
                asked("GET", room, null),
                asked("GET", "/v1/conversations/unknown", null),
                asked("GET", room + "/messages?limit=0", null));
        int mutants = 0;
        for (Exchange exchange : exchanges) {
            List<String> changed = Contract.mutants(exchange.answer.body());
            assertThat(changed).as(exchange.target).isNotEmpty().noneMatch(exchange::holdsWith);
            mutants += changed.size();
        }
        assertThat(mutants).isGreaterThan(150);
    }

    private record Exchange(String method, String target, Answer answer) {
        boolean holdsWith(String body) {
            String type = answer.headers().get("content-type");
            return Contract.holds(() -> Contract.exchange(method, target, null, answer.status(), type, body));
        }
    }

    private static Exchange asked(String method, String target, String body) {
        return new Exchange(method, target, anna.call(method, target, body));
    }
}
