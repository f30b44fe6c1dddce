package chat.parley.docker;

import chat.parley.servers.CannotStart;
import chat.parley.servers.CassandraServer;
import chat.parley.store.ForeignProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** What stands for the images that the compose files name: ours as its Dockerfile says, of this build, and programs of this machine for those of others. */
final class Images {
    private static final String JDK = "/opt/java/openjdk"; // where the images of Temurin have it
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    private final Path checkout;
    private final Path folder;

    /** @param checkout whose files go into the image @param folder for those of images */
    Images(Path checkout, Path folder) {
        this.checkout = checkout;
        this.folder = folder;
    }

    /** Ours, with what the last stage of its Dockerfile copies. */
    Image parley(Dockerfile dockerfile) throws IOException {
        Path root = Files.createDirectories(folder.resolve("parley"));
        for (Dockerfile.Instruction copy : dockerfile.last("COPY")) {
            List<String> words = new ArrayList<>(copy.words());
            boolean isBuilt = words.removeIf("--from=build"::equals);
            String target = words.removeLast();
            for (String source : words) {
                Path to = root.resolve(target.substring(1));
                if (!isBuilt) copy(checkout.resolve(source), target.endsWith("/") ? to.resolve(source) : to);
                else if (source.equals("/layers/lib")) copyJars(Files.createDirectories(to));
                else if (source.equals("/layers/own")) makeOwnJars(Files.createDirectories(to));
                else throw new IllegalArgumentException(copy.text());
            }
        }
        Map<String, String> environment = new LinkedHashMap<>(dockerfile.environment());
        environment.put("JAVA_HOME", JDK);
        String health = dockerfile.only("HEALTHCHECK");
        List<String> check = new ArrayList<>(List.of("CMD"));
        check.addAll(Dockerfile.exec(health.substring(health.indexOf('['))));
        return new Image(
                Integer.parseInt(dockerfile.only("USER").split(":")[0]),
                dockerfile.only("WORKDIR"),
                Dockerfile.exec(dockerfile.only("ENTRYPOINT")),
                Dockerfile.exec(dockerfile.only("CMD")),
                environment,
                check,
                Map.of("/opt/parley", root.resolve("opt/parley"), JDK, JAVA_HOME));
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path each : files.toList()) {
                Path to = target.resolve(source.relativize(each).toString());
                Files.createDirectories(to.getParent());
                if (!Files.isDirectory(each)) Files.copy(each, to, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static Stream<Path> classPath() {
        return Stream.of(CLASS_PATH.split(":")).map(Path::of).filter(Files::exists);
    }

    private static void copyJars(Path lib) throws IOException {
        for (Path each : classPath().filter(Files::isRegularFile).toList())
            Files.copy(each, lib.resolve(each.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Classes of this build, tests apart. */
    private static void makeOwnJars(Path run) throws IOException {
        Files.createFile(run.resolve("built"));
        try (OutputStream file = Files.newOutputStream(run.resolve("parley-verticles.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.setLevel(0);
            Map<String, Path> entries = new LinkedHashMap<>();
            for (Path classes : classPath().filter(Files::isDirectory).toList()) {
                if (classes.endsWith("test-classes")) continue;
                try (Stream<Path> files = Files.walk(classes)) {
                    files.filter(Files::isRegularFile)
                            .forEach(
                                    each -> entries.put(classes.relativize(each).toString(), each));
                }
            }
            for (Map.Entry<String, Path> each : entries.entrySet()) {
                jar.putNextEntry(new JarEntry(each.getKey()));
                Files.copy(each.getValue(), jar);
                jar.closeEntry();
            }
        }
    }

    Image cassandra() throws IOException {
        Path root = Files.createDirectories(folder.resolve("cassandra"));
        String classPath = copyJars(ForeignProcess.classPath("cassandra.classpath"), root, "/opt/cassandra/lib/");
        List<String> command;
        try {
            command = new ArrayList<>(CassandraServer.command(Path.of("/nowhere"), classPath, List.of()));
        } catch (CannotStart cannot) {
            throw new IllegalStateException(cannot);
        }
        // As the script of the image does it.
        command.add(
                command.indexOf("-cp"),
                "-Xms64m -Xmx$MAX_HEAP_SIZE -Xmn$HEAP_NEWSIZE $JVM_EXTRA_OPTS -Dcassandra.storagedir=/var/lib/cassandra"
                        + " -Dcassandra.logdir=/tmp -Dcassandra.unsafesystem=true");
        Path java17 = Path.of(command.getFirst()).getParent().getParent();
        String cqlsh = Cqlsh.class.getName().replace('.', '/') + ".class";
        Path classes = Files.createDirectories(root.resolve("cqlsh"));
        Files.createDirectories(classes.resolve(cqlsh).getParent());
        try (InputStream compiled = Cqlsh.class.getClassLoader().getResourceAsStream(cqlsh)) {
            Files.copy(Objects.requireNonNull(compiled), classes.resolve(cqlsh));
        }
        return new Image(
                999,
                "/",
                List.of(),
                List.of("cassandra", "-f"),
                Map.of(),
                null,
                Map.of(
                        java17.toString(),
                        java17,
                        JDK,
                        JAVA_HOME,
                        "/opt/cassandra/lib",
                        root.resolve("lib"),
                        "/opt/cassandra/cqlsh",
                        classes,
                        "/opt/parley",
                        folder.resolve("parley/opt/parley"), // for the driver
                        "/usr/local/bin/cassandra",
                        program(root.resolve("cassandra"), "exec " + String.join(" ", command)),
                        "/usr/local/bin/cqlsh",
                        program(
                                root.resolve("run-cqlsh"),
                                "exec " + JDK + "/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp"
                                        + " '/opt/cassandra/cqlsh:/opt/parley/verticles/target/run/lib/*' "
                                        + Cqlsh.class.getName() + " \"$@\"")));
    }

    Image kafka() throws IOException {
        Path root = Files.createDirectories(folder.resolve("kafka"));
        String classPath = copyJars(ForeignProcess.classPath("kafka.classpath"), root, "/opt/kafka/libs/");
        Path programs = Files.createDirectories(root.resolve("bin"));
        Map.of("kafka-storage.sh", "kafka.tools.StorageTool", "kafka-server-start.sh", "kafka.Kafka")
                .forEach((name, main) -> program(
                        programs.resolve(name),
                        "exec " + JDK + "/bin/java $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                                + " -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp " + classPath + " " + main
                                + " \"$@\""));
        return new Image(
                1000,
                "/",
                List.of(),
                List.of("/etc/kafka/docker/run"),
                Map.of(),
                null,
                Map.of(JDK, JAVA_HOME, "/opt/kafka/libs", root.resolve("lib"), "/opt/kafka/bin", programs));
    }

    private static Path program(Path file, String line) {
        try {
            return Container.program(file, "#!/bin/sh", line);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Into a folder of the image, which users of it can read; returns the class path that they are there. */
    private static String copyJars(String classPath, Path root, String place) throws IOException {
        Path lib = Files.createDirectories(root.resolve("lib"));
        List<String> there = new ArrayList<>();
        for (String each : classPath.split(":")) {
            Path jar = Path.of(each);
            Files.copy(jar, lib.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            there.add(place + jar.getFileName());
        }
        return String.join(":", there);
    }

    /** A program that is installed here and in the image alike. */
    static Image installed(int user, List<String> entrypoint, List<String> command) {
        return new Image(user, "/", entrypoint, command, Map.of(), null, Map.of());
    }
}
