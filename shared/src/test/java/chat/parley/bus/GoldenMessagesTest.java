package chat.parley.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages as the nodes of each minor version wrote them, in {@code golden/<number>.json}: one on a line, its bytes and what they mean. A
 * set is never changed while the version of the bus is the same. When a field, a value or a message is added, the next set is written by this test with {@code -Dgolden.write=FILE}.
 */
class GoldenMessagesTest {
    private static final int NOTHING_NEW_MAX = 40;

    static List<Path> sets() throws IOException, URISyntaxException {
        Path folder = Path.of(GoldenMessagesTest.class.getResource("golden").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted(Comparator.comparingInt(GoldenMessagesTest::number))
                    .toList();
        }
    }

    private static int number(Path set) {
        return Integer.parseInt(set.getFileName().toString().replace(".json", ""));
    }

    @ParameterizedTest
    @MethodSource("sets")
    void whatEachMinorVersionWroteIsReadAsItWasMeant(Path set) throws IOException {
        for (JsonObject golden : messages(set)) {
            Object read = read(golden);
            assertThat(holds(shown(read), golden.getJsonObject("means")))
                    .as("%s is read as %s", golden, read)
                    .isTrue();
        }
    }

    /** So the nodes of that version can read it: they pass over what is behind. */
    @ParameterizedTest
    @MethodSource("sets")
    void whatIsWrittenNowBeginsAsEachMinorVersionWroteIt(Path set) throws IOException {
        for (JsonObject golden : messages(set)) {
            assertThat(encoded(read(golden))).as(golden.encode()).startsWith(golden.getString("bytes"));
        }
    }

    @Test
    void theNewestSetShowsAllThatMessagesCanBeNow() throws Exception {
        Set<String> all = new TreeSet<>();
        List<Object> candidates = candidates(all);
        String file = System.getProperty("golden.write");
        if (file != null) write(Path.of(file), candidates);
        Set<String> shown = new TreeSet<>();
        for (JsonObject golden : messages(sets().getLast())) {
            assertThat(encoded(read(golden)))
                    .as("a field is new, so a new set is due")
                    .isEqualTo(golden.getString("bytes"));
            shown.addAll(traits(golden.getString("message"), golden.getJsonObject("means")));
        }
        assertThat(shown).as("else a new set is due").containsAll(all);
    }

    /** As few and as short ones as show everything. */
    private static void write(Path file, List<Object> candidates) throws IOException {
        List<String> lines = new ArrayList<>();
        Set<String> shown = new TreeSet<>();
        for (RecordCodec<?> codec : BusCodecs.ALL) {
            List<JsonObject> its = candidates.stream()
                    .filter(codec.type()::isInstance)
                    .map(each -> new JsonObject()
                            .put("message", codec.name())
                            .put("bytes", encoded(each))
                            .put("means", shown(each)))
                    .sorted(Comparator.comparingInt(
                            each -> each.getString("bytes").length()))
                    .toList();
            JsonObject usual = its.get(its.size() / 2);
            for (JsonObject each : its)
                if (shown.addAll(traits(codec.name(), each.getJsonObject("means"))) || each == usual)
                    lines.add(each.encode());
        }
        Files.writeString(file, "[\n" + String.join(",\n", lines) + "\n]\n");
    }

    /** Of every message so many that more would show nothing new. */
    private static List<Object> candidates(Set<String> traits) {
        List<Object> candidates = new ArrayList<>();
        for (RecordCodec<?> codec : BusCodecs.ALL) {
            RandomRecords records =
                    new RandomRecords(new SplittableRandom(codec.name().hashCode()));
            for (int nothingNew = 0; nothingNew < NOTHING_NEW_MAX; nothingNew++) {
                Object message = records.next(codec.type());
                candidates.add(message);
                if (traits.addAll(traits(codec.name(), shown(message)))) nothingNew = 0;
            }
        }
        return candidates;
    }

    private static List<JsonObject> messages(Path set) throws IOException {
        return new JsonArray(Files.readString(set))
                .stream().map(JsonObject.class::cast).toList();
    }

    private static Object read(JsonObject golden) {
        byte[] body = HexFormat.of().parseHex(golden.getString("bytes"));
        return BusCodecs.unpack(new Bundle.Parcel("here", golden.getString("message"), body));
    }

    private static String encoded(Object message) {
        return HexFormat.of().formatHex(BusCodecs.pack("here", message).body());
    }

    /** Of a sealed type, which one it is; then its fields. */
    private static JsonObject shown(Object record) {
        JsonObject shown = new JsonObject();
        boolean isOneOfSeveral = Stream.of(record.getClass().getInterfaces()).anyMatch(Class::isSealed);
        if (isOneOfSeveral) shown.put("is", record.getClass().getSimpleName());
        try {
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                shown.put(component.getName(), shownValue(accessor.invoke(record)));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return shown;
    }

    private static @Nullable Object shownValue(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Record record -> shown(record);
            case List<?> list ->
                new JsonArray(list.stream().map(GoldenMessagesTest::shownValue).toList());
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case Enum<?> one -> one.name();
            default -> value;
        };
    }

    /** Whether it is all there; fields that were added since are no matter. */
    private static boolean holds(@Nullable Object now, @Nullable Object then) {
        if (then instanceof JsonObject fields) {
            return now instanceof JsonObject all
                    && fields.fieldNames().stream()
                            .allMatch(
                                    name -> all.containsKey(name) && holds(all.getValue(name), fields.getValue(name)));
        }
        if (then instanceof JsonArray elements) {
            if (!(now instanceof JsonArray all) || all.size() != elements.size()) return false;
            for (int i = 0; i < elements.size(); i++) if (!holds(all.getValue(i), elements.getValue(i))) return false;
            return true;
        }
        if (then instanceof Number number)
            return now instanceof Number other && number.longValue() == other.longValue();
        return then == null ? now == null : then.equals(now);
    }

    /** What there is in it to be shown: messages, fields, enumerated values, what is there and what is not. */
    private static Set<String> traits(String message, JsonObject means) {
        Set<String> traits = new TreeSet<>();
        addTraits(message, means, traits);
        return traits;
    }

    private static void addTraits(String of, @Nullable Object value, Set<String> traits) {
        switch (value) {
            case JsonObject fields -> {
                String part = of.substring(of.lastIndexOf('.') + 1); // wherever it stands
                String name = fields.containsKey("is") ? part + " " + fields.getString("is") : part;
                for (String field : fields.fieldNames()) addTraits(name + "." + field, fields.getValue(field), traits);
            }
            case JsonArray list -> {
                traits.add(of + (list.isEmpty() ? " empty" : " full"));
                for (Object each : list) addTraits(of, each, traits);
            }
            case String text when text.matches("[A-Z_]{2,}") -> traits.add(of + " " + text);
            case Boolean flag -> traits.add(of + " " + flag);
            case null -> traits.add(of + " absent");
            default -> traits.add(of);
        }
    }
}
