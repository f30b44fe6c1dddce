package chat.parley.store.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the event log on Kafka.
 *
 * @param brokers that are asked first, {@code host:port}; the others are learnt from them
 * @param partitions of the topic; fixed for its life
 * @param replication copies of each record, of a topic that is made here
 * @param kept for how long a topic that is made here keeps records
 * @param credentials null: none are asked for
 * @param tls whether connections are encrypted, and the brokers' names checked
 * @param caFile certificates, in PEM, that the brokers' have to be signed with; null: those that Java knows
 */
public record KafkaOptions(
        List<String> brokers,
        String topic,
        int partitions,
        int replication,
        Duration kept,
        @Nullable Credentials credentials,
        boolean tls,
        @Nullable Path caFile) {
    /** One partition for a shard; more would be empty. */
    public static final int PARTITIONS_MAX = 128;

    /** How a user and a password are said. */
    public static final List<String> MECHANISMS = List.of("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");

    public KafkaOptions {
        brokers = List.copyOf(brokers);
        if (brokers.isEmpty()) throw new IllegalArgumentException("no broker");
        if (!isTopic(topic)) throw new IllegalArgumentException("not the name of a topic");
        if (partitions < 1 || partitions > PARTITIONS_MAX) throw new IllegalArgumentException("partitions");
    }

    /** Who the node is to Kafka. */
    public record Credentials(String mechanism, String username, String password) {
        @Override
        public String toString() {
            return username;
        }
    }

    /** A Kafka on this machine. */
    public static KafkaOptions defaults() {
        return new KafkaOptions(List.of("127.0.0.1:9092"), "parley", 16, 3, Duration.ofDays(7), null, false, null);
    }

    public static boolean isTopic(String name) {
        return name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");
    }

    public static boolean isBroker(String text) {
        return text.matches("(\\[[0-9A-Fa-f:]+]|[A-Za-z0-9._-]+):[0-9]{1,5}");
    }

    /** What every client of it is told. */
    Map<String, String> client() {
        Map<String, String> config = new TreeMap<>();
        config.put("bootstrap.servers", String.join(",", brokers));
        config.put("client.id", "parley");
        config.put("reconnect.backoff.ms", "100");
        config.put("reconnect.backoff.max.ms", "2000");
        config.put("retry.backoff.ms", "100");
        config.put("retry.backoff.max.ms", "2000");
        config.put("socket.connection.setup.timeout.ms", "5000");
        config.put("enable.metrics.push", "false");
        config.put("auto.include.jmx.reporter", "false");
        String plain = tls ? "SSL" : "PLAINTEXT";
        config.put("security.protocol", credentials == null ? plain : "SASL_" + plain);
        if (credentials != null) {
            String module = credentials.mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
            config.put("sasl.mechanism", credentials.mechanism);
            config.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security." + module + " required username=" + quoted(credentials.username)
                            + " password=" + quoted(credentials.password) + ";");
        }
        if (caFile != null) {
            config.put("ssl.truststore.type", "PEM");
            config.put("ssl.truststore.location", caFile.toString());
        }
        return config;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
