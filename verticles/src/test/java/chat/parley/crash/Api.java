package chat.parley.crash;

import chat.parley.contract.Contract;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The HTTP side of a client. */
final class Api {
    private static final int PAGE_ENTRIES = 200;
    private static final Duration ANSWERED = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWERED)
            .build();
    private final Door door;

    Api(Door door) {
        this.door = door;
    }

    /** The server said no, and why. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        final String code;
        final boolean retryable;

        Refused(JsonObject problem) {
            super(problem.encode());
            code = problem.getString("code");
            retryable = problem.getBoolean("retryable");
        }
    }

    String token(String user) throws IOException, Refused, InterruptedException {
        return call("POST", "/v1/dev/tokens", null, null, new JsonObject().put("userId", user))
                .getString("token");
    }

    /** What stands behind a sequence, as far as one page goes; null: nothing of it is the caller's to see. */
    @Nullable
    JsonObject page(String token, String conversation, long after) throws IOException, Refused, InterruptedException {
        try {
            String query = "?after=" + after + "&limit=" + PAGE_ENTRIES;
            return call("GET", "/v1/conversations/" + conversation + "/messages" + query, token, null, null);
        } catch (Refused refused) {
            if (refused.code.equals("not_found")) return null;
            throw refused;
        }
    }

    /**
     * Carries out one request.
     *
     * @param id of a write: the same for each of its attempts
     * @throws IOException it is not known what became of it
     */
    JsonObject call(String method, String path, @Nullable String token, @Nullable String id, @Nullable JsonObject body)
            throws IOException, Refused, InterruptedException {
        InetSocketAddress node = door.await();
        if (node == null) throw new IllegalStateException("there is no node any more");
        String at = "http://" + node.getHostString() + ":" + node.getPort();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(at + path))
                .timeout(ANSWERED)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.encode()));
        if (body != null) request.header("Content-Type", "application/json");
        if (token != null) request.header("Authorization", "Bearer " + token);
        if (id != null) request.header("Idempotency-Key", id);
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String type = answer.headers().firstValue("content-type").orElse(null);
        Contract.exchange(method, path, body == null ? null : body.encode(), answer.statusCode(), type, answer.body());
        if (answer.statusCode() == 204) return new JsonObject();
        if (answer.statusCode() / 100 == 2) return new JsonObject(answer.body());
        throw new Refused(new JsonObject(answer.body()));
    }
}
