package chat.parley.store.kafka;

import static chat.parley.store.EventLogContract.take;
import static chat.parley.store.Scribe.ANN;
import static chat.parley.store.Scribe.await;
import static chat.parley.store.Scribe.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.model.Content;
import chat.parley.model.Digest;
import chat.parley.model.Entry;
import chat.parley.store.CannotOpen;
import chat.parley.store.EventReader;
import chat.parley.store.EventRecord;
import chat.parley.store.ShardLog;
import chat.parley.store.Unavailable;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.kafka.admin.KafkaAdminClient;
import io.vertx.kafka.admin.NewTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a node finds out about its topic before anything is exported. */
@Tag("real")
class KafkaTopicTest {
    private static final int SHARD = 5;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    @RegisterExtension
    static final RealKafka KAFKA = new RealKafka();

    private final ShardLog log = new MemoryStore(false, 7).stores(Weather.FINE).log();

    @Test
    void aTopicIsMadeAndFoundAgain() throws Exception {
        KafkaOptions options = KAFKA.options(RealKafka.topic(), 3);
        assertThat(KAFKA.open(options, log).parts()).isEqualTo(3);
        await(KAFKA.open(options, log).add(SHARD, List.of(record(1, "hello"))));
    }

    @Test
    void anotherNumberOfPartitionsIsRefused() throws Exception {
        String topic = RealKafka.topic();
        make(topic, 5, Map.of());
        assertThatThrownBy(() -> KAFKA.open(KAFKA.options(topic, 3), log))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith(
                        "The topic " + topic + " has 5 partitions, and eventLog.kafka.partitions says 3;");
    }

    @Test
    void theDataRemembersHowManyPartitionsItsEntriesWentTo() throws Exception {
        String topic = RealKafka.topic();
        KAFKA.open(KAFKA.options(topic, 3), log);
        assertThatThrownBy(() -> KAFKA.open(KAFKA.options(topic, 4), log))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith("Entries of this data went to 3 partitions of the topic " + topic);
        KAFKA.open(KAFKA.options(RealKafka.topic(), 4), log);
    }

    @Test
    void moreCopiesThanThereAreBrokersAreRefused() {
        KafkaOptions one = KAFKA.options(RealKafka.topic(), 3);
        KafkaOptions three = new KafkaOptions(
                one.brokers(),
                one.topic(),
                one.partitions(),
                3,
                one.kept(),
                one.credentials(),
                one.tls(),
                one.caFile());
        assertThatThrownBy(() -> KAFKA.open(three, log))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("cannot be made with 3 copies")
                .hasMessageContaining("eventLog.kafka.replication");
    }

    @Test
    void overTlsWithAPasswordItIsTheSame() throws Exception {
        KafkaEventLog events =
                KAFKA.open(secure(KafkaProcess.PASSWORD, KAFKA.process().caFile()), log);
        await(events.add(SHARD, List.of(record(1, "hello"))));
        EventReader reader = await(events.read("c", List.of(events.partOf(SHARD))));
        assertThat(take(reader, 1)).containsExactly(record(1, "hello"));
        await(reader.close());
    }

    @Test
    void aWrongPasswordIsRefusedAndNotShown() {
        assertThatThrownBy(() -> KAFKA.open(secure("wrong-0123", KAFKA.process().caFile()), log))
                .isInstanceOf(CannotOpen.class)
                .hasMessageStartingWith("Kafka does not let this node in")
                .hasMessageNotContaining("wrong-0123");
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        assertThatThrownBy(() -> KAFKA.open(secure(KafkaProcess.PASSWORD, null), log))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("eventLog.kafka.caFile");
    }

    @Test
    void withoutKafkaANodeStartsAndExportsOnceItIsThere() throws Exception {
        KafkaOptions options = KAFKA.options(RealKafka.topic(), 3);
        KAFKA.process().stop();
        KafkaEventLog events;
        try {
            events = KAFKA.open(options, log);
            assertThatThrownBy(() -> await(events.add(SHARD, List.of(record(1, "hello")))))
                    .isInstanceOf(Unavailable.class);
        } finally {
            KAFKA.process().goOn();
        }
        long until = System.nanoTime() + WAIT_NANOS;
        while (!isTaken(events)) {
            assertThat(System.nanoTime()).as("in a minute").isLessThan(until);
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static boolean isTaken(KafkaEventLog events) {
        try {
            await(events.add(SHARD, List.of(record(1, "hello"))));
            return true;
        } catch (Unavailable notYet) {
            return false;
        }
    }

    @Test
    void whatTheTopicDoesNotTakeIsExportedAsDamaged() throws Exception {
        String topic = RealKafka.topic();
        make(topic, 2, Map.of("max.message.bytes", "4000"));
        KafkaEventLog events = KAFKA.open(KAFKA.options(topic, 2), log);
        await(events.add(SHARD, List.of(record(1, "a"), record(2, "x".repeat(4_000)), record(3, "c"))));
        EventReader reader = await(events.read("c", List.of(events.partOf(SHARD))));
        assertThat(take(reader, 3))
                .containsExactly(
                        record(1, "a"),
                        new EventRecord.Missing(7, SHARD, 2, 2, EventRecord.Reason.DAMAGED),
                        record(3, "c"));
        await(reader.close());
    }

    private static KafkaOptions secure(String password, @Nullable Path caFile) {
        return new KafkaOptions(
                List.of(KAFKA.process().secureBroker()),
                RealKafka.topic(),
                3,
                1,
                Duration.ofDays(1),
                new KafkaOptions.Credentials("PLAIN", KafkaProcess.USER, password),
                true,
                caFile);
    }

    private static void make(String topic, int partitions, Map<String, String> config) {
        KafkaAdminClient admin = KafkaAdminClient.create(
                KAFKA.vertx(), Map.of("bootstrap.servers", KAFKA.process().broker()));
        await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).setConfig(config))));
        await(admin.close());
    }

    private static EventRecord record(long position, String body) {
        return EventRecord.of(
                7,
                new Entry(
                        conversation(SHARD, 0),
                        position,
                        position,
                        1,
                        ANN,
                        "",
                        new Digest(1, 2, 3),
                        "",
                        position,
                        position,
                        Content.Message.of(body)));
    }
}
