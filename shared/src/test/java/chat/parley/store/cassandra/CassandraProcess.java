package chat.parley.store.cassandra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One real Cassandra, in a process and on an address of its own. It ends with this JVM, however that ends: a shell holds the other end of a
 * pipe, and kills it when the pipe breaks.
 */
public final class CassandraProcess implements AutoCloseable {
    private static final int PORT = 9042;
    private static final int START_SECONDS = 180;
    private static final int LOG_LINES = 50;
    private static final String KEEPER = "\"$@\" </dev/null & echo $! >\"$0\"; cat >/dev/null; kill -9 $!";

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
    private final Process keeper;

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
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", KEEPER, pidFile().toString()));
        command.addAll(command());
        keeper = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    /**
     * One that is alone, once clients can connect.
     *
     * @param parent of its folder
     */
    public static CassandraProcess startAlone(Path parent) throws IOException, InterruptedException {
        String address = anyAddress();
        var process = new CassandraProcess(
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
            process.awaitStart();
        } catch (IOException | RuntimeException | InterruptedException failed) {
            process.close();
            throw failed;
        }
        return process;
    }

    /** One that no other build uses, most likely. */
    static String anyAddress() {
        var random = ThreadLocalRandom.current();
        return "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + "." + random.nextInt(2, 255);
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
        String file = System.getProperty("cassandra.classpath");
        if (file == null || !Files.isReadable(Path.of(file))) {
            throw new IllegalStateException("There is no Cassandra to start: the build writes down where it is with"
                    + " mvn -Preal -pl shared -am.");
        }
        String classPath = Files.readString(Path.of(file)).strip();
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
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!isListening()) {
            boolean isGone = Files.exists(pidFile())
                    && !Files.readString(pidFile()).isBlank()
                    && ProcessHandle.of(pid()).isEmpty();
            if (isGone || System.nanoTime() > until)
                throw new IllegalStateException("Cassandra did not start:\n" + tail());
            keeper.waitFor(100, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, PORT), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    public String address() {
        return address;
    }

    /** A signal to the process: STOP, CONT, KILL. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start().waitFor();
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile()).strip());
    }

    private Path pidFile() {
        return folder.resolve("pid");
    }

    private Path log() {
        return folder.resolve("log");
    }

    private String tail() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** Kills it, and removes what it wrote. */
    @Override
    public void close() {
        try {
            keeper.getOutputStream().close(); // the keeper kills what it keeps
            if (!keeper.waitFor(10, TimeUnit.SECONDS)) keeper.destroyForcibly();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
