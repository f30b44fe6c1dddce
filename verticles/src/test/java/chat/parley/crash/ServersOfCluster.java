package chat.parley.crash;

import chat.parley.store.cassandra.CassandraProcess;
import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.kafka.KafkaProcess;
import chat.parley.store.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** All that the nodes of a cluster stand on: one Cassandra or three with a copy of each row at each, a Redis and a Kafka. */
final class ServersOfCluster implements AutoCloseable {
    private static final String TOPIC = "parley";
    private static final int PARTITIONS = 8;

    private final List<CassandraProcess> cassandras;
    private final RedisProcess redis;
    private final KafkaProcess kafka;

    private ServersOfCluster(List<CassandraProcess> cassandras, RedisProcess redis, KafkaProcess kafka) {
        this.cassandras = cassandras;
        this.redis = redis;
        this.kafka = kafka;
    }

    /** @param folder of their folders @param copies of each row, which is one or three */
    static ServersOfCluster start(Path folder, int copies) throws IOException, InterruptedException {
        List<CassandraProcess> cassandras = copies == 1
                ? List.of(CassandraProcess.startAlone(folder))
                : CassandraProcess.startCluster(folder, CassandraProcess.PATIENT);
        return new ServersOfCluster(cassandras, RedisProcess.startAlone(folder), new KafkaProcess(folder));
    }

    /** One of three, so that its death leaves a quorum. */
    CassandraProcess cassandra() {
        return cassandras.getLast();
    }

    RedisProcess redis() {
        return redis;
    }

    KafkaProcess kafka() {
        return kafka;
    }

    /** With commas between them. */
    String contactPoints() {
        return cassandras.stream().map(CassandraProcess::address).collect(Collectors.joining(","));
    }

    /** The event log, as nodes have it. */
    KafkaOptions events() {
        return new KafkaOptions(List.of(kafka.broker()), TOPIC, PARTITIONS, 1, Duration.ofDays(1), null, false, null);
    }

    /** What nodes are told of Redis and Kafka. */
    List<String> settings() {
        return List.of(
                "redis.endpoints=" + redis.endpoint(),
                "eventLog.type=kafka",
                "eventLog.kafka.brokers=" + kafka.broker(),
                "eventLog.kafka.topic=" + TOPIC,
                "eventLog.kafka.partitions=" + PARTITIONS,
                "eventLog.kafka.replication=1");
    }

    @Override
    public void close() {
        kafka.close();
        redis.close();
        cassandras.forEach(CassandraProcess::close);
    }
}
