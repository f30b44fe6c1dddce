package chat.parley.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What {@link ByteWriter} writes {@link ByteReader} reads; it reads nothing else, and never more than there is. */
class BytesTest {
    @Test
    void numbersOfEverySizeAreReadAsTheyWereWritten() {
        var out = new ByteWriter(0);
        for (int bits = 0; bits < 63; bits++) {
            out.putVar(1L << bits).putVar((1L << bits) - 1).putLong(-1L << bits).putByte(bits);
        }
        out.putVar(Long.MAX_VALUE);
        var in = new ByteReader(out.toBytes());
        for (int bits = 0; bits < 63; bits++) {
            assertThat(in.getVar()).isEqualTo(1L << bits);
            assertThat(in.getVar()).isEqualTo((1L << bits) - 1);
            assertThat(in.getLong()).isEqualTo(-1L << bits);
            assertThat(in.getByte()).isEqualTo(bits);
        }
        assertThat(in.getVar()).isEqualTo(Long.MAX_VALUE);
        assertThat(in.hasMore()).isFalse();
    }

    @Test
    void textsAreReadAsTheyWereWritten() {
        String[] texts = {"", "a", "\0", "ascii ".repeat(50), "ü", "日本", "😀", "x".repeat(127), "x".repeat(128)};
        var out = new ByteWriter(0);
        for (String text : texts) out.putString(text).putOptional(text);
        out.putOptional(null);
        var in = new ByteReader(out.toBytes());
        for (String text : texts) {
            assertThat(in.getString()).isEqualTo(text);
            assertThat(in.getOptional()).isEqualTo(text);
        }
        assertThat(in.getOptional()).isNull();
    }

    @Test
    void aNegativeNumberIsNotWritten() {
        assertThatThrownBy(() -> new ByteWriter(8).putVar(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCountOfMoreThanThereIsIsRefused() {
        byte[] bytes = new ByteWriter(8).putVar(1L << 40).putByte(1).toBytes();
        assertThatThrownBy(() -> new ByteReader(bytes).getCount()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteReader(bytes).getBytes()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteReader(bytes).getString()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNumberOfTooManyBytesIsRefused() {
        byte[] bytes = new byte[20];
        java.util.Arrays.fill(bytes, (byte) 0xff);
        assertThatThrownBy(() -> new ByteReader(bytes).getVar()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReaderOfAPartSeesNothingBehindIt() {
        byte[] bytes = {9, 1, 2, 3, 9};
        var in = new ByteReader(bytes, 1, 3);
        assertThat(in.getByte()).isEqualTo(1);
        assertThatThrownBy(in::getLong).isInstanceOf(IllegalArgumentException.class);
        assertThat(in.getByte()).isEqualTo(2);
        assertThat(in.getByte()).isEqualTo(3);
        assertThat(in.hasMore()).isFalse();
        assertThatThrownBy(in::getByte).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anythingIsReadOrRefused() {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            var in = new ByteReader(bytes);
            try {
                while (in.hasMore()) readAnything(in, random);
            } catch (IllegalArgumentException e) {
                assertThat(e).isNotNull(); // refused
            }
        }
    }

    private static void readAnything(ByteReader in, Random random) {
        switch (random.nextInt(7)) {
            case 0 -> in.getByte();
            case 1 -> in.getVar();
            case 2 -> in.getCount();
            case 3 -> in.getLong();
            case 4 -> in.getBytes();
            case 5 -> in.getString();
            default -> in.getOptional();
        }
    }

    @Test
    void aClearedWriterWritesFromTheStart() {
        var out = new ByteWriter(4).putString("a long text that makes it grow");
        byte[] before = out.copy();
        out.clear().putByte(7);
        assertThat(out.toBytes()).containsExactly(7);
        assertThat(new ByteReader(before).getString()).isEqualTo("a long text that makes it grow");
    }
}
