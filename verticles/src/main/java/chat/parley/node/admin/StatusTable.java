package chat.parley.node.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The status of the nodes as lines for a terminal: of two readings, for the rates between them. */
final class StatusTable {
    private static final List<String> HEAD = List.of(
            "NODE",
            "STATE",
            "INSTANCES",
            "CONNS",
            "USERS",
            "SENDS/S",
            "ACKS/S",
            "DELIV/S",
            "SUBMIT",
            "OUTBOX",
            "LAG P/F/E",
            "CONFLICTS",
            "DRIFT",
            "DROPPED",
            "HEAP",
            "LOOP",
            "SHARDS");
    private static final String NOTHING = "-";

    private StatusTable() {}

    static List<JsonObject> nodes(JsonObject status) {
        return status.getJsonArray("nodes", new JsonArray()).stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    static List<String> lines(JsonObject before, JsonObject now) {
        double seconds = Math.max(1, now.getLong("now") - before.getLong("now")) / 1_000.0;
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (JsonObject node : nodes(now)) {
            JsonObject earlier = nodes(before).stream()
                    .filter(each -> each.getString("name").equals(node.getString("name")))
                    .filter(each -> node.getBoolean("answers") && sameLife(each, node))
                    .findFirst()
                    .orElse(null);
            rows.add(row(node, earlier, seconds));
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows)
            for (int i = 0; i < widths.length; i++)
                widths[i] = Math.max(widths[i], row.get(i).length());
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static boolean sameLife(JsonObject one, JsonObject other) {
        return one.getBoolean("answers") && one.getLong("bootedAt").equals(other.getLong("bootedAt"));
    }

    private static List<String> row(JsonObject node, @Nullable JsonObject earlier, double seconds) {
        List<String> row = new ArrayList<>();
        row.add(node.getString("name"));
        if (!node.getBoolean("answers")) {
            row.add("no answer");
            while (row.size() < HEAD.size()) row.add(NOTHING);
            return row;
        }
        row.add(node.getBoolean("draining") ? "drains" : node.getBoolean("ready") ? "ready" : "not ready");
        row.add(instances(node.getJsonObject("instances")));
        row.add(text(node.getValue("connections")));
        row.add(text(node.getValue("users")));
        for (String counter : List.of("sends", "acks", "deliveries")) row.add(rate(node, earlier, counter, seconds));
        row.add(text(node.getJsonObject("queues").getValue("submit")));
        row.add(bytes(node.getJsonObject("queues").getLong("outboxBytes")));
        JsonObject lags = node.getJsonObject("lags");
        row.add(text(lags.getValue("projection")) + "/" + text(lags.getValue("fanout")) + "/"
                + text(lags.getValue("export")));
        for (String counter : List.of("conflicts", "drift", "dropped"))
            row.add(text(node.getJsonObject("counters").getValue(counter)));
        row.add(bytes(node.getLong("heapUsed")));
        row.add(node.containsKey("loopDelayMillis") ? node.getLong("loopDelayMillis") + "ms" : NOTHING);
        row.add(ranges(
                node.getJsonArray("shards").stream().map(Integer.class::cast).toList()));
        return row;
    }

    /** Those of which there are some, by their first letters: {@code g2 s1 f1 p1}. */
    private static String instances(JsonObject instances) {
        return instances.stream()
                .filter(each -> each.getValue() instanceof Integer count && count > 0)
                .map(each -> each.getKey().charAt(0) + String.valueOf(each.getValue()))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String rate(JsonObject node, @Nullable JsonObject earlier, String counter, double seconds) {
        Long now = node.getJsonObject("counters").getLong(counter);
        Long before = earlier == null ? null : earlier.getJsonObject("counters").getLong(counter);
        return now == null || before == null ? NOTHING : String.valueOf(Math.round((now - before) / seconds));
    }

    private static String text(@Nullable Object value) {
        return value == null ? NOTHING : String.valueOf(value);
    }

    static String bytes(@Nullable Long bytes) {
        if (bytes == null) return NOTHING;
        if (bytes < 1 << 10) return bytes + "B";
        if (bytes < 1 << 20) return (bytes >> 10) + "K";
        if (bytes < 1 << 30) return (bytes >> 20) + "M";
        return String.format(Locale.ROOT, "%.1fG", bytes / (double) (1 << 30));
    }

    /** {@code 0-4,7,9-11}: how many there are stands before. */
    static String ranges(List<Integer> numbers) {
        if (numbers.isEmpty()) return NOTHING;
        StringBuilder text = new StringBuilder(numbers.size() + ": ");
        for (int i = 0; i < numbers.size(); i++) {
            int first = numbers.get(i);
            while (i + 1 < numbers.size() && numbers.get(i + 1) == numbers.get(i) + 1) i++;
            if (text.charAt(text.length() - 1) != ' ') text.append(',');
            text.append(first);
            if (numbers.get(i) != first) text.append('-').append(numbers.get(i));
        }
        return text.toString();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++)
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        return line.toString().stripTrailing();
    }
}
