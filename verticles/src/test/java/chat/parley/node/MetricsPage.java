package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code conf/metrics.md}, and what a node answers, as names that can be compared. */
final class MetricsPage {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");

    private MetricsPage() {}

    /** @param labels their names; @param by which nodes show it */
    record Row(String type, Set<String> labels, String by, String meaning) {
        /** Whether it may be long until there is something to show. */
        boolean comesLater() {
            return meaning.contains("once there was one") || meaning.contains("likewise");
        }
    }

    /** Every row of the document. */
    static Map<String, Row> documented() {
        Map<String, Row> rows = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(Path.of("..", "conf", "metrics.md"))) {
                if (!line.startsWith("| `")) continue;
                List<String> cells =
                        Arrays.stream(line.split("\\|")).map(String::strip).toList();
                Set<String> labels = Arrays.stream(cells.get(4).split(", "))
                        .filter(label -> !label.equals("none"))
                        .map(label -> label.replace("`", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
                rows.put(cells.get(1).replace("`", ""), new Row(cells.get(2), labels, cells.get(5), cells.get(6)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    /** What a node has answered: each name with its type, and the names of its labels. */
    record Scrape(Map<String, String> types, Map<String, Set<String>> labels, Map<String, Double> values) {
        /** Of one without labels. */
        double value(String name) {
            Double value = values.get(name);
            if (value == null) throw new AssertionError("no " + name + " among " + values.keySet());
            return value;
        }
    }

    /** What is shown is what the document says, but for what stands or falls with a store or server that this node has not. */
    static void assertShows(String text, Set<String> elsewhere) {
        Map<String, Row> documented = documented();
        Scrape shown = read(text);
        assertThat(documented.keySet()).containsAll(shown.types().keySet());
        shown.types().forEach((name, type) -> {
            Row row = documented.get(name);
            assertThat(type).as(name).isEqualTo(row.type());
            assertThat(shown.labels().get(name)).as(name).isEqualTo(row.labels());
        });
        documented.forEach((name, row) -> {
            if (!row.comesLater())
                assertThat(shown.types().containsKey(name)).as(name).isEqualTo(!elsewhere.contains(row.by()));
        });
    }

    static Scrape read(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        Map<String, Double> values = new TreeMap<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ");
                types.put(words[2], words[3]);
                labels.put(words[2], new TreeSet<>());
            }
            if (line.startsWith("#")) continue;
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches()) throw new AssertionError("not a sample: " + line);
            String name = sample.group(1);
            String family = types.containsKey(name) ? name : name.replaceFirst("_(bucket|sum|count)$", "");
            if (!types.containsKey(family)) throw new AssertionError("without a type: " + line);
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find())
                if (!label.group(1).equals("le")) labels.get(family).add(label.group(1));
            values.put(
                    name + (sample.group(2) == null ? "" : "{" + sample.group(2) + "}"),
                    Double.parseDouble(sample.group(3)));
        }
        return new Scrape(types, labels, values);
    }
}
