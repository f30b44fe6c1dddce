package chat.parley.store;

import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.contract.Contract;
import chat.parley.model.Content;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
    private static final Entry ENTRY = new Entry(
            conversation(17, 0),
            12,
            4711,
            1_700_000_000_000L,
            ANN,
            "c-1",
            new Digest(1, 2, 3),
            "session",
            11,
            12,
            Content.Message.of("héllo \"there\"\n\u0001"));

    @Test
    void anEntryIsAsItsPackageSays() {
        EventRecord record = EventRecord.of(5, ENTRY);
        JsonObject json = new JsonObject(new String(EventCodec.encode(record), StandardCharsets.UTF_8));
        assertThat(json.copy().put("event", "x"))
                .isEqualTo(new JsonObject()
                        .put("v", 1)
                        .put("incarnation", 5)
                        .put("shard", 17)
                        .put("position", 4711)
                        .put("conversationId", ENTRY.conversationId().value())
                        .put("sequence", 12)
                        .put("kind", "message")
                        .put("event", "x"));
        JsonObject event = json.getJsonObject("event");
        assertThat(event.getString("body")).isEqualTo("héllo \"there\"\n\u0001");
        assertThat(event.getString("clientMessageId")).isEqualTo("c-1");
        Contract.serverText(event.encode());
    }

    @Test
    void whatIsMissingIsAsItsPackageSays() {
        EventRecord record = new EventRecord.Missing(5, 17, 4000, 4711, EventRecord.Reason.RETENTION);
        assertThat(new String(EventCodec.encode(record), StandardCharsets.UTF_8))
                .isEqualTo("{\"v\":1,\"incarnation\":5,\"shard\":17,\"first\":4000,\"position\":4711,\"kind\":\"gap\","
                        + "\"reason\":\"retention\"}");
        assertThat(EventCodec.decode(EventCodec.encode(record))).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("chat.parley.model.EntryCodecTest#contents")
    void everyEntryIsReadAsItWasWritten(Content content) {
        EventRecord record = EventRecord.of(8_388_607, ENTRY.with(content));
        assertThat(EventCodec.decode(EventCodec.encode(record))).isEqualTo(record);
    }

    @Test
    void fieldsMayComeInAnyOrderAndOthersAreIgnored() {
        String json = "{\"new\":[{\"a\":1}], \"event\" : {\"body\":\"}\"} ,\"kind\":\"sticker\",\"sequence\":12,"
                + "\"conversationId\":\"" + ENTRY.conversationId().value()
                + "\",\"position\":4711,\"shard\":17,\"incarnation\":5,\"v\":1}";
        EventRecord.Placed record = (EventRecord.Placed) EventCodec.decode(json.getBytes(StandardCharsets.UTF_8));
        assertThat(record.kind()).isEqualTo("sticker");
        assertThat(record.position()).isEqualTo(4711);
        assertThat(record.event().toString()).isEqualTo("{\"body\":\"}\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "null",
                "{}",
                "{\"v\":2,\"incarnation\":5,\"shard\":17,\"first\":1,\"position\":4,\"kind\":\"gap\",\"reason\":\"damaged\"}",
                "{\"v\":1,\"incarnation\":5,\"shard\":128,\"first\":1,\"position\":4,\"kind\":\"gap\",\"reason\":\"damaged\"}",
                "{\"v\":1,\"incarnation\":5,\"shard\":17,\"first\":5,\"position\":4,\"kind\":\"gap\",\"reason\":\"damaged\"}",
                "{\"v\":1,\"incarnation\":5,\"shard\":17,\"position\":4,\"kind\":\"message\",\"event\":{}}",
                "{\"v\":1,\"incarnation\":\"5\",\"shard\":17,\"position\":4,\"kind\":\"message\",\"event\":{}}",
                "{\"v\":1,\"incarnation\":5,\"shard\":3,\"position\":4,\"conversationId\":\"c\",\"sequence\":1,\"kind\":\"message\",\"event\":{}}",
                "{\"v\":1,\"incarnation\":5,\"shard\":3,\"position\":4,\"conversationId\":\"\",\"sequence\":1,\"kind\":\"message\",\"event\":{}}",
            })
    void whatIsNoRecordIsRefused(String json) {
        assertThatThrownBy(() -> EventCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
