package chat.parley.docker;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What dashboards and rules ask for. */
final class Queries {
    private static final Pattern NAMED = Pattern.compile("\\{\\{ *(?:\\$labels\\.)?([a-z_]+) *}}");
    private static final Pattern SELECTOR =
            Pattern.compile("\\b(?:parley|jvm|process|haproxy|up)\\b?[a-z0-9_]*(?:\\{[^}]*})?");

    /** @param shown labels that are written beside what it finds */
    record Query(String title, String text, Set<String> shown) {}

    private Queries() {}

    /** Of all panels, with variables as they are for all nodes. */
    static List<Query> ofDashboard(Path file) throws IOException {
        List<Query> queries = new ArrayList<>();
        for (Object each : new JsonObject(Files.readString(file)).getJsonArray("panels")) {
            JsonObject panel = (JsonObject) each;
            if (panel.getString("type").equals("row")) continue;
            for (Object target : panel.getJsonArray("targets")) {
                JsonObject its = (JsonObject) target;
                String text = its.getString("expr").replace("$node", ".*").replace("$__rate_interval", "1m");
                queries.add(new Query(panel.getString("title"), text, named(its.getString("legendFormat"))));
            }
        }
        return queries;
    }

    /** All that rules select from, whatever they compare it with. */
    static Set<String> selectors(String expression) {
        Set<String> selectors = new TreeSet<>();
        SELECTOR.matcher(expression).results().forEach(found -> selectors.add(found.group()));
        return selectors;
    }

    /** Labels that a text has places for. */
    static Set<String> named(String text) {
        Set<String> named = new TreeSet<>();
        NAMED.matcher(text).results().forEach(found -> named.add(found.group(1)));
        return named;
    }
}
