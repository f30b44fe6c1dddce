package chat.parley.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How one Kafka is started, broker and controller in one process, with all it has in a folder of its own: {@link #configure}, then the
 * {@link #commands}. Its ports are the usual ones of an address of loopback.
 */
public final class KafkaServer {
    /** For clients. */
    public static final int PORT = 9092;

    /** For itself. */
    public static final int CONTROLLER_PORT = 9093;

    /** Of its own data; as good as any other where there is one server. */
    private static final String CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAA";

    private static final String PROPERTIES = "server.properties";

    private KafkaServer() {}

    /**
     * Writes its server.properties.
     *
     * @param settings more lines; they count before those that are here
     */
    public static void configure(Path folder, String address, List<String> settings) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "process.roles=broker,controller",
                "node.id=1",
                "controller.quorum.voters=1@" + address + ":" + CONTROLLER_PORT,
                "listeners=PLAINTEXT://" + address + ":" + PORT + ",CONTROLLER://" + address + ":" + CONTROLLER_PORT,
                "advertised.listeners=PLAINTEXT://" + address + ":" + PORT,
                "controller.listener.names=CONTROLLER",
                "inter.broker.listener.name=PLAINTEXT",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + data(folder),
                "auto.create.topics.enable=false",
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=3",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "transaction.state.log.num.partitions=1",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1",
                "share.coordinator.state.topic.num.partitions=1",
                "group.initial.rebalance.delay.ms=0",
                "log.cleaner.enable=false"));
        lines.addAll(settings);
        Files.createDirectories(folder);
        Files.write(folder.resolve(PROPERTIES), lines);
    }

    private static Path data(Path folder) {
        return folder.resolve("data");
    }

    /**
     * What starts it, one after the other: all but the last end by themselves.
     *
     * @param classPath of the artifact kafka
     */
    public static List<List<String>> commands(Path folder, String classPath) {
        String properties = folder.resolve(PROPERTIES).toString();
        List<String> serve = java(classPath, "kafka.Kafka", properties);
        if (Files.exists(data(folder).resolve("meta.properties"))) return List.of(serve);
        return List.of(java(classPath, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", properties), serve);
    }

    private static List<String> java(String classPath, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                main));
        command.addAll(List.of(arguments));
        return command;
    }
}
