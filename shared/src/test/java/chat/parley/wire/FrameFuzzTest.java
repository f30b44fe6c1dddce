package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken frames of all sorts are refused or read, and nothing else happens. A run is repeated by its seed. */
class FrameFuzzTest {
    private static final int FRAMES = 50_000;
    private static final long SEED = 2024;

    private static final byte[][] PIECES = {
        bytes("{"),
        bytes("}"),
        bytes("["),
        bytes("]"),
        bytes("\""),
        bytes(","),
        bytes(":"),
        bytes("\\"),
        bytes("\\u"),
        bytes("\\ud800"),
        bytes("null"),
        bytes("-"),
        bytes("1e999999"),
        bytes("9".repeat(400)),
        bytes("[".repeat(40)),
        bytes("{\"a\":".repeat(40)),
        bytes("\"type\":"),
        bytes("\u0000"),
        bytes("😀"),
        {(byte) 0xff},
        {(byte) 0xc0, (byte) 0x80},
        {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        {(byte) 0xf0, (byte) 0x9f}
    };

    @Test
    void aMutatedFrameIsReadOrRefused() {
        FrameCodec codec = new FrameCodec(Limits.DEFAULT);
        Random random = new Random(SEED);
        List<byte[]> good = FrameCodecTest.goodFrames()
                .map(each -> bytes(each.json().replace('\'', '"')))
                .toList();
        int[] outcomes = new int[3];
        assertTimeout(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = good.get(random.nextInt(good.size()));
                for (int changes = 1 + random.nextInt(3); changes > 0; changes--) frame = mutated(frame, random);
                List<Decoded> decoded = codec.decode(frame);
                for (Decoded each : decoded) outcomes[check(each)]++;
            }
        });
        // Else the mutations are too tame or too wild to show anything.
        for (int outcome : outcomes) assertThat(outcome).isGreaterThan(FRAMES / 50);
    }

    @Test
    void noiseIsRefused() {
        FrameCodec codec = new FrameCodec(Limits.DEFAULT);
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[1 + random.nextInt(64)];
            random.nextBytes(noise);
            if (noise[0] >= '0' && noise[0] <= '9') continue; // a lone digit is JSON
            assertThat(codec.decode(noise)).singleElement().isInstanceOf(Decoded.Refusal.class);
        }
    }

    /** What makes a parser slow or large: each as big as a message may be. */
    @Test
    void bombsAreOverAtOnce() {
        FrameCodec codec = new FrameCodec(Limits.DEFAULT);
        int size = Limits.DEFAULT.messageBytesMax();
        StringBuilder keys = new StringBuilder("{\"k\":0");
        for (int i = 0; keys.length() < size - 16; i++)
            keys.append(",\"").append(Integer.toString(i, 36)).append("\":0");
        StringBuilder sameHash = new StringBuilder("{\"k\":0");
        for (int i = 0; sameHash.length() < size - 40; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 12; bit++) key.append((i >> bit & 1) == 0 ? "Aa" : "BB"); // equal String hashes
            sameHash.append(",\"").append(key).append("\":0");
        }
        for (String bomb : List.of(
                "[".repeat(size),
                "{\"a\":".repeat(size / 5),
                "[" + "[],".repeat(size / 3 - 2) + "[]]",
                "[" + "{},".repeat(size / 3 - 2) + "{}]",
                "[" + "1,".repeat(size / 2 - 2) + "1]",
                "9".repeat(size),
                "\"" + "\\u0041".repeat(size / 6 - 1) + "\"",
                "\"" + "é".repeat(size / 2 - 2) + "\"",
                " ".repeat(size),
                keys.append('}').toString(),
                sameHash.append('}').toString())) {
            byte[] utf8 = bytes(bomb);
            assertThat(utf8.length).isLessThanOrEqualTo(size);
            assertTimeout(Duration.ofSeconds(1), () -> codec.decode(utf8));
        }
    }

    /** 0: a frame, 1: a refused frame, 2: a refused text. */
    private static int check(Decoded decoded) {
        return switch (decoded) {
            case ClientFrame frame -> {
                assertThat(frame.toString()).isNotEmpty();
                yield 0;
            }
            case Decoded.Refusal refusal -> {
                // The answer can be said whatever the client sent.
                JsonObject error =
                        new JsonObject(new String(FrameCodec.encode(refusal.toError()), StandardCharsets.UTF_8));
                assertThat(error.getString("code")).isIn("bad_frame", "too_large");
                assertThat(error.encode().length()).isLessThan(1_000);
                yield refusal.close() == null ? 1 : 2;
            }
        };
    }

    private static byte[] mutated(byte[] frame, Random random) {
        int at = frame.length == 0 ? 0 : random.nextInt(frame.length);
        return switch (random.nextInt(6)) {
            case 0 -> {
                byte[] changed = frame.clone();
                if (frame.length > 0) changed[at] = (byte) random.nextInt(256);
                yield changed;
            }
            case 1 -> Arrays.copyOf(frame, at);
            case 2 -> spliced(frame, at, at, PIECES[random.nextInt(PIECES.length)]);
            case 3 -> spliced(frame, at, Math.min(frame.length, at + 1 + random.nextInt(8)), new byte[0]);
            case 4 -> { // a digit, a letter: stays JSON more often
                byte[] changed = frame.clone();
                if (frame.length > 0 && Character.isLetterOrDigit(frame[at]))
                    changed[at] = (byte) ('0' + random.nextInt(10));
                yield changed;
            }
            default -> {
                int to = Math.min(frame.length, at + random.nextInt(40));
                yield spliced(frame, at, at, Arrays.copyOfRange(frame, at, to));
            }
        };
    }

    private static byte[] spliced(byte[] frame, int from, int to, byte[] piece) {
        byte[] joined = new byte[from + piece.length + frame.length - to];
        System.arraycopy(frame, 0, joined, 0, from);
        System.arraycopy(piece, 0, joined, from, piece.length);
        System.arraycopy(frame, to, joined, from + piece.length, frame.length - to);
        return joined;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
