package chat.parley.node;

import chat.parley.store.embedded.EmbeddedStore;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A node in this process on real sockets, as it is served, and clients of it that wait for what they are told. */
final class LiveNode implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Node node;

    /** @param settings besides those that a test needs */
    LiveNode(Path folder, String... settings) throws Refusal {
        List<String> all = new java.util.ArrayList<>(List.of(
                "http.port=0", "ops.port=0", "auth.dev=true", "store.path=" + folder, "store.memoryBytes=33554432"));
        all.addAll(List.of(settings));
        node = Node.start(NodeConfig.read(Settings.of(null, Map.of(), all)), EmbeddedStore::open);
    }

    @Override
    public void close() {
        node.end();
    }

    /** An answer over HTTP. */
    record Answer(int status, JsonObject body) {}

    Answer call(String method, String path, @Nullable String token, @Nullable Object body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
        if (body != null) request.header("Content-Type", "application/json");
        if (token != null) request.header("Authorization", "Bearer " + token);
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(), answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body()));
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    String token(String user) {
        return call("POST", "/v1/dev/tokens", null, new JsonObject().put("userId", user))
                .body()
                .getString("token");
    }

    /** A group of its creator and these; its id. */
    String group(String creator, String... others) {
        JsonObject group = new JsonObject().put("type", "group").put("memberIds", new JsonArray(List.of(others)));
        return call("POST", "/v1/conversations", token(creator), group).body().getString("conversationId");
    }

    /** A device that has been told all it missed. */
    Client client(String user, String device) {
        Client client = new Client(RawClient.open(node.port()));
        client.says(
                new JsonObject().put("type", "hello").put("token", token(user)).put("deviceId", device));
        client.hears("synced");
        return client;
    }

    /** One socket of a user. One thread. */
    static final class Client implements AutoCloseable {
        private final RawClient socket;
        private final ArrayDeque<JsonObject> heard = new ArrayDeque<>();

        private Client(RawClient socket) {
            this.socket = socket;
        }

        void says(JsonObject frame) {
            socket.text(frame.encode());
        }

        /** The next frame of the type; those before it are passed over. */
        JsonObject hears(String type) {
            return hears(frame -> frame.getString("type").equals(type));
        }

        JsonObject hears(Predicate<JsonObject> wanted) {
            while (true) {
                JsonObject frame = next();
                if (wanted.test(frame)) return frame;
            }
        }

        /** The next frame, whatever it is. */
        JsonObject next() {
            if (heard.isEmpty()) {
                String text = socket.nextText();
                if (text.startsWith("[")) new JsonArray(text).forEach(frame -> heard.add((JsonObject) frame));
                else heard.add(new JsonObject(text));
            }
            return heard.remove();
        }

        /** All that comes before the answer to a heartbeat said now. */
        List<JsonObject> hearsUntilNow() {
            says(new JsonObject().put("type", "heartbeat").put("ref", "now"));
            List<JsonObject> all = new java.util.ArrayList<>();
            while (true) {
                JsonObject frame = next();
                if ("now".equals(frame.getString("ref"))) return all;
                all.add(frame);
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
