package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.FrameReader.Read;
import chat.parley.node.RawClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int MESSAGE_BYTES_MAX = 64 << 10;

    private final FrameReader reader = new FrameReader(MESSAGE_BYTES_MAX);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 300, 65_535, 65_536})
    void aTextIsReadAtAnyLength(int length) {
        String text = "x".repeat(length);
        ByteBuf in = Unpooled.wrappedBuffer(RawClient.masked(0x81, bytes(text)));
        assertThat(reader.read(in)).isEqualTo(Read.TEXT);
        assertThat(new String(reader.payload(), StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void nothingIsTakenBeforeAFrameIsWhole() {
        byte[] frame = RawClient.masked(0x81, bytes("y".repeat(200)));
        for (int length = 0; length < frame.length; length++) {
            ByteBuf in = Unpooled.wrappedBuffer(frame, 0, length);
            assertThat(reader.read(in)).isEqualTo(Read.NOTHING);
            assertThat(in.readableBytes()).isEqualTo(length);
        }
    }

    @Test
    void fragmentsBecomeOneTextWithPingsBetweenThem() {
        byte[] whole = bytes("caf\u00e9 \ud83d\ude00 end");
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(RawClient.masked(0x01, Arrays.copyOfRange(whole, 0, 4))); // within the e acute
        in.writeBytes(RawClient.masked(0x89, bytes("p")));
        in.writeBytes(RawClient.masked(0x00, Arrays.copyOfRange(whole, 4, 8))); // within the face
        in.writeBytes(RawClient.masked(0x00, new byte[0]));
        in.writeBytes(RawClient.masked(0x80, Arrays.copyOfRange(whole, 8, whole.length)));
        in.writeBytes(RawClient.masked(0x81, bytes("next")));
        assertThat(reader.read(in)).isEqualTo(Read.PING);
        assertThat(reader.payload()).isEqualTo(bytes("p"));
        assertThat(reader.read(in)).isEqualTo(Read.TEXT);
        assertThat(reader.payload()).isEqualTo(whole);
        assertThat(reader.read(in)).isEqualTo(Read.TEXT);
        assertThat(reader.payload()).isEqualTo(bytes("next"));
    }

    @Test
    void fragmentsTogetherAreBounded() {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(RawClient.masked(0x01, new byte[40 << 10]));
        in.writeBytes(RawClient.masked(0x80, new byte[(24 << 10) + 1]));
        assertThat(reader.read(in)).isEqualTo(Read.TOO_BIG);
    }

    @ParameterizedTest
    @CsvSource({
        "c180, PROTOCOL_ERROR, a reserved bit", //
        "a180, PROTOCOL_ERROR, another",
        "9180, PROTOCOL_ERROR, the third",
        "8100, PROTOCOL_ERROR, no mask",
        "8380, PROTOCOL_ERROR, an unknown kind",
        "8780, PROTOCOL_ERROR, an unknown kind",
        "8b80, PROTOCOL_ERROR, an unknown control frame",
        "8f80, PROTOCOL_ERROR, an unknown control frame",
        "0980, PROTOCOL_ERROR, a ping in fragments",
        "0880, PROTOCOL_ERROR, a close in fragments",
        "89fe, PROTOCOL_ERROR, a long ping",
        "88ff, PROTOCOL_ERROR, a long close",
        "8080, PROTOCOL_ERROR, a continuation of nothing",
        "0080, PROTOCOL_ERROR, a continuation of nothing",
        "8280, BINARY, a binary message",
        "0280, BINARY, the first fragment of one",
        "81fe007d00000000, PROTOCOL_ERROR, a length with a shorter form",
        "81ff000000000000ffff00000000, PROTOCOL_ERROR, likewise",
        "81ffffffffffffffffff00000000, PROTOCOL_ERROR, a negative length",
        "81ff7fffffffffffffff00000000, TOO_BIG, an enormous one",
        "81ff000000000001000100000000, TOO_BIG, one byte too many",
        "01ff000000000001000100000000, TOO_BIG, in a fragment",
        "888100000000ff, PROTOCOL_ERROR, half a close code",
        "88820000000003e7, PROTOCOL_ERROR, close code 999",
        "88820000000003ec, PROTOCOL_ERROR, close code 1004",
        "88820000000003ed, PROTOCOL_ERROR, close code 1005",
        "88820000000003ee, PROTOCOL_ERROR, close code 1006",
        "88820000000003f7, PROTOCOL_ERROR, close code 1015",
        "8882000000000bb7, PROTOCOL_ERROR, close code 2999",
        "8882000000001388, PROTOCOL_ERROR, close code 5000",
        "88830000000003e8ff, BAD_UTF8, a close reason",
        "818100000000ff, BAD_UTF8, a stray byte",
        "818200000000c0af, BAD_UTF8, an overlong slash",
        "818300000000eda080, BAD_UTF8, a surrogate",
        "818400000000f4908080, BAD_UTF8, above the last character",
        "818100000000c3, BAD_UTF8, a character cut short",
    })
    void everyOffenceIsFound(String hex, Read offence, String what) {
        ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
        assertThat(reader.read(in)).as(what).isEqualTo(offence);
    }

    @Test
    void aNewTextBeforeTheLastHasEndedIsAnOffence() {
        ByteBuf in = Unpooled.buffer();
        in.writeBytes(RawClient.masked(0x01, bytes("a")));
        in.writeBytes(RawClient.masked(0x81, bytes("b")));
        assertThat(reader.read(in)).isEqualTo(Read.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1003, 1007, 1014, 3000, 4409, 4999})
    void aCloseCodeThatMayBeSentIsRead(int code) {
        ByteBuf in =
                Unpooled.wrappedBuffer(RawClient.masked(0x88, new byte[] {(byte) (code >> 8), (byte) code, 'o', 'k'}));
        assertThat(reader.read(in)).isEqualTo(Read.CLOSE);
        assertThat(FrameReader.closeCode(reader.payload())).isEqualTo(code);
    }

    @Test
    void anyBytesAreReadOrRefusedButNeverMore() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && random.nextBoolean()) bytes[0] = (byte) (0x80 | random.nextInt(16));
            if (bytes.length > 1) bytes[1] |= (byte) 0x80;
            FrameReader any = new FrameReader(1024);
            ByteBuf in = Unpooled.wrappedBuffer(bytes);
            Read read = any.read(in);
            while (read.compareTo(Read.CLOSE) < 0 && read != Read.NOTHING) read = any.read(in);
            assertThat(in.readerIndex()).isLessThanOrEqualTo(bytes.length);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
