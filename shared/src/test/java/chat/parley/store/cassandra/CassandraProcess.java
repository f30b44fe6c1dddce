package chat.parley.store.cassandra;

import chat.parley.store.ForeignProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One real Cassandra, in a process and on an address of its own. */
public final class CassandraProcess implements AutoCloseable {
    private static final int PORT = 9042;

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

    private final String address;
    private final Path folder;
    private final ForeignProcess process;

    /**
     * Begins to start one.
     *
     * @param seed the address of the first node of its cluster
     * @param token its place in the ring; empty: it is alone
     * @param settings more lines of its cassandra.yaml
     */
    CassandraProcess(Path folder, String address, String seed, String token, List<String> settings) throws IOException {
        this.address = address;
        this.folder = folder;
        Files.createDirectories(folder);
        Files.write(folder.resolve("cassandra.yaml"), yaml(seed, token, settings));
        process = new ForeignProcess("Cassandra", folder, command());
    }

    /**
     * One that is alone, once clients can connect.
     *
     * @param parent of its folder
     */
    public static CassandraProcess startAlone(Path parent) throws IOException, InterruptedException {
        String address = anyAddress();
        var cassandra = new CassandraProcess(
                parent.resolve("cassandra" + address).toAbsolutePath(),
                address,
                address,
                "",
                List.of(
                        "commitlog_sync: batch",
                        "paxos_variant: v2",
                        // A slow machine is not what these tests are about.
                        "cas_contention_timeout: 20s",
                        "write_request_timeout: 20s",
                        "read_request_timeout: 20s",
                        "truncate_request_timeout: 60s"));
        try {
            cassandra.awaitStart();
        } catch (IOException | RuntimeException | InterruptedException failed) {
            cassandra.close();
            throw failed;
        }
        return cassandra;
    }

    /** One that no other build uses, most likely. */
    static String anyAddress() {
        return ForeignProcess.anyAddress();
    }

    private List<String> yaml(String seed, String token, List<String> settings) {
        List<String> lines = new ArrayList<>(List.of(
                "cluster_name: parley",
                "num_tokens: 1",
                "partitioner: Murmur3Partitioner",
                "commitlog_segment_size: 8MiB",
                "endpoint_snitch: SimpleSnitch",
                "listen_address: " + address,
                "rpc_address: " + address,
                "native_transport_port: " + PORT,
                "storage_port: 7000",
                "seed_provider:",
                "  - class_name: org.apache.cassandra.locator.SimpleSeedProvider",
                "    parameters: [{seeds: \"" + seed + "\"}]",
                "data_file_directories: [" + folder.resolve("data") + "]",
                "commitlog_directory: " + folder.resolve("commitlog"),
                "saved_caches_directory: " + folder.resolve("caches"),
                "hints_directory: " + folder.resolve("hints"),
                "cdc_raw_directory: " + folder.resolve("cdc"),
                "auto_snapshot: false"));
        if (!token.isEmpty()) lines.addAll(List.of("initial_token: " + token, "auto_bootstrap: false"));
        lines.addAll(settings);
        return lines;
    }

    private List<String> command() throws IOException {
        String classPath = ForeignProcess.classPath("cassandra.classpath");
        String jamm = Stream.of(classPath.split(":"))
                .filter(jar -> jar.contains("/jamm-"))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(
                Jdk17.java().toString(),
                "-javaagent:" + jamm,
                "-Djava.security.manager=allow",
                "-Djdk.attach.allowAttachSelf=true",
                "-Xms256m",
                "-Xmx256m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=128m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dcassandra.config=file://" + folder.resolve("cassandra.yaml"),
                "-Dcassandra.storagedir=" + folder,
                "-Dcassandra.logdir=" + folder,
                "-Dcassandra.skip_wait_for_gossip_to_settle=0",
                "-Dcassandra.ring_delay_ms=0",
                "-Dcassandra.superuser_setup_delay_ms=0",
                "-Dcassandra.consistent.rangemovement=false",
                "-Dcassandra.unsafesystem=true",
                "-Dorg.apache.cassandra.disable_mbean_registration=true",
                "-Dcassandra-foreground=yes"));
        for (String each : OPENED) command.addAll(List.of("--add-opens", each + "=ALL-UNNAMED"));
        for (String each : EXPORTED) command.addAll(List.of("--add-exports", each + "=ALL-UNNAMED"));
        command.addAll(List.of("-cp", classPath, "org.apache.cassandra.service.CassandraDaemon"));
        return command;
    }

    /** Waits until clients can connect. */
    void awaitStart() throws IOException, InterruptedException {
        process.awaitStart(address, PORT);
    }

    public String address() {
        return address;
    }

    /** A signal to the process: STOP, CONT, KILL. */
    void signal(String name) throws IOException, InterruptedException {
        process.signal(name);
    }

    /** Kills it, and removes what it wrote. */
    @Override
    public void close() {
        process.remove();
    }
}
