package chat.parley.node;

import chat.parley.contract.Contract;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Calls an HTTP API, each time on a connection of its own. What comes back has to be as the contract says. */
public final class Caller {
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long AGAIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    private final int port;
    private final @Nullable String token;

    /** @param token null: says not who asks */
    public Caller(int port, @Nullable String token) {
        this.port = port;
        this.token = token;
    }

    /** What came back. Header names in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public JsonObject json() {
            return new JsonObject(body);
        }

        /** Of a problem. */
        public String code() {
            return json().getString("code");
        }

        /** {@code 200}, or {@code 404 not_found}. */
        public String brief() {
            return status < 400 ? String.valueOf(status) : status + " " + code();
        }
    }

    /** Makes a group with that member: asks until it has been done, which is done once, since shards may be on their way to other nodes. */
    String group(String member) {
        String wanted = new JsonObject()
                .put("type", "group")
                .put("memberIds", new JsonArray().add(member))
                .put("clientRequestId", "group " + UUID.randomUUID())
                .encode();
        long until = System.nanoTime() + AGAIN_NANOS_MAX;
        Answer answer = post("/v1/conversations", wanted);
        while (answer.status() >= 500 && System.nanoTime() < until) {
            LockSupport.parkNanos(AGAIN_NANOS);
            answer = post("/v1/conversations", wanted);
        }
        if (answer.status() >= 400) throw new AssertionError("no group, but " + answer.brief());
        return answer.json().getString("conversationId");
    }

    public @Nullable String token() {
        return token;
    }

    public Answer get(String path, String... headers) {
        return call("GET", path, null, headers);
    }

    public Answer post(String path, String json, String... headers) {
        return call("POST", path, json, headers);
    }

    public Answer patch(String path, String json, String... headers) {
        return call("PATCH", path, json, headers);
    }

    public Answer delete(String path, String... headers) {
        return call("DELETE", path, null, headers);
    }

    /** @param headers whole lines; one that is given takes the usual one's place, and one without a value is left out */
    public Answer call(String method, String path, @Nullable String body, String... headers) {
        return callBytes(method, path, body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Likewise, with any bytes. */
    public Answer callBytes(String method, String path, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        if (body.length > 0) head.append("Content-Length: ").append(body.length).append("\r\n");
        if (body.length > 0 && !isGiven("Content-Type", headers)) head.append("Content-Type: application/json\r\n");
        if (token != null && !isGiven("Authorization", headers))
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        for (String header : headers)
            if (!header.endsWith(":")) head.append(header).append("\r\n");
        try (RawClient client = RawClient.connect(port)) {
            client.raw((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            RawClient.Response response = client.raw(body).response();
            String sent = new String(body, StandardCharsets.UTF_8);
            String type = response.headers().get("content-type");
            Contract.exchange(method, path, sent, response.status(), type, response.body());
            return new Answer(response.status(), response.headers(), response.body());
        }
    }

    private static boolean isGiven(String name, String... headers) {
        for (String header : headers) if (header.regionMatches(true, 0, name + ":", 0, name.length() + 1)) return true;
        return false;
    }
}
