package chat.parley.node;

import chat.parley.gateway.auth.DevTokens;
import chat.parley.model.UserId;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A development token from the command line: made with the secret in the data folder or, where that cannot be read, by the running node. */
final class DevTokenRequest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private DevTokenRequest() {}

    static String token(NodeConfig config, UserId user, long ttlSeconds) throws Refusal {
        try {
            return DevTokens.read(config.storeFolder()).issue(user, ttlSeconds, System.currentTimeMillis());
        } catch (IOException unreadable) {
            return ask(config, user, ttlSeconds);
        }
    }

    private static String ask(NodeConfig config, UserId user, long ttlSeconds) throws Refusal {
        String address = "http://" + config.http().host() + ":" + config.http().port() + "/v1/dev/tokens";
        String body = new JsonObject()
                .put("userId", user.value())
                .put("ttlSeconds", ttlSeconds)
                .encode();
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(address))
                            .timeout(TIMEOUT)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            String token = answer.statusCode() == 200 ? new JsonObject(answer.body()).getString("token") : null;
            if (token != null) return token;
            throw new Refusal(
                    "the node at " + address + " gives no development token (status " + answer.statusCode() + ").");
        } catch (IOException | DecodeException | ClassCastException nobody) {
            throw new Refusal("no node has been started with its data in " + config.storeFolder()
                    + ", and none answers at " + address + "; start one with ./parley serve.");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted.");
        }
    }
}
