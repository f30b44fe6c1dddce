package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    @Test
    void commasStandBetweenAndNowhereElse() {
        JsonWriter out = new JsonWriter(0).beginObject().field("a", 1).name("b").beginArray();
        out.number(1)
                .string("x")
                .bool(true)
                .beginObject()
                .endObject()
                .beginArray()
                .endArray()
                .endArray();
        out.field("c", "{")
                .field("d", "[")
                .field("e", ":")
                .name("f")
                .raw("{}")
                .field("g", false)
                .endObject();
        assertThat(text(out))
                .isEqualTo(
                        "{\"a\":1,\"b\":[1,\"x\",true,{},[]],\"c\":\"{\",\"d\":\"[\",\"e\":\":\",\"f\":{},\"g\":false}");
    }

    @Test
    void numbersAreWrittenInFull() {
        JsonWriter out = new JsonWriter(0).beginArray();
        for (long number : new long[] {0, 9, 10, 99, 100, 9007199254740991L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
            out.number(number);
        assertThat(text(out.endArray()))
                .isEqualTo("[0,9,10,99,100,9007199254740991,9223372036854775807,-1,-9223372036854775808]");
    }

    @Test
    void whatJsonForbidsInStringsIsEscaped() {
        assertThat(text(new JsonWriter(0).string("a\"b\\c\nd\re\tf\u0000g\u001fh\bi/é€😀\u2028")))
                .isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\\u0000g\\u001fh\\u0008i/é€😀\u2028\"");
    }

    @Test
    void everyStringComesBackAsItWas() throws BadInput {
        Random random = new Random(3);
        JsonText reader = new JsonText(16);
        String alphabet = "ab \"\\/\n\t\u0000\u001f\u007f\u0080é€\u2028\uffff";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder string = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                if (random.nextInt(8) == 0) string.appendCodePoint(0x1f600 + random.nextInt(64));
                else string.append(random.nextBoolean() ? 'x' : alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] json = new JsonWriter(random.nextInt(100))
                    .beginArray()
                    .string(string.toString())
                    .endArray()
                    .toBytes();
            reader.parse(json, 0, json.length);
            assertThat(reader.string(1)).isEqualTo(string.toString());
            assertThat(new JsonArray(new String(json, StandardCharsets.UTF_8)).getString(0))
                    .isEqualTo(string.toString());
        }
    }

    private static String text(JsonWriter out) {
        return new String(out.toBytes(), StandardCharsets.UTF_8);
    }
}
