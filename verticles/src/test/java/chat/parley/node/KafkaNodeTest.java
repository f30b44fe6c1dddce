package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.store.EventRecord;
import chat.parley.store.kafka.KafkaEventLog;
import chat.parley.store.kafka.RealKafka;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A whole node that exports to a real Kafka. */
@Isolated
@Tag("real")
class KafkaNodeTest {
    private static final int PARTITIONS = 3;

    @RegisterExtension
    static final RealKafka KAFKA = new RealKafka();

    private final String topic = RealKafka.topic();

    @Test
    void whatIsSaidIsInKafkaForAnybody(@TempDir Path folder) throws Exception {
        String conversation;
        try (TestNode node = start(folder, PARTITIONS)) {
            Caller anna = node.caller("anna");
            conversation = anna.post("/v1/conversations", "{\"type\":\"direct\",\"memberIds\":[\"ben\"]}")
                    .json()
                    .getString("conversationId");
            for (int i = 1; i <= 3; i++) {
                String message = "{\"clientMessageId\":\"m" + i + "\",\"body\":\"hello " + i + "\"}";
                assertThat(anna.post("/v1/conversations/" + conversation + "/messages", message)
                                .status())
                        .isEqualTo(201);
            }
            List<EventRecord.Placed> records = read(5);
            assertThat(records).allMatch(each -> each.conversationId().value().equals(conversation));
            assertThat(records.stream().map(EventRecord.Placed::sequence)).containsExactly(1L, 2L, 3L, 4L, 5L);
            JsonObject last = new JsonObject(records.getLast().event());
            assertThat(last.getString("body")).isEqualTo("hello 3");
            assertThat(last.getString("senderId")).isEqualTo("anna");
            assertThat(last.getString("clientMessageId")).isEqualTo("m3");
        }
        assertThatThrownBy(() -> start(folder, PARTITIONS + 1))
                .rootCause()
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("Entries of this data went to 3 partitions of the topic " + topic);
    }

    @Test
    void aRestoredShardIsToldFromWhereItHadBeenToldWhenItWasBackedUp(@TempDir Path folder) throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        String backup = folder.resolve("backup").toString();
        String conversation;
        try (TestNode node = start(first, PARTITIONS)) {
            Caller anna = node.caller("anna");
            conversation = anna.post("/v1/conversations", "{\"type\":\"direct\",\"memberIds\":[\"ben\"]}")
                    .json()
                    .getString("conversationId");
            for (int i = 1; i <= 3; i++) RestoreContract.say(anna, conversation, "kept " + i);
            assertThat(RestoreContract.command(List.of("backup", backup), List.of("store.path=" + first))
                            .err())
                    .isEmpty();
            for (int i = 1; i <= 2; i++) RestoreContract.say(anna, conversation, "lost " + i);
            read(7);
        }
        assertThat(RestoreContract.command(List.of("restore", backup), List.of("store.path=" + second))
                        .err())
                .isEmpty();
        List<EventRecord> told;
        try (TestNode node = start(second, PARTITIONS)) {
            RestoreContract.say(node.caller("anna"), conversation, "new");
            told = untilNew();
        }
        long before = told.getFirst().incarnation();
        List<EventRecord> after =
                told.stream().filter(each -> each.incarnation() != before).toList();
        long from = after.getFirst().position();
        // What is of the life before, and below the first of the new one, still counts.
        List<String> counts = Stream.concat(
                        told.stream().filter(each -> each.incarnation() == before && each.position() < from),
                        after.stream())
                .map(each -> new JsonObject(((EventRecord.Placed) each).event()))
                .map(event -> event.getLong("sequence") + " " + event.getString("body"))
                .toList();
        assertThat(counts).containsExactly("1 null", "2 null", "3 kept 1", "4 kept 2", "5 kept 3", "6 new");
    }

    private List<EventRecord> untilNew() throws Exception {
        KafkaEventLog events = events();
        List<EventRecord> all = RealKafka.all(events);
        for (int i = 0; i < 100 && !isNew(all.getLast()); i++) {
            Thread.sleep(100);
            all = RealKafka.all(events);
        }
        return all;
    }

    private static boolean isNew(EventRecord record) {
        return new JsonObject(((EventRecord.Placed) record).event())
                .getString("body", "")
                .equals("new");
    }

    private TestNode start(Path folder, int partitions) {
        return TestNode.start(
                folder,
                "eventLog.type=kafka",
                "eventLog.kafka.brokers=" + KAFKA.process().broker(),
                "eventLog.kafka.topic=" + topic,
                "eventLog.kafka.partitions=" + partitions,
                "eventLog.kafka.replication=1");
    }

    private List<EventRecord.Placed> read(int count) throws Exception {
        return RealKafka.read(events(), count);
    }

    private KafkaEventLog events() throws Exception {
        return KAFKA.open(
                KAFKA.options(topic, PARTITIONS),
                new MemoryStore(false, 7).stores(Weather.FINE).log());
    }
}
