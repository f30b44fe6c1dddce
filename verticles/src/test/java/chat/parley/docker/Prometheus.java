package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks a Prometheus. */
final class Prometheus {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;

    Prometheus(String address) {
        this.address = address;
    }

    /** The labels of the series that the query has now. */
    List<Map<String, String>> query(String query) throws IOException, InterruptedException {
        JsonArray series = get("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                .getJsonArray("result");
        List<Map<String, String>> labels = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            Map<String, String> its = new TreeMap<>();
            series.getJsonObject(i)
                    .getJsonObject("metric")
                    .forEach(label -> its.put(label.getKey(), (String) label.getValue()));
            labels.add(its);
        }
        return labels;
    }

    /** Its rules, as it has read them. */
    List<JsonObject> rules() throws IOException, InterruptedException {
        return get("rules").getJsonArray("groups").stream()
                .map(JsonObject.class::cast)
                .flatMap(group -> group.getJsonArray("rules").stream())
                .map(JsonObject.class::cast)
                .toList();
    }

    private JsonObject get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + address + ":9090/api/v1/" + path);
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        JsonObject said = new JsonObject(answer.body());
        assertThat(said.getString("status")).as(path + ": " + said).isEqualTo("success");
        return said.getJsonObject("data");
    }
}
