package chat.parley.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a node, wherever they are said: a file, over it the environment, over that the command line. Whoever asks for one
 * names its default and its range in the same breath, so that this is the list of all there are; when all have been asked for, what
 * else was said is an error.
 */
final class Settings {
    private static final String ENVIRONMENT_PREFIX = "PARLEY_";
    private static final int TYPO_DISTANCE_MAX = 3;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .build();

    /**
     * One setting, as it is documented.
     *
     * @param range what it may be
     * @param unset what it is if nobody says anything
     */
    record Setting(String name, String range, String unset, String meaning) {}

    /** Makes of what was said what is meant; null: it may not be that. */
    interface Understanding<S, T> {
        @Nullable
        T of(S said);
    }

    /** @param value text, Boolean, BigDecimal, or a list of these or of maps @param source where it was said, as a sentence has it */
    private record Said(Object value, String source) {}

    private final Map<String, Said> said = new LinkedHashMap<>();
    private final Map<String, String> environment;
    private final Map<String, Setting> known = new LinkedHashMap<>();
    private final Set<String> given = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    /** Whose values may be secret. */
    private final Set<String> unshown = new HashSet<>();

    private Settings(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Nothing is said: everything has its default. */
    static Settings none() {
        return new Settings(new LinkedHashMap<>());
    }

    /**
     * @param file a JSON object
     * @param environment of which the variables that begin with PARLEY_ count
     * @param assignments {@code name=value} from the command line
     */
    static Settings of(Path file, Map<String, String> environment, List<String> assignments) throws Refusal {
        Settings settings = new Settings(new LinkedHashMap<>(environment));
        settings.environment.keySet().removeIf(name -> !name.startsWith(ENVIRONMENT_PREFIX));
        settings.readFile(file);
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) throw new Refusal("--set wants name=value, and got '" + assignment + "'.");
            settings.said.put(
                    assignment.substring(0, equals), new Said(assignment.substring(equals + 1), "on the command line"));
        }
        return settings;
    }

    String text(String name, String unset, String meaning) {
        return value(name, "text", unset, unset, meaning, value -> value instanceof String text ? text : null);
    }

    /** Text that need not be said. */
    @Nullable
    String optionalText(String name, String meaning) {
        String text = value(name, "text", "", "", meaning, value -> value instanceof String given ? given : null);
        return text.isEmpty() ? null : text;
    }

    /** Text that need not be said, and is shown to nobody. */
    @Nullable
    String secret(String name, String meaning) {
        unshown.add(name);
        return optionalText(name, meaning);
    }

    /** One of the words. */
    String word(String name, List<String> words, String unset, String meaning) {
        String range = String.join(", ", words);
        return value(name, range, unset, unset, meaning, value -> words.contains(value) ? (String) value : null);
    }

    boolean flag(String name, boolean unset, String meaning) {
        return value(name, "true, false", String.valueOf(unset), unset, meaning, value -> switch (value) {
            case Boolean flag -> flag;
            case String text when text.equals("true") -> true;
            case String text when text.equals("false") -> false;
            default -> null;
        });
    }

    int number(String name, int min, int max, int unset, String meaning) {
        return (int) number(name, (long) min, max, unset, meaning);
    }

    long number(String name, long min, long max, long unset, String meaning) {
        return value(name, min + " to " + max, String.valueOf(unset), unset, meaning, value -> {
            try {
                long number = new BigDecimal(value.toString()).longValueExact();
                return number >= min && number <= max ? number : null;
            } catch (ArithmeticException | NumberFormatException notWhole) {
                return null;
            }
        });
    }

    /** A list of texts, in JSON or with commas between them; each has to be something that {@code part} understands. */
    <T> List<T> list(String name, String range, Understanding<String, T> part, String meaning) {
        return value(name, range, "none", List.of(), meaning, value -> {
            List<T> parts = new ArrayList<>();
            for (Object each : value instanceof String text ? List.of((Object[]) text.split(",")) : listed(value)) {
                if (!(each instanceof String text)) return null;
                if (text.isBlank()) continue;
                T parsed = part.of(text.strip());
                if (parsed == null) return null;
                parts.add(parsed);
            }
            return parts;
        });
    }

    /** A list of objects with text members, in JSON, which may hold secrets. */
    <T> List<T> objects(String name, String range, Understanding<Map<String, String>, T> object, String meaning) {
        unshown.add(name);
        return value(name, range, "none", List.of(), meaning, value -> {
            Object given = value instanceof String text ? parsed(text) : value;
            if (!(given instanceof List<?> list)) return null;
            List<T> objects = new ArrayList<>();
            for (Object each : list) {
                T parsed = each instanceof Map<?, ?> map ? object.of(texts(map)) : null;
                if (parsed == null) return null;
                objects.add(parsed);
            }
            return objects;
        });
    }

    /** Whether anybody said anything of a setting that was asked for. */
    boolean isGiven(String name) {
        return given.contains(name);
    }

    /** Something that two settings or more are only right or wrong about together. */
    void require(boolean holds, String sentence) {
        if (!holds) problems.add(sentence);
    }

    /** All that were asked for, in that order. */
    List<Setting> known() {
        return List.copyOf(known.values());
    }

    /** To be called when all have been asked for. @throws Refusal with the first thing that is wrong */
    void check() throws Refusal {
        for (Map.Entry<String, Said> each : said.entrySet()) {
            if (!known.containsKey(each.getKey()))
                throw new Refusal("there is no setting " + each.getKey() + " (set "
                        + each.getValue().source() + ")" + nearest(each.getKey()) + "; conf/README.md lists them all.");
        }
        for (String variable : environment.keySet())
            throw new Refusal("there is no setting for the environment variable " + variable
                    + "; conf/README.md lists them all.");
        if (!problems.isEmpty()) throw new Refusal(problems.getFirst());
    }

    /** PARLEY_HTTP_BODY_BYTES_MAX for http.bodyBytesMax. */
    static String variable(String name) {
        return ENVIRONMENT_PREFIX
                + name.replace('.', '_')
                        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .toUpperCase(Locale.ROOT);
    }

    private <T> T value(
            String name, String range, String unsetText, T unset, String meaning, Understanding<Object, T> understand) {
        if (known.put(name, new Setting(name, range, unsetText, meaning)) != null)
            throw new IllegalStateException(name + " is asked for twice");
        Said its = said.get(name);
        String variable = environment.remove(variable(name));
        if (variable != null && (its == null || !its.source().equals("on the command line")))
            its = new Said(variable, "by " + variable(name));
        if (its == null) return unset;
        given.add(name);
        T value = understand.of(its.value());
        if (value == null)
            problems.add(name + " cannot be " + shown(name, its.value()) + " (set " + its.source() + "); allowed: "
                    + range + ".");
        return value == null ? unset : value;
    }

    private String nearest(String name) {
        String best = "";
        int bestDistance = TYPO_DISTANCE_MAX + 1;
        for (String each : known.keySet()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = each;
            }
        }
        return best.isEmpty() ? "" : "; is " + best + " meant?";
    }

    /** Letters to put in, take out or change. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    private String shown(String name, Object value) {
        boolean isLong = value instanceof List<?> || value instanceof Map<?, ?>;
        return isLong || unshown.contains(name) ? "what it is" : "'" + value + "'";
    }

    private static List<?> listed(Object value) {
        return value instanceof List<?> list ? list : List.of(value);
    }

    private static Map<String, String> texts(Map<?, ?> members) {
        Map<String, String> texts = new LinkedHashMap<>();
        members.forEach((name, value) -> texts.put(name.toString(), value.toString()));
        return texts;
    }

    private void readFile(Path file) throws Refusal {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new Refusal("there is no configuration " + file + ".");
        } catch (IOException unreadable) {
            throw new Refusal("the configuration " + file + " cannot be read.");
        }
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw new Refusal(file + " is not a JSON object.");
            readObject(json, "", "in " + file);
            if (json.nextToken() != null) throw new Refusal(file + " holds more than one JSON object.");
        } catch (com.fasterxml.jackson.core.JsonProcessingException broken) {
            throw new Refusal(file + " is not the JSON it should be: " + broken.getOriginalMessage() + " (line "
                    + broken.getLocation().getLineNr() + ").");
        } catch (IOException unreadable) {
            throw new Refusal("the configuration " + file + " cannot be read.");
        }
    }

    private void readObject(JsonParser json, String prefix, String source) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix + json.currentName();
            if (json.nextToken() == JsonToken.START_OBJECT) readObject(json, name + ".", source);
            else said.put(name, new Said(jsonValue(json), source));
        }
    }

    private static Object jsonValue(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDecimalValue();
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) list.add(jsonValue(json));
                yield list;
            }
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, jsonValue(json));
                }
                yield members;
            }
            default -> "null";
        };
    }

    private static @Nullable Object parsed(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            return json.nextToken() == null ? null : jsonValue(json);
        } catch (IOException notJson) {
            return null;
        }
    }
}
