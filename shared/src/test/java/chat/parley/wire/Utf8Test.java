package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "plain text of more than eight bytes",
                "é",
                "€",
                "😀",
                "a\u0000b",
                "\u07ff\u0800\ud7ff\ue000\uffff",
                "\udbff\udfff"
            })
    void textIsValid(String text) {
        assertThat(isValid(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "bf", // a continuation alone
                "c0 80",
                "c1 bf",
                "e0 80 80",
                "e0 9f bf",
                "f0 80 80 80",
                "f0 8f bf bf", // overlong
                "ed a0 80",
                "ed bf bf",
                "ed a0 80 ed b0 80", // surrogates
                "f4 90 80 80",
                "f5 80 80 80",
                "ff",
                "fe", // above U+10FFFF
                "c3",
                "e2 82",
                "f0 9f 98",
                "61 61 61 61 61 61 61 e2 82", // cut short
                "c3 28",
                "e2 28 a1",
                "e2 82 28",
                "f0 28 8c bc",
                "f0 90 28 bc",
                "f0 90 8c 28" // not a continuation
            })
    void whatIsNotACharacterIsInvalid(String hex) {
        assertThat(isValid(bytes(hex))).isFalse();
    }

    @Test
    void onlyTheNamedPartCounts() {
        byte[] bytes = bytes("ff 61 c3 a9 ff");
        assertThat(Utf8.isValid(bytes, 1, 3)).isTrue();
        assertThat(Utf8.isValid(bytes, 1, 2)).isFalse();
        assertThat(Utf8.isValid(bytes, 0, 5)).isFalse();
    }

    @Test
    void itJudgesAsTheDecoderOfTheJdkDoes() {
        Random random = new Random(1);
        byte[] alphabet = bytes("61 80 9f a0 bf c2 e0 ed f0 f4 8f 90");
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) bytes[at] = alphabet[random.nextInt(alphabet.length)];
            assertThat(isValid(bytes)).isEqualTo(jdkTakes(bytes));
        }
    }

    private static boolean isValid(byte[] bytes) {
        return Utf8.isValid(bytes, 0, bytes.length);
    }

    private static boolean jdkTakes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static byte[] bytes(String hex) {
        String[] pairs = hex.split(" ", -1);
        byte[] bytes = new byte[pairs.length];
        for (int i = 0; i < pairs.length; i++) bytes[i] = (byte) Integer.parseInt(pairs[i], 16);
        return bytes;
    }
}
