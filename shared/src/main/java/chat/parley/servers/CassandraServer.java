package chat.parley.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How one Cassandra is started, with all it has in a folder of its own: {@link #configure}, then the {@link #command}. Its ports are the usual
 * ones of an address of loopback.
 */
public final class CassandraServer {
    /** For clients. */
    public static final int PORT = 9042;

    /** For other nodes of its cluster. */
    public static final int STORAGE_PORT = 7000;

    /** What {@code configure} is told of a node whose acknowledgements are to hold; a Parley node insists on it. */
    public static final List<String> DURABLE = List.of("commitlog_sync: batch", "paxos_variant: v2");

    private static final List<String> OPENED = List.of(
            "java.base/java.io",
            "java.base/java.lang",
            "java.base/java.lang.module",
            "java.base/java.lang.reflect",
            "java.base/java.net",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.loader",
            "java.base/jdk.internal.math",
            "java.base/jdk.internal.misc",
            "java.base/jdk.internal.module",
            "java.base/jdk.internal.ref",
            "java.base/jdk.internal.reflect",
            "java.base/jdk.internal.util.jar",
            "java.base/sun.nio.ch",
            "java.rmi/sun.rmi.transport.tcp",
            "jdk.management/com.sun.management.internal");
    private static final List<String> EXPORTED = List.of(
            "java.base/jdk.internal.misc",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.management.rmi/com.sun.jmx.remote.internal.rmi",
            "java.rmi/sun.rmi.registry",
            "java.rmi/sun.rmi.server",
            "java.sql/java.sql",
            "jdk.unsupported/sun.misc");

    private CassandraServer() {}

    /**
     * Writes its cassandra.yaml.
     *
     * @param seed the address of the first node of its cluster
     * @param settings more lines
     */
    public static void configure(Path folder, String address, String seed, List<String> settings) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "cluster_name: parley",
                "num_tokens: 1",
                "partitioner: Murmur3Partitioner",
                "commitlog_segment_size: 8MiB",
                "endpoint_snitch: SimpleSnitch",
                "listen_address: " + address,
                "rpc_address: " + address,
                "native_transport_port: " + PORT,
                "storage_port: " + STORAGE_PORT,
                "seed_provider:",
                "  - class_name: org.apache.cassandra.locator.SimpleSeedProvider",
                "    parameters: [{seeds: \"" + seed + "\"}]",
                "data_file_directories: [" + folder.resolve("data") + "]",
                "commitlog_directory: " + folder.resolve("commitlog"),
                "saved_caches_directory: " + folder.resolve("caches"),
                "hints_directory: " + folder.resolve("hints"),
                "cdc_raw_directory: " + folder.resolve("cdc"),
                "auto_snapshot: false"));
        lines.addAll(settings);
        Files.createDirectories(folder);
        Files.write(yaml(folder), lines);
    }

    private static Path yaml(Path folder) {
        return folder.resolve("cassandra.yaml");
    }

    /**
     * What starts it.
     *
     * @param classPath of the artifact cassandra-all
     * @param options more for its JVM
     * @throws CannotStart if there is no Java for it
     */
    public static List<String> command(Path folder, String classPath, List<String> options)
            throws IOException, CannotStart {
        String jamm = Stream.of(classPath.split(":"))
                .filter(jar -> jar.contains("/jamm-"))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(
                Java17.java().toString(),
                "-javaagent:" + jamm,
                "-Djava.security.manager=allow",
                "-Djdk.attach.allowAttachSelf=true",
                "-Xms256m",
                "-Xmx512m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=512m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dcassandra.config=file://" + yaml(folder),
                "-Dcassandra.storagedir=" + folder,
                "-Dcassandra.logdir=" + folder,
                "-Dcassandra.skip_wait_for_gossip_to_settle=0",
                "-Dcassandra.ring_delay_ms=0",
                "-Dcassandra.superuser_setup_delay_ms=0",
                "-Dorg.apache.cassandra.disable_mbean_registration=true",
                "-Dcassandra-foreground=yes"));
        command.addAll(options);
        for (String each : OPENED) command.addAll(List.of("--add-opens", each + "=ALL-UNNAMED"));
        for (String each : EXPORTED) command.addAll(List.of("--add-exports", each + "=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath, "org.apache.cassandra.service.CassandraDaemon"));
        return command;
    }
}
