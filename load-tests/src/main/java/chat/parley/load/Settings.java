package chat.parley.load;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The {@code key=value} arguments of a run. One that no workload asks for is refused before anything starts. */
final class Settings {
    private static final List<String> KNOWN = List.of(
            "host",
            "port",
            "ops",
            "pids",
            "warm",
            "measure",
            "rounds",
            "users",
            "groups",
            "size",
            "sizes",
            "picture",
            "pictures",
            "way",
            "window",
            "at",
            "points",
            "settle",
            "conversations",
            "heartbeat",
            "idle",
            "transport",
            "connecting",
            "returning",
            "messages",
            "timeout",
            "stuck",
            "stall",
            "body",
            "talkers",
            "rate",
            "away",
            "budget");

    private final Map<String, String> values = new LinkedHashMap<>();

    Settings(String[] arguments) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) throw new IllegalArgumentException("'" + argument + "' is not key=value.");
            String key = argument.substring(0, equals);
            if (!KNOWN.contains(key)) {
                throw new IllegalArgumentException("There is no setting '" + key + "'; there are "
                        + String.join(", ", new TreeSet<>(KNOWN)) + ".");
            }
            values.put(key, argument.substring(equals + 1));
        }
    }

    /** With another default for a setting. */
    Settings or(String key, String value) {
        values.putIfAbsent(key, value);
        return this;
    }

    /** The same with one that counts instead of what was given. */
    Settings with(String key, String value) {
        Settings others = new Settings(new String[0]);
        others.values.putAll(values);
        others.values.put(key, value);
        return others;
    }

    int number(String key, int otherwise) {
        return (int) real(key, otherwise);
    }

    double real(String key, double otherwise) {
        String value = values.get(key);
        return value == null ? otherwise : real(key, value);
    }

    double[] reals(String key, String otherwise) {
        return Arrays.stream(values.getOrDefault(key, otherwise).split(","))
                .mapToDouble(each -> real(key, each.trim()))
                .toArray();
    }

    private static double real(String key, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + key + "' is a number, not '" + value + "'.", e);
        }
    }

    int[] numbers(String key, String otherwise) {
        String value = values.getOrDefault(key, otherwise);
        try {
            return Arrays.stream(value.split(","))
                    .filter(each -> !each.isBlank())
                    .mapToInt(each -> Integer.parseInt(each.trim()))
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + key + "' is numbers with commas between, not '" + value + "'.", e);
        }
    }

    @Nullable
    String text(String key) {
        return values.get(key);
    }
}
