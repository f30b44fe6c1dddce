package chat.parley.wire;

import chat.parley.model.Content;
import chat.parley.model.ConversationId;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.model.UserId;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/** Prints what the hot frames cost on one core, and a bare run of Jackson's tokens over the same bytes beside them. A program to start by hand, not a test. */
public final class CodecBenchmark {
    private static final long WARM_UP_NANOS = 1_500_000_000L;
    private static final long ROUND_NANOS = 1_000_000_000L;
    private static final int BATCH = 1_000;

    private static Object sink = "";

    private CodecBenchmark() {}

    public static void main(String[] arguments) {
        ConversationId conversation = new ConversationId("Zm9vYmFyYmF6cXV1eHF1dQ");
        String body = "The quick brown fox jumps over the lazy dog. ".repeat(5).substring(0, 200);
        byte[] ascii = frame(conversation, body);
        byte[] other = frame(conversation, "Ça coûte 5 € — 日本語 ".repeat(10).substring(0, 120));
        FrameCodec codec = new FrameCodec(Limits.DEFAULT);
        JsonFactory jackson = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        Entry entry = new Entry(
                conversation,
                1234,
                99,
                1700000000000L,
                new UserId("user-000123"),
                "m-000000000123",
                new Digest(1, 2, 3),
                "s",
                10,
                41,
                Content.Message.of(body));
        ServerFrame ack = new ServerFrame.MessageAck(null, "m-000000000123", conversation, 1234, 1700000000000L, false);
        byte[] event = EventJson.encode(entry);

        Map<String, Supplier<Object>> cases = new java.util.LinkedHashMap<>();
        cases.put("decode send_message, " + ascii.length + " bytes ASCII", () -> codec.decode(ascii));
        cases.put("decode send_message, " + other.length + " bytes, half not ASCII", () -> codec.decode(other));
        cases.put("Jackson, tokens and strings of the first only", () -> tokens(jackson, ascii));
        cases.put("encode message_event, " + event.length + " bytes", () -> EventJson.encode(entry));
        cases.put("splice clientMessageId into it", () -> EventJson.withClientMessageId(event, "m-000000000123"));
        cases.put("encode message_ack, " + FrameCodec.encode(ack).length + " bytes", () -> FrameCodec.encode(ack));
        for (Supplier<Object> each : cases.values()) nanosEach(each, WARM_UP_NANOS);
        cases.forEach((name, each) -> System.out.printf("%-52s %7.0f ns%n", name, nanosEach(each, ROUND_NANOS)));
        System.out.println(sink.hashCode() == 0 ? "" : "one core, JDK " + System.getProperty("java.version"));
    }

    private static double nanosEach(Supplier<Object> action, long nanos) {
        long start = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - start < nanos) {
            for (int i = 0; i < BATCH; i++) sink = action.get();
            count += BATCH;
        }
        return (double) (System.nanoTime() - start) / count;
    }

    private static Object tokens(JsonFactory jackson, byte[] utf8) {
        try (JsonParser parser = jackson.createParser(utf8)) {
            Object last = "";
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) last = parser.getText();
            }
            return last;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] frame(ConversationId conversation, String body) {
        return ("{\"type\":\"send_message\",\"clientMessageId\":\"m-000000000123\",\"conversationId\":\""
                        + conversation.value() + "\",\"body\":\"" + body + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
