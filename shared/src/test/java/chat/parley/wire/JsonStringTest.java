package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonStringTest {
    @ParameterizedTest
    @CsvSource({
        "'', '\"\"'",
        "a, '\"a\"'",
        "'{\"body\":\"a\\\\n\"}', '\"{\\\"body\\\":\\\"a\\\\\\\\n\\\"}\"'",
        "caf\u00e9 \ud83d\ude00, '\"caf\u00e9 \ud83d\ude00\"'",
    })
    void whatJsonDemandsIsEscaped(String text, String json) {
        assertThat(quoted(text)).isEqualTo(json);
    }

    @Test
    void charactersThatBreakLinesAreEscaped() {
        assertThat(quoted("\u0000\n\u2028\u200d\uffff")).isEqualTo("\"\\u0000\\u000a\\u2028\\u200d\\uffff\"");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyTextComesBackAsItWas(long seed) throws BadInput {
        Random random = new Random(seed);
        JsonText json = new JsonText(1);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) text.appendCodePoint(point(random));
            byte[] quoted = JsonString.of(text.toString().getBytes(StandardCharsets.UTF_8));
            json.parse(quoted, 0, quoted.length);
            assertThat(json.string(JsonText.ROOT)).isEqualTo(text.toString());
            assertThat(json.utf8(JsonText.ROOT)).isEqualTo(text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static int point(Random random) {
        int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x10fffe);
        return point >= 0xd800 && point < 0xe000 ? '"' : point;
    }

    private static String quoted(String text) {
        return new String(JsonString.of(text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
