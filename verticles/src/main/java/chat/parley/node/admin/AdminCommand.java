package chat.parley.node.admin;

import chat.parley.node.Refusal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators say on the command line to a node that runs. Each refuses with the sentence for the operator. */
public final class AdminCommand {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** A scaling lets sessions go first. */
    private static final Duration ANSWER = Duration.ofSeconds(70);

    private static final long BETWEEN_READINGS_MILLIS = 1_000;

    private final URI url;
    private final Path credentialFile;
    private final boolean isJson;
    private final PrintStream out;

    /**
     * @param url of the operators' port of any node
     * @param isJson whether what the node answers is printed as it is
     */
    public AdminCommand(URI url, Path credentialFile, boolean isJson, PrintStream out) {
        this.url = url;
        this.credentialFile = credentialFile;
        this.isJson = isJson;
        this.out = out;
    }

    /** A table of the nodes, with rates over a second. */
    public void status() throws Refusal {
        if (isJson) {
            out.println(get("/admin/status").encodePrettily());
            return;
        }
        try {
            JsonObject before = get("/admin/status");
            Thread.sleep(BETWEEN_READINGS_MILLIS);
            for (String line : StatusTable.lines(before, get("/admin/status"))) out.println(line);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted.");
        } catch (ClassCastException | NullPointerException another) {
            throw nonsense();
        }
    }

    /** @param node null: the only one */
    public void scale(String verticle, int instances, @Nullable String node) throws Refusal {
        JsonObject answer = post(
                "/admin/scale",
                new JsonObject()
                        .put("node", node == null ? onlyNode() : node)
                        .put("verticle", verticle)
                        .put("instances", instances));
        out.println(
                isJson
                        ? answer.encodePrettily()
                        : answer.getString("node") + ": " + verticle + " from " + answer.getValue("before") + " to "
                                + answer.getValue("instances"));
    }

    public void drain(String node, boolean isForced) throws Refusal {
        JsonObject body = new JsonObject().put("node", node);
        if (isForced) body.put("force", true);
        JsonObject answer = post("/admin/drain", body);
        out.println(isJson ? answer.encodePrettily() : node + " drains, and ends within 30 s");
    }

    /** Where a message was for the devices of a user, a line for each stage. */
    public void why(String messageId, String userId) throws Refusal {
        JsonObject found = get("/admin/why?messageId=" + encoded(messageId) + "&userId=" + encoded(userId));
        if (isJson) {
            out.println(found.encodePrettily());
            return;
        }
        try {
            for (String stage : List.of("sequenced", "stored", "member", "routed", "acknowledged"))
                out.println(line(stage, found.getJsonObject(stage)));
            for (Object each : found.getJsonArray("devices")) {
                JsonObject device = (JsonObject) each;
                String where =
                        device.getBoolean("connected") ? " at " + device.getString("gateway") : ", not connected";
                out.println("device " + device.getString("deviceId") + where);
                out.println("  " + line("written", device.getJsonObject("written")));
            }
        } catch (ClassCastException | NullPointerException another) {
            throw nonsense();
        }
    }

    private static String line(String stage, JsonObject said) {
        Long at = said.getLong("at");
        return String.format(
                "%-13s %-9s %s%s",
                stage,
                said.getString("known"),
                said.getString("evidence"),
                at == null ? "" : " (" + Instant.ofEpochMilli(at) + ")");
    }

    private String onlyNode() throws Refusal {
        List<String> names = StatusTable.nodes(get("/admin/status")).stream()
                .map(node -> node.getString("name", ""))
                .toList();
        if (names.size() == 1) return names.getFirst();
        throw new Refusal("which node? Say --node with one of " + String.join(", ", names) + ".");
    }

    private JsonObject get(String path) throws Refusal {
        return ask(path, HttpRequest.newBuilder(url.resolve(path)).GET());
    }

    private JsonObject post(String path, JsonObject body) throws Refusal {
        return ask(
                path,
                HttpRequest.newBuilder(url.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.encode())));
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private JsonObject ask(String path, HttpRequest.Builder request) throws Refusal {
        String credential = Credential.read(credentialFile);
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpResponse<String> answer = client.send(
                    request.timeout(ANSWER)
                            .header("Authorization", Credential.authorization(credential))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            JsonObject said = new JsonObject(answer.body());
            if (answer.statusCode() / 100 == 2) return said;
            if (answer.statusCode() == 401 && "unauthenticated".equals(said.getString("code")))
                throw new Refusal("the node at " + url + " does not accept the credential in " + credentialFile
                        + "; say --credential-file with the file of that node.");
            String detail = said.getString("detail");
            if (detail == null) throw nonsense();
            throw new Refusal(detail + ".");
        } catch (DecodeException | ClassCastException another) {
            throw nonsense();
        } catch (ConnectException nobody) {
            throw new Refusal("no node answers at " + url + "; say --url with the address of its operators' port.");
        } catch (HttpTimeoutException late) {
            throw new Refusal("the node at " + url + " did not answer " + path + " in time.");
        } catch (IOException broken) {
            throw nonsense();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new Refusal("interrupted.");
        }
    }

    private Refusal nonsense() {
        return new Refusal("what answers at " + url + " is not the operators' port of a node that understands this.");
    }
}
