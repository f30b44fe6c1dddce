package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Frame;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The WebSocket protocol (RFC 6455) case by case, each on a real socket of its own, in the groups of the Autobahn suite: what is
 * right comes back and is closed with 1000, what is wrong ends the socket with the code that it has to.
 */
@Isolated
class WebSocketCasesTest {
    private static final int MESSAGE_MAX = 64 << 10;
    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;
    private static final int BAD_UTF8 = 1007;
    private static final int TOO_BIG = 1009;
    private static final int BAD_FRAME = 4400;
    private static final long HEAP_LEFT_MAX = 16 << 20;
    private static final long DIRECT_LEFT_MAX = 8 << 20;
    private static final int ROUNDS_MAX = 5;

    private static TestEdges edges;

    private final List<DynamicTest> cases = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        edges = TestEdges.obedient(name -> {});
    }

    @AfterAll
    static void stop() throws Exception {
        edges.close();
    }

    @TestFactory
    Stream<DynamicTest> everyFrameEndsAsItHasTo() {
        messages();
        pingsAndPongs();
        reservedBits();
        opcodes();
        fragments();
        utf8();
        closes();
        lengths();
        assertThat(cases).hasSizeGreaterThan(400);
        List<DynamicTest> all = List.copyOf(cases);
        cases.add(DynamicTest.dynamicTest("nothing of them is left", () -> {
            assertNothingIsLeftOf(all);
            comesBack("alive", RawClient.masked(0x81, ascii("alive")));
        }));
        return cases.stream();
    }

    /**
     * All of them once more, since what is made once has been made by then. What the allocator keeps for the next who asks may grow by a
     * chunk at any time, so it may in some rounds; what is left of the cases themselves is left each time.
     */
    private static void assertNothingIsLeftOf(List<DynamicTest> all) throws Throwable {
        long heap = 0;
        long direct = 0;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            long heapBefore = usedHeapBytes();
            long directBefore = usedDirectBytes();
            for (DynamicTest each : all) each.getExecutable().execute();
            heap = usedHeapBytes() - heapBefore;
            direct = usedDirectBytes() - directBefore;
            if (heap < HEAP_LEFT_MAX && direct < DIRECT_LEFT_MAX) return;
        }
        assertThat(heap).as("left in the heap each time").isLessThan(HEAP_LEFT_MAX);
        assertThat(direct).as("left outside of it each time").isLessThan(DIRECT_LEFT_MAX);
    }

    // 1: texts, and binary messages, of which there are none here.

    private void messages() {
        for (int length : new int[] {0, 1, 125, 126, 127, 128, 65_535, MESSAGE_MAX}) {
            String text = "*".repeat(length);
            good("a text of " + length, text, RawClient.masked(0x81, ascii(text)));
        }
        for (int length : new int[] {0, 1, 125, 126, 65_535, MESSAGE_MAX})
            bad("a binary message of " + length, BAD_FRAME, RawClient.masked(0x82, new byte[length]));
        bad("the first fragment of a binary message", BAD_FRAME, RawClient.masked(0x02, new byte[3]));
    }

    // 2

    private void pingsAndPongs() {
        for (int length : new int[] {0, 1, 8, 124, 125}) {
            byte[] payload = new byte[length];
            Arrays.fill(payload, (byte) 0xfe);
            test("a ping of " + length, () -> {
                try (RawClient client = RawClient.open(edges.port())) {
                    Frame pong = client.frame(0x89, payload).next();
                    assertThat(pong.first()).isEqualTo(0x8a);
                    assertThat(pong.payload()).isEqualTo(payload);
                }
            });
            good("a pong of " + length + " that nobody asked for", "x", RawClient.masked(0x8a, payload), text("x"));
        }
        for (int first : new int[] {0x89, 0x8a})
            for (int length : new int[] {126, 200, 65_536})
                bad(name(first) + " of " + length, PROTOCOL_ERROR, RawClient.masked(first, new byte[length]));
        test("ten pings are answered in their order", () -> {
            try (RawClient client = RawClient.open(edges.port())) {
                for (int i = 0; i < 10; i++) client.frame(0x89, new byte[] {(byte) i});
                for (int i = 0; i < 10; i++) assertThat(client.next().payload()).isEqualTo(new byte[] {(byte) i});
            }
        });
    }

    // 3

    private void reservedBits() {
        for (int reserved = 0x10; reserved <= 0x70; reserved += 0x10)
            for (int kind : new int[] {0x80, 0x81, 0x01, 0x82, 0x88, 0x89, 0x8a})
                for (int length : new int[] {0, 8})
                    bad(
                            "reserved bits " + (reserved >> 4) + " of " + name(kind) + " of " + length,
                            PROTOCOL_ERROR,
                            RawClient.masked(kind | reserved, new byte[length]));
        bad("reserved bits behind a good text", PROTOCOL_ERROR, text("good"), RawClient.masked(0xc1, ascii("bad")));
        bad("a compressed bomb", PROTOCOL_ERROR, RawClient.masked(0xc1, new byte[60_000]));
    }

    // 4, and frames that are not masked

    private void opcodes() {
        for (int kind : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
            for (int last : new int[] {0x00, 0x80})
                for (int length : new int[] {0, 1, 125})
                    bad(
                            name(kind | last) + " of " + length,
                            PROTOCOL_ERROR,
                            RawClient.masked(kind | last, new byte[length]));
        for (int first : new int[] {0x81, 0x01, 0x82, 0x88, 0x89, 0x8a}) {
            bad(name(first) + " without a mask", PROTOCOL_ERROR, bytes(first, 0));
            bad(name(first) + " of 5 without a mask", PROTOCOL_ERROR, bytes(first, 5, 'h', 'e', 'l', 'l', 'o'));
        }
    }

    // 5

    private void fragments() {
        for (int first : new int[] {0x08, 0x09, 0x0a})
            for (int length : new int[] {0, 2, 125})
                bad(
                        name(first) + " of " + length + " in fragments",
                        PROTOCOL_ERROR,
                        RawClient.masked(first, new byte[length]));
        good("a text in two", "fragment1fragment2", first("fragment1"), last("fragment2"));
        good("a text in three, the middle one empty", "ab", first("a"), RawClient.masked(0x00, new byte[0]), last("b"));
        good("a text of empty fragments", "", first(""), RawClient.masked(0x00, new byte[0]), last(""));
        good("two texts in fragments", "cd", first("a"), last("b"), first("c"), last("d"));
        good("a pong between fragments", "ab", first("a"), RawClient.masked(0x8a, ascii("x")), last("b"));
        test("a ping between fragments is answered before they end", () -> {
            try (RawClient client = RawClient.open(edges.port())) {
                client.raw(first("a")).frame(0x89, ascii("p"));
                assertThat(client.next().kind()).isEqualTo(RawClient.PONG);
                assertThat(client.raw(last("b")).nextText()).isEqualTo("ab");
            }
        });
        bad("a close between fragments", NORMAL, first("a"), RawClient.masked(0x88, code(NORMAL)));
        bad("a continuation of nothing", PROTOCOL_ERROR, RawClient.masked(0x80, ascii("x")));
        bad("a continuation of nothing that goes on", PROTOCOL_ERROR, RawClient.masked(0x00, ascii("x")));
        bad("a continuation behind a text", PROTOCOL_ERROR, text("x"), RawClient.masked(0x80, ascii("x")));
        bad("a continuation behind the last", PROTOCOL_ERROR, first("a"), last("b"), last("c"));
        bad("a text within another", PROTOCOL_ERROR, first("a"), text("b"));
        bad("the beginning of a text within another", PROTOCOL_ERROR, first("a"), first("b"));
        bad("a binary message within a text", PROTOCOL_ERROR, first("a"), RawClient.masked(0x82, ascii("b")));
        bad(
                "the beginning of a binary message within a text",
                PROTOCOL_ERROR,
                first("a"),
                RawClient.masked(0x02, ascii("b")));
        bad("an unknown frame within a text", PROTOCOL_ERROR, first("a"), RawClient.masked(0x83, ascii("b")));
        bad("one byte too many in two", TOO_BIG, first("*".repeat(MESSAGE_MAX)), last("*"));
        bad(
                "one byte too many in many",
                TOO_BIG,
                first("*".repeat(40_000)),
                RawClient.masked(0, new byte[20_000]),
                last("*".repeat(5_537)));
        good("a greatest message in two", "*".repeat(MESSAGE_MAX), first("*".repeat(40_000)), last("*".repeat(25_536)));
    }

    // 6

    private void utf8() {
        for (String text : List.of(
                "\u03ba\u1f79\u03c3\u03bc\u03b5",
                "\u0000",
                "\u007f",
                "\u0080",
                "\u07ff",
                "\u0800",
                "\ud7ff",
                "\ue000",
                "\ufdd0",
                "\ufffd",
                "\ufffe",
                "\uffff",
                "\ud800\udc00",
                "\ud83d\ude00",
                "\udbff\udffe",
                "\udbff\udfff",
                "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!")) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            String name = "UTF-8 " + HexFormat.of().formatHex(utf8);
            good(name, text, RawClient.masked(0x81, utf8));
            good(name + " byte by byte", text, byteByByte(utf8));
        }
        for (String hex : List.of(
                "80",
                "bf",
                "80bf80bf",
                "c0",
                "c1",
                "c0af",
                "c1bf",
                "e0809f",
                "e080af",
                "e09fbf",
                "f08080af",
                "f08fbfbf",
                "f888808080",
                "fc8480808080",
                "eda080",
                "edafbf",
                "edb080",
                "edbfbf",
                "eda080edb080",
                "f4908080",
                "f5808080",
                "f7bfbfbf",
                "fe",
                "ff",
                "fefeffff",
                "c3",
                "e282",
                "f09f98",
                "c328",
                "e28228",
                "e228a1",
                "f0288cbc",
                "f09028bc",
                "f09f9828",
                "cebae1bdb9cf83cebcceb5eda080656469746564",
                "cebae1bdb9cf83cebcceb5f4908080656469746564")) {
            byte[] bad = HexFormat.of().parseHex(hex);
            bad("no UTF-8: " + hex, BAD_UTF8, RawClient.masked(0x81, bad));
            bad(
                    "no UTF-8 between letters: " + hex,
                    BAD_UTF8,
                    RawClient.masked(0x81, concat(ascii("ab"), bad, ascii("cd"))));
            bad("no UTF-8 byte by byte: " + hex, BAD_UTF8, byteByByte(bad));
            bad(
                    "no UTF-8 as the reason of a close: " + hex,
                    BAD_UTF8,
                    RawClient.masked(0x88, concat(code(NORMAL), bad)));
        }
    }

    // 7

    private void closes() {
        bad("a close without a code", 1005, RawClient.masked(0x88, new byte[0]));
        bad("half a code", PROTOCOL_ERROR, RawClient.masked(0x88, new byte[] {3}));
        for (int code :
                new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4409, 4999}) {
            bad("close code " + code, code, RawClient.masked(0x88, code(code)));
            bad(
                    "close code " + code + " with a reason",
                    code,
                    RawClient.masked(0x88, concat(code(code), ascii("bye"))));
        }
        for (int code : new int[] {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535}) {
            bad("close code " + code, PROTOCOL_ERROR, RawClient.masked(0x88, code(code)));
            bad(
                    "close code " + code + " with a reason",
                    PROTOCOL_ERROR,
                    RawClient.masked(0x88, concat(code(code), ascii("bye"))));
        }
        bad("the longest reason", NORMAL, RawClient.masked(0x88, concat(code(NORMAL), new byte[123])));
        bad("a reason that is too long", PROTOCOL_ERROR, RawClient.masked(0x88, concat(code(NORMAL), new byte[124])));
        bad(
                "what comes behind a close is not heard",
                NORMAL,
                RawClient.masked(0x88, code(NORMAL)),
                RawClient.masked(0x83, new byte[0]));
    }

    // 9

    private void lengths() {
        bad("one byte too many", TOO_BIG, RawClient.masked(0x81, new byte[MESSAGE_MAX + 1]));
        bad("much too many", TOO_BIG, RawClient.masked(0x81, new byte[1 << 20]));
        for (String length : List.of(
                "0000000000010001", "0000000080000000", "0000000100000005", "4000000000000000", "7fffffffffffffff")) {
            bad("a head that promises " + length, TOO_BIG, HexFormat.of().parseHex("81ff" + length));
            bad("a fragment that promises " + length, TOO_BIG, HexFormat.of().parseHex("01ff" + length));
        }
        for (String length : List.of("8000000000000000", "ffffffffffffffff"))
            bad("a negative length " + length, PROTOCOL_ERROR, HexFormat.of().parseHex("81ff" + length));
        for (String length : List.of("0000", "0001", "007d"))
            bad(
                    "two bytes of length for " + length,
                    PROTOCOL_ERROR,
                    HexFormat.of().parseHex("81fe" + length));
        for (String length : List.of("0000000000000000", "000000000000007d", "000000000000007e", "000000000000ffff"))
            bad(
                    "eight bytes of length for " + length,
                    PROTOCOL_ERROR,
                    HexFormat.of().parseHex("81ff" + length));
    }

    // What they are made of.

    private void test(String name, org.junit.jupiter.api.function.Executable action) {
        cases.add(DynamicTest.dynamicTest(name, action));
    }

    /** The last text of these comes back, and the socket goes on. */
    private void good(String name, String text, byte[]... frames) {
        test(name, () -> comesBack(text, frames));
    }

    private static void comesBack(String text, byte[]... frames) {
        try (RawClient client = RawClient.open(edges.port())) {
            String heard = null;
            for (byte[] frame : frames) client.raw(frame);
            client.text("the end");
            for (String next = client.nextText(); !next.equals("the end"); next = client.nextText()) heard = next;
            assertThat(heard).isEqualTo(text);
            client.frame(0x88, code(NORMAL));
            assertThat(client.closeCode()).isEqualTo(NORMAL);
        }
    }

    private void bad(String name, int code, byte[]... frames) {
        test(name + ": " + code, () -> {
            try (RawClient client = RawClient.open(edges.port())) {
                for (byte[] frame : frames) client.raw(frame);
                assertThat(client.closeCode()).isEqualTo(code);
                assertThat(client.isClosedSilently()).isTrue();
            }
        });
    }

    private static byte[] text(String text) {
        return RawClient.masked(0x81, ascii(text));
    }

    private static byte[] first(String text) {
        return RawClient.masked(0x01, ascii(text));
    }

    private static byte[] last(String text) {
        return RawClient.masked(0x80, ascii(text));
    }

    private static byte[] byteByByte(byte[] text) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < text.length; i++) {
            int first = (i == 0 ? 0x01 : 0) | (i == text.length - 1 ? 0x80 : 0);
            frames.writeBytes(RawClient.masked(first, new byte[] {text[i]}));
        }
        return frames.toByteArray();
    }

    private static String name(int first) {
        return (first < 0x80 ? "a beginning " : "a ") + "frame " + Integer.toHexString(first & 0xf);
    }

    private static byte[] code(int code) {
        return bytes(code >> 8, code);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) bytes[i] = (byte) values[i];
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Of what is written to several sockets, and of what Vert.x reads and writes. */
    private static long usedDirectBytes() {
        var vertx = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
        return HttpEdgeTest.usedDirectBytes() + vertx.metric().usedDirectMemory();
    }

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
