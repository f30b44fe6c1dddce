package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private static final int DEPTH_MAX = 16;

    private final JsonText text = new JsonText(DEPTH_MAX);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " { } ",
                "\t[\n]\r",
                "0",
                "-0",
                "-1.5e+10",
                "1E-3",
                "\"\"",
                "true",
                "false",
                "null",
                "{\"a\":1,\"b\":[1,2,{\"c\":null}]}",
                "[[],[{}],\"x\"]",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\ude00\"",
                "\"é€😀\u2028\u007f\"",
                "{\"\":1}",
                "{\"a\":{\"a\":{\"a\":1}}}",
                "1e308",
                "0.0000000000000000001"
            })
    void jsonIsTaken(String json) throws BadInput {
        parse(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\" 1}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[1,,2]",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\u 123\"",
                "\"\\u+123\"",
                "01",
                "-",
                "+1",
                "1.",
                ".5",
                "1e",
                "1e+",
                "0x1",
                "--1",
                "1.e1",
                "NaN",
                "Infinity",
                "-Infinity",
                "1_000",
                "1f",
                "００",
                "tru",
                "TRUE",
                "nul",
                "nulll",
                "truefalse",
                "undefined",
                "// c\n1",
                "/* c */1",
                "{} {}",
                "1 1",
                "{}x",
                "[1]]",
                "\u00a01",
                "\ufeff{}",
                "\u000b1",
                "\"a\nb\"",
                "\"a\tb\"",
                "\"\u0000\"",
                "\u0000",
                "{}\u0000",
                "\"\u001f\""
            })
    void whatIsNotJsonIsRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(BadInput.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud800x\"",
                "\"\\ud800\\n\"",
                "\"\\ud800\\u0041\"",
                "\"\\ud800\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"\\udbff",
                "{\"\\ud800\":1}",
                "\"\\ud83d\\ude0\""
            })
    void halfASurrogatePairIsRefused(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(BadInput.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":3}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"é\":1,\"\\u00e9\":2}",
                "[{\"x\":{\"y\":1,\"y\":2}}]",
                "{\"\":1,\"\":2}",
                "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"a\":1}"
            })
    void aKeyThatComesTwiceIsRefused(String json) {
        assertThatThrownBy(() -> parse(json)).hasMessage("a key comes twice in one object");
    }

    @Test
    void manyDifferentKeysAreTaken() throws BadInput {
        StringBuilder json = new StringBuilder("{\"k\":0");
        for (int i = 0; i < 5_000; i++)
            json.append(",\"k").append(i).append("\":").append(i);
        parse(json.append('}').toString());
        assertThat(text.sizeOf(JsonText.ROOT)).isEqualTo(5_001);
        assertThat(text.wholeNumber(text.field(JsonText.ROOT, "k4999"))).isEqualTo(4999);
    }

    @Test
    void depthIsBounded() throws BadInput {
        parse("[".repeat(DEPTH_MAX) + "]".repeat(DEPTH_MAX));
        parse("{\"a\":".repeat(DEPTH_MAX - 1) + "{}" + "}".repeat(DEPTH_MAX - 1));
        assertThatThrownBy(() -> parse("[".repeat(DEPTH_MAX + 1) + "]".repeat(DEPTH_MAX + 1)))
                .hasMessage("nested deeper than 16");
        assertThatThrownBy(() -> parse("[".repeat(60_000))).hasMessage("nested deeper than 16");
        assertThatThrownBy(() -> parse("{\"a\":".repeat(10_000))).hasMessage("nested deeper than 16");
    }

    @Test
    void numbersAreBounded() throws BadInput {
        parse("9".repeat(64));
        assertThatThrownBy(() -> parse("9".repeat(65))).hasMessage("a number is longer than 64");
        assertThatThrownBy(() -> parse("9".repeat(400))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> parse("1e999999")).hasMessage("a number is out of range");
        assertThatThrownBy(() -> parse("-1e309")).hasMessage("a number is out of range");
        assertThatThrownBy(() -> parse("1" + "0".repeat(60) + "e9999")).isInstanceOf(BadInput.class);
        parse("1e-999999");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "7,7",
        "9007199254740991,9007199254740991",
        "9007199254740992,-1",
        "-1,-1",
        "-0,-1",
        "1.0,-1",
        "1e3,-1",
        "99999999999999999999,-1"
    })
    void onlyPlainWholeNumbersAreWhole(String json, long whole) throws BadInput {
        parse(json);
        assertThat(text.wholeNumber(JsonText.ROOT)).isEqualTo(whole);
    }

    @Test
    void stringsComeWithoutTheirEscapes() throws BadInput {
        parse("{\"plain\":\"grün 😀\",\"escaped\":\"\\\"\\\\\\/\\b\\f\\n"
                + "\\r"
                + "\\t\\u0000\\u00fc\\uD83D\\ude00 ü\",\"\\u006bey\":\"v\"}");
        assertThat(text.string(text.field(JsonText.ROOT, "plain"))).isEqualTo("grün 😀");
        assertThat(text.string(text.field(JsonText.ROOT, "escaped"))).isEqualTo("\"\\/\b\f\n\r\t\u0000ü😀 ü");
        assertThat(text.string(text.field(JsonText.ROOT, "key"))).isEqualTo("v");
        assertThat(text.utf8Length(text.field(JsonText.ROOT, "plain"))).isEqualTo(10);
        assertThat(text.utf8Length(text.field(JsonText.ROOT, "escaped"))).isEqualTo(18);
    }

    @Test
    void valuesAreFoundWhereTheyStand() throws BadInput {
        parse("{\"a\":{\"b\":[10,[20,21],{\"c\":30}]},\"b\":true,\"c\":false,\"d\":null}");
        int b = text.field(text.field(JsonText.ROOT, "a"), "b");
        assertThat(text.sizeOf(b)).isEqualTo(3);
        int second = text.next(text.first(b));
        assertThat(text.text(second)).isEqualTo("[20,21]");
        assertThat(text.text(text.next(second))).isEqualTo("{\"c\":30}");
        assertThat(text.next(text.next(second))).isEqualTo(text.next(b));
        assertThat(text.isTrue(text.field(JsonText.ROOT, "b"))).isTrue();
        assertThat(text.isTrue(text.field(JsonText.ROOT, "c"))).isFalse();
        assertThat(text.type(text.field(JsonText.ROOT, "d"))).isEqualTo(JsonText.Type.NULL);
        assertThat(text.field(JsonText.ROOT, "e")).isEqualTo(JsonText.NONE);
    }

    @Test
    void onlyTheNamedPartIsRead() throws BadInput {
        byte[] bytes = "xx{\"a\":1}yy".getBytes(StandardCharsets.UTF_8);
        text.parse(bytes, 2, 7);
        assertThat(text.text(JsonText.ROOT)).isEqualTo("{\"a\":1}");
        assertThatThrownBy(() -> text.parse(bytes, 2, 6)).hasMessage("the JSON text is cut short");
    }

    /** Jackson is the second opinion; it takes more only in what is asked for here beyond RFC 8259 (surrogates, ranges of numbers). */
    @Test
    void itJudgesAsAnotherParserDoes() {
        Random random = new Random(2);
        JsonFactory jackson = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .build())
                .build();
        String alphabet = "{}[]\",:\\ntfu09-+.eE a\n\u0001é";
        String[] seeds = {
            "{\"type\":\"x\",\"n\":-10.5e2,\"l\":[true,false,null]}",
            "[\"a\\n\\u00e9\",{\"b\":{}},[],0]",
            "{\"a\":[1,2,3],\"b\":\"\\\\\\\"\"}"
        };
        int taken = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder json = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            for (int change = random.nextInt(4); change > 0 && !json.isEmpty(); change--) {
                int at = random.nextInt(json.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> json.setCharAt(at, c);
                    case 1 -> json.insert(at, c);
                    default -> json.deleteCharAt(at);
                }
            }
            boolean isTaken = isTaken(json.toString());
            assertThat(isTaken).as(json.toString()).isEqualTo(jacksonTakes(jackson, json.toString()));
            if (isTaken) taken++;
        }
        assertThat(taken).isBetween(10_000, 90_000);
    }

    private boolean isTaken(String json) {
        try {
            parse(json);
            return true;
        } catch (BadInput e) {
            return false;
        }
    }

    private static boolean jacksonTakes(JsonFactory jackson, String json) {
        try (JsonParser parser = jackson.createParser(json.getBytes(StandardCharsets.UTF_8))) {
            if (parser.nextToken() == null) return false;
            parser.skipChildren();
            if (parser.currentToken() == null
                    || !parser.currentToken().isScalarValue()
                            && !parser.currentToken().isStructEnd()) return false;
            parser.getText(); // strings are read only when asked for
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private void parse(String json) throws BadInput {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        text.parse(utf8, 0, utf8.length);
    }
}
