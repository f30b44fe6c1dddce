package chat.parley.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The contracts that the server serves, as the judge of what tests say and see: {@code openapi.json} for HTTP, {@code asyncapi.json} for the
 * socket. What is not as they say is an {@link AssertionError}. Thread-safe.
 */
public final class Contract {
    private static final String BASE = "https://parley.invalid/contract/";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            factory -> factory.schemaMappers(mappers -> mappers.mapPrefix(BASE, "classpath:contract/")));
    private static final Map<String, JsonSchema> KNOWN = new ConcurrentHashMap<>();
    private static final Set<String> SHAPES = ConcurrentHashMap.newKeySet();

    /** The contracts themselves. */
    public static final JsonNode HTTP = read("openapi.json");

    public static final JsonNode SOCKET = read("asyncapi.json");

    private static final List<Path> PATHS = paths();
    private static final Map<String, String> CLIENT_FRAMES = frames("ClientFrame");
    private static final Map<String, String> SERVER_FRAMES = frames("ServerFrame");

    private Contract() {}

    /** A text that a client says and that is not to be refused: a frame, or an array of them. */
    public static void clientText(String text) {
        frames(text, CLIENT_FRAMES, "a client says");
    }

    /** A text that the server says. */
    public static void serverText(String text) {
        frames(text, SERVER_FRAMES, "the server says");
    }

    /**
     * As {@link #serverText}, for tests that see millions: looks closely only at the first frame of each shape, that is of each set of
     * fields.
     */
    public static void serverShape(JsonObject frame) {
        String shape =
                frame.getString("type") + " " + frame.getString("kind") + " " + new TreeSet<>(frame.fieldNames());
        if (SHAPES.add(shape)) serverText(frame.encode());
    }

    /**
     * One request and its answer.
     *
     * @param target path and query
     * @param requestBody null: none
     * @param contentType of the answer; null: none
     */
    public static void exchange(
            String method,
            String target,
            @Nullable String requestBody,
            int status,
            @Nullable String contentType,
            @Nullable String answer) {
        String what = method + " " + target + " answered " + status;
        if (status >= 400) {
            problem(what, status, contentType, answer);
            return;
        }
        String path = target.replaceFirst("\\?.*", "");
        Path known = PATHS.stream()
                .filter(each -> each.pattern.matcher(path).matches())
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + ", but no such path is in the contract"));
        JsonNode operation = HTTP.path("paths").path(known.template).path(method.toLowerCase(Locale.ROOT));
        String pointer = "/paths/" + escape(known.template) + "/" + method.toLowerCase(Locale.ROOT);
        JsonNode documented = operation.path("responses").path(Integer.toString(status));
        if (documented.isMissingNode()) throw new AssertionError(what + ", which is not in the contract");
        JsonNode content = documented.path("content");
        if (content.isMissingNode()) {
            if (answer != null && !answer.isEmpty()) throw new AssertionError(what + " with a body: " + answer);
        } else {
            if (contentType == null || !content.has(contentType))
                throw new AssertionError(what + " with content type " + contentType);
            judge(
                    what,
                    "openapi.json#" + pointer + "/responses/" + status + "/content/" + escape(contentType) + "/schema",
                    parse(what, String.valueOf(answer)));
        }
        if (requestBody != null && !requestBody.isEmpty()) {
            judge(
                    "request of " + what,
                    "openapi.json#" + pointer + "/requestBody/content/application~1json/schema",
                    parse(what, requestBody));
        }
    }

    /** A refusal over HTTP. */
    public static void problem(String what, int status, @Nullable String contentType, @Nullable String answer) {
        if (!"application/problem+json".equals(contentType))
            throw new AssertionError(what + " with content type " + contentType);
        JsonNode problem = parse(what, String.valueOf(answer));
        judge(what, "openapi.json#/components/schemas/Problem", problem);
        if (problem.path("status").asInt() != status) throw new AssertionError(what + ", but says " + problem);
    }

    /** Whether that is as the contract says. */
    public static boolean holds(Runnable judgement) {
        try {
            judgement.run();
            return true;
        } catch (AssertionError against) {
            return false;
        }
    }

    /** The text with one more field in each object, and with another type for each value but where the application has its own. */
    public static List<String> mutants(String text) {
        List<String> mutants = new ArrayList<>();
        JsonObject root = new JsonObject(text);
        mutate(root, root, mutants);
        return mutants;
    }

    private static void mutate(JsonObject root, JsonObject at, List<String> mutants) {
        at.put("surprise", true);
        mutants.add(root.encode());
        at.remove("surprise");
        for (String name : List.copyOf(at.fieldNames())) {
            if (name.equals("ext")) continue;
            Object value = at.getValue(name);
            at.put(name, new JsonObject().put("another", "type"));
            mutants.add(root.encode());
            at.put(name, value);
            if (value instanceof JsonObject object) mutate(root, object, mutants);
            if (value instanceof JsonArray array) {
                for (Object each : array) if (each instanceof JsonObject object) mutate(root, object, mutants);
            }
        }
    }

    /** Whether the value is as a schema of a contract says: what is wrong with it, or nothing. */
    static Set<String> violations(String location, JsonNode value) {
        JsonSchema schema = KNOWN.computeIfAbsent(location, at -> SCHEMAS.getSchema(SchemaLocation.of(BASE + at)));
        return schema.validate(value).stream()
                .map(ValidationMessage::getMessage)
                .collect(Collectors.toSet());
    }

    private static void frames(String text, Map<String, String> schemas, String who) {
        JsonNode all = parse(who, text);
        if (!all.isArray()) {
            frame(all, schemas, who);
            return;
        }
        for (JsonNode each : all) frame(each, schemas, who);
    }

    private static void frame(JsonNode frame, Map<String, String> schemas, String who) {
        String name = frame.path("type").asText();
        if (frame.has("kind")) name += "/" + frame.path("kind").asText() + (frame.has("deleted") ? "/deleted" : "");
        String schema = schemas.get(name);
        if (schema == null) throw new AssertionError(who + " a frame that is not in the contract: " + frame);
        judge(who, schema, frame);
    }

    private static void judge(String what, String location, JsonNode value) {
        Set<String> wrong = violations(location, value);
        if (!wrong.isEmpty())
            throw new AssertionError(what + " " + value + ", which is against " + location + ": " + wrong);
    }

    private static JsonNode parse(String what, String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(what + " what is no JSON: " + text, e);
        }
    }

    /** The schema of each frame, by its type; of entries, by type and kind. */
    private static Map<String, String> frames(String union) {
        Map<String, String> frames = new LinkedHashMap<>();
        List<String> refs = new ArrayList<>();
        SOCKET.path("components")
                .path("schemas")
                .path(union)
                .path("oneOf")
                .forEach(each -> refs.add(each.path("$ref").asText()));
        for (String ref : refs) {
            if (ref.endsWith("/Entry")) {
                HTTP.path("components")
                        .path("schemas")
                        .path("Entry")
                        .path("oneOf")
                        .forEach(each -> entry(each.path("$ref").asText(), frames));
            } else {
                String name = ref.substring(ref.lastIndexOf('/') + 1);
                JsonNode schema = SOCKET.path("components").path("schemas").path(name);
                frames.put(type(schema), "asyncapi.json#/components/schemas/" + name);
            }
        }
        return frames;
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("properties").path("type").path("const");
        for (JsonNode part : schema.path("allOf")) if (type.isMissingNode()) type = part.at("/properties/type/const");
        return type.asText();
    }

    private static void entry(String ref, Map<String, String> frames) {
        JsonNode kind = HTTP.at(ref.substring(1)).path("properties").path("kind");
        if (kind.has("const")) frames.put("message_event/" + kind.path("const").asText(), "openapi.json" + ref);
        for (JsonNode each : kind.path("enum"))
            frames.put("message_event/" + each.asText() + "/deleted", "openapi.json" + ref);
    }

    private record Path(String template, Pattern pattern) {}

    private static List<Path> paths() {
        List<Path> paths = new ArrayList<>();
        HTTP.path("paths")
                .fieldNames()
                .forEachRemaining(template ->
                        paths.add(new Path(template, Pattern.compile(template.replaceAll("\\{[^}]*}", "[^/]+")))));
        return paths;
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
    }

    private static JsonNode read(String name) {
        try (InputStream in = Contract.class.getResourceAsStream("/contract/" + name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
