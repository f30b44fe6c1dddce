package chat.parley.store.kafka;

import chat.parley.store.CannotOpen;
import chat.parley.store.ShardLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.admin.Config;
import io.vertx.kafka.admin.ConfigEntry;
import io.vertx.kafka.admin.KafkaAdminClient;
import io.vertx.kafka.admin.NewTopic;
import io.vertx.kafka.admin.TopicDescription;
import io.vertx.kafka.client.common.ConfigResource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topic: makes it where there is none, and compares it with the settings and with what the data remembers. */
final class Topic {
    /** The largest entry has a MiB, and JSON can make six of one byte. */
    private static final int RECORD_BYTES_MAX = 8 << 20;

    private static final String RECORD_BYTES = "max.message.bytes";
    private static final String REQUEST_MILLIS = "10000";
    private static final int TRIES_MAX = 50;
    private static final long TRY_MILLIS = 100;

    private final Vertx vertx;
    private final KafkaOptions options;
    private final ShardLog log;

    Topic(Vertx vertx, KafkaOptions options, ShardLog log) {
        this.vertx = vertx;
        this.options = options;
        this.log = log;
    }

    /**
     * Completes, once it is there and fits, with how many bytes one of its records may have. Fails with {@link CannotOpen} if it does not, and with
     * something else if Kafka, or the store, does not answer.
     */
    Future<Integer> check() {
        Map<String, String> config = options.client();
        config.put("request.timeout.ms", REQUEST_MILLIS);
        config.put("default.api.timeout.ms", REQUEST_MILLIS);
        KafkaAdminClient admin;
        try {
            admin = KafkaAdminClient.create(vertx, config);
        } catch (RuntimeException e) { // its settings are not to its taste, or no name of a broker is known
            return Future.failedFuture(e);
        }
        return remembered()
                .compose(fits -> described(admin))
                .recover(cause -> is(cause, UnknownTopicOrPartitionException.class)
                        ? make(admin).compose(made -> onceKnown(admin, TRIES_MAX))
                        : Future.failedFuture(cause))
                .recover(cause -> Future.failedFuture(explained(cause)))
                .eventually(() -> admin.close(1));
    }

    private Future<Integer> described(KafkaAdminClient admin) {
        return partitions(admin).compose(this::requirePartitions).compose(fits -> recordBytes(admin));
    }

    /** A topic that was made a moment ago is not known to all brokers yet. */
    private Future<Integer> onceKnown(KafkaAdminClient admin, int tries) {
        return described(admin)
                .recover(cause -> is(cause, UnknownTopicOrPartitionException.class) && tries > 0
                        ? vertx.timer(TRY_MILLIS, TimeUnit.MILLISECONDS).compose(later -> onceKnown(admin, tries - 1))
                        : Future.failedFuture(cause));
    }

    private Future<Void> remembered() {
        String wanted = String.valueOf(options.partitions());
        return log.remember("kafka/" + options.topic(), wanted)
                .compose(remembered -> wanted.equals(remembered)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new CannotOpen("Entries of this data went to " + remembered
                                + " partitions of the topic " + options.topic()
                                + ", and eventLog.kafka.partitions says " + wanted + "; set it to " + remembered
                                + ", or eventLog.kafka.topic to a new one.")));
    }

    private Future<Integer> partitions(KafkaAdminClient admin) {
        return admin.describeTopics(List.of(options.topic())).map(topics -> {
            TopicDescription topic = topics.get(options.topic());
            if (topic == null) throw new IllegalStateException("Kafka says nothing of the topic");
            return topic.getPartitions().size();
        });
    }

    private Future<Void> requirePartitions(int there) {
        if (there == options.partitions()) return Future.succeededFuture();
        return Future.failedFuture(new CannotOpen("The topic " + options.topic() + " has " + there
                + " partitions, and eventLog.kafka.partitions says " + options.partitions()
                + "; which partition has which entries would change: set one to the other before the first start, or"
                + " eventLog.kafka.topic to a new one."));
    }

    /** Whoever else makes it at the same moment makes the same. */
    private Future<Void> make(KafkaAdminClient admin) {
        NewTopic topic = new NewTopic(options.topic(), options.partitions(), (short) options.replication());
        topic.setConfig(Map.of(
                "cleanup.policy",
                "delete",
                "retention.ms",
                String.valueOf(options.kept().toMillis()),
                "min.insync.replicas",
                options.replication() > 2 ? "2" : "1",
                RECORD_BYTES,
                String.valueOf(RECORD_BYTES_MAX)));
        return admin.createTopics(List.of(topic))
                .recover(cause ->
                        is(cause, TopicExistsException.class) ? Future.succeededFuture() : Future.failedFuture(cause));
    }

    private Future<Integer> recordBytes(KafkaAdminClient admin) {
        ConfigResource resource = new ConfigResource(Type.TOPIC, options.topic());
        return admin.describeConfigs(List.of(resource)).map(configs -> {
            for (Config config : configs.values()) {
                for (ConfigEntry entry : config.getEntries())
                    if (entry.getName().equals(RECORD_BYTES)) return Integer.parseInt(entry.getValue());
            }
            throw new IllegalStateException("the topic does not say its " + RECORD_BYTES);
        });
    }

    /** With a sentence for the operator, if it is theirs to do something. */
    private Throwable explained(Throwable cause) {
        String said = reason(cause);
        if (is(cause, AuthenticationException.class)) {
            return new CannotOpen(
                    "Kafka does not let this node in (" + said
                            + "); see eventLog.kafka.username, its password, eventLog.kafka.tls and"
                            + " eventLog.kafka.caFile.",
                    cause);
        }
        if (is(cause, AuthorizationException.class)) {
            return new CannotOpen(
                    "Kafka does not let this node use the topic " + options.topic() + " (" + said
                            + "); it has to be allowed to describe, read and write it, and to create it or it has to"
                            + " be there.",
                    cause);
        }
        if (is(cause, InvalidReplicationFactorException.class) || is(cause, PolicyViolationException.class)) {
            return new CannotOpen(
                    "The topic " + options.topic() + " cannot be made with " + options.replication()
                            + " copies of each record (" + said + "); set eventLog.kafka.replication.",
                    cause);
        }
        return cause;
    }

    static String reason(Throwable cause) {
        Throwable last = cause;
        while (last.getCause() != null) last = last.getCause();
        String message = last.getMessage();
        return message == null ? last.getClass().getSimpleName() : message;
    }

    private static boolean is(Throwable cause, Class<? extends Throwable> type) {
        for (Throwable each = cause; each != null; each = each.getCause()) if (type.isInstance(each)) return true;
        return false;
    }
}
