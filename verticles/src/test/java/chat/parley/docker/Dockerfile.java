package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The instructions of a Dockerfile, those of its last stage apart. */
final class Dockerfile {
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z_]+)=(\"[^\"]*\"|\\S+)");

    /** What stands before the first blank, and the rest. */
    record Instruction(String name, String text) {
        List<String> words() {
            return List.of(text.split("\\s+"));
        }
    }

    private final List<Instruction> all;
    private final List<Instruction> last;

    private Dockerfile(List<Instruction> all) {
        this.all = all;
        int from = 0;
        for (int i = 0; i < all.size(); i++) if (all.get(i).name.equals("FROM")) from = i;
        last = all.subList(from, all.size());
    }

    static Dockerfile read(Path file) throws IOException {
        List<Instruction> instructions = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String each : Files.readAllLines(file)) {
            if (each.isBlank() || each.startsWith("#")) continue;
            boolean goesOn = each.endsWith("\\");
            line.append(goesOn ? each.substring(0, each.length() - 1) : each);
            if (goesOn) continue;
            String[] parts = line.toString().split("\\s+", 2);
            instructions.add(new Instruction(parts[0], parts[1]));
            line.setLength(0);
        }
        return new Dockerfile(instructions);
    }

    List<Instruction> all(String name) {
        return named(all, name);
    }

    List<Instruction> last(String name) {
        return named(last, name);
    }

    /** The only one of the last stage. */
    String only(String name) {
        List<Instruction> found = last(name);
        assertThat(found).as(name).hasSize(1);
        return found.getFirst().text;
    }

    /** In the form of a list, which is started without a shell. */
    static List<String> exec(String text) {
        return new JsonArray(text).stream().map(String.class::cast).toList();
    }

    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Instruction each : last("ENV")) {
            Matcher assignment = ASSIGNMENT.matcher(each.text);
            while (assignment.find())
                environment.put(assignment.group(1), assignment.group(2).replace("\"", ""));
        }
        return environment;
    }

    private static List<Instruction> named(List<Instruction> instructions, String name) {
        return instructions.stream().filter(each -> each.name.equals(name)).toList();
    }
}
