package chat.parley.gateway.auth;

import chat.parley.wire.Utf8;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object and nothing else, in which nothing is said twice. */
final class StrictJson {
    private static final int DEPTH_MAX = 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build();

    private StrictJson() {}

    /**
     * Its members: text as String, numbers as Double, a list of texts as List; all else is there as null.
     *
     * @throws IllegalArgumentException if it is not such an object
     */
    static Map<String, Object> read(byte[] bytes) {
        if (!Utf8.isValid(bytes, 0, bytes.length)) throw new IllegalArgumentException("not UTF-8");
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw new IllegalArgumentException("not an object");
            Map<String, Object> members = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                members.put(name, value(json));
            }
            if (json.nextToken() != null) throw new IllegalArgumentException("more than an object");
            return members;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("not JSON");
        }
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.nextToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case START_ARRAY -> texts(json);
            case null, default -> {
                json.skipChildren();
                yield null;
            }
        };
    }

    private static @Nullable List<String> texts(JsonParser json) throws IOException {
        List<String> texts = new ArrayList<>();
        boolean isAllText = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == null) throw new IllegalArgumentException("cut short");
            if (json.currentToken() == JsonToken.VALUE_STRING) texts.add(json.getText());
            else isAllText = false;
            json.skipChildren();
        }
        return isAllText ? texts : null;
    }
}
