package chat.parley.node;

import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.kafka.KafkaOptions.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of the event log, which consumers follow. */
final class EventLogSettings {
    private static final String TYPE = "kafka";
    private static final String OF_THE_STORE = "store";
    private static final String NONE = "none";

    private EventLogSettings() {}

    /** @param isInCluster whether the node is one of several, which have no embedded store @return null: it is not on Kafka */
    static @Nullable KafkaOptions read(Settings settings, boolean isInCluster) {
        KafkaOptions unset = KafkaOptions.defaults();
        String type = settings.word(
                "eventLog.type",
                List.of(OF_THE_STORE, TYPE, NONE),
                OF_THE_STORE,
                "Where consumers find all entries: in the logs of the embedded store itself, or in Kafka; none: there"
                        + " are no consumers.");
        boolean isUsed = type.equals(TYPE);
        List<String> brokers = settings.list(
                "eventLog.kafka.brokers",
                "host:port",
                text -> KafkaOptions.isBroker(text) ? text : null,
                "Kafka brokers that are asked first; the others are learnt from them.");
        String topic =
                settings.text("eventLog.kafka.topic", unset.topic(), "The topic; it is made if it is not there.");
        int partitions = settings.number(
                "eventLog.kafka.partitions",
                1,
                KafkaOptions.PARTITIONS_MAX,
                unset.partitions(),
                "Its partitions; cannot be changed for a topic.");
        int replication = settings.number(
                "eventLog.kafka.replication",
                1,
                10,
                unset.replication(),
                "Copies of each record, when the topic is made; of 3 or more, two have to be written.");
        Duration kept = Duration.ofHours(settings.number(
                "eventLog.kafka.keptHours",
                1,
                24 * 365,
                unset.kept().toHours(),
                "How long the topic keeps records, when it is made; bodies that are deleted stay in it as long."));
        Credentials credentials = credentials(settings);
        boolean tls = settings.flag(
                "eventLog.kafka.tls",
                false,
                "Whether connections are encrypted, and the certificates of brokers checked with their names.");
        Path caFile = NodeConfig.path(settings.optionalText(
                "eventLog.kafka.caFile",
                "Certificates in PEM that sign those of the brokers, if Java does not know them."));
        settings.require(
                !isInCluster || !type.equals(OF_THE_STORE),
                "a cluster has no embedded store whose logs consumers could read: set eventLog.type to kafka, and"
                        + " eventLog.kafka.brokers to where it is; or eventLog.type to none, if there are no"
                        + " consumers.");
        settings.require(
                !isUsed || !brokers.isEmpty(),
                "with eventLog.type kafka, eventLog.kafka.brokers has to say where it is.");
        settings.require(
                KafkaOptions.isTopic(topic),
                "eventLog.kafka.topic cannot be '" + topic
                        + "'; allowed: letters, digits, _, - and ., at most 200, not . first.");
        settings.require(
                !isUsed
                        || tls
                        || credentials == null
                        || !credentials.mechanism().equals("PLAIN"),
                "eventLog.kafka.mechanism PLAIN sends the password as it is, so eventLog.kafka.tls has to be true.");
        if (!isUsed || brokers.isEmpty() || !KafkaOptions.isTopic(topic)) return null;
        return new KafkaOptions(brokers, topic, partitions, replication, kept, credentials, tls, caFile);
    }

    private static @Nullable Credentials credentials(Settings settings) {
        String mechanism = settings.word(
                "eventLog.kafka.mechanism",
                KafkaOptions.MECHANISMS,
                KafkaOptions.MECHANISMS.getFirst(),
                "How the node says who it is; PLAIN only with TLS.");
        Login login = Login.read(settings, "eventLog.kafka", "Kafka");
        return login == null ? null : new Credentials(mechanism, login.username(), login.password());
    }
}
