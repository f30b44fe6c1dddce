package chat.parley.store.kafka;

import chat.parley.servers.KafkaServer;
import chat.parley.store.ForeignProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One real Kafka, broker and controller, in a process and on an address of its own. */
public final class KafkaProcess implements AutoCloseable {
    static final String USER = "parley";
    static final String PASSWORD = "pass\\word \"1\"";

    private static final int SECURE_PORT = 9094;
    private static final int COMMAND_SECONDS = 180;
    private static final String KEYS_PASSWORD = "changeit";

    private final String address = ForeignProcess.anyAddress();
    private final Path folder;
    private ForeignProcess process;

    /** Starts it, and waits until clients can connect. @param parent of its folder */
    public KafkaProcess(Path parent) throws IOException, InterruptedException {
        folder = parent.resolve("kafka" + address).toAbsolutePath();
        KafkaServer.configure(folder, address, properties());
        makeKeys();
        start();
    }

    private List<String> properties() {
        String password = PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"");
        return List.of(
                "listeners=PLAINTEXT://" + address + ":" + KafkaServer.PORT + ",CONTROLLER://" + address + ":"
                        + KafkaServer.CONTROLLER_PORT + ",SECURE://" + secureBroker(),
                "advertised.listeners=PLAINTEXT://" + broker() + ",SECURE://" + secureBroker(),
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
                "listener.name.secure.sasl.enabled.mechanisms=PLAIN",
                // Backslashes twice: for the file, and for what it holds.
                "listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule"
                        + " required user_" + USER + "=\"" + password.replace("\\", "\\\\") + "\";",
                "listener.name.secure.ssl.keystore.type=PKCS12",
                "listener.name.secure.ssl.keystore.location=" + folder.resolve("keys.p12"),
                "listener.name.secure.ssl.keystore.password=" + KEYS_PASSWORD,
                "listener.name.secure.ssl.key.password=" + KEYS_PASSWORD);
    }

    /** The key of the secure door, and the certificate that clients believe. */
    private void makeKeys() throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> store = List.of("-keystore", "keys.p12", "-storetype", "PKCS12", "-storepass", KEYS_PASSWORD);
        List<String> make = new ArrayList<>(List.of(keytool, "-genkeypair", "-alias", "kafka", "-keyalg", "EC"));
        make.addAll(List.of("-dname", "CN=kafka", "-validity", "3650", "-ext", "SAN=ip:" + address));
        make.addAll(store);
        run(make);
        List<String> export = new ArrayList<>(List.of(keytool, "-exportcert", "-alias", "kafka", "-rfc"));
        export.addAll(List.of("-file", "ca.pem"));
        export.addAll(store);
        run(export);
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
        if (process.waitFor() != 0)
            throw new IllegalStateException(command.get(1) + " failed: " + Files.readString(folder.resolve("log")));
    }

    /** Starts it on what it wrote before. */
    public void start() throws IOException, InterruptedException {
        List<List<String>> commands = KafkaServer.commands(folder, ForeignProcess.classPath("kafka.classpath"));
        for (List<String> each : commands.subList(0, commands.size() - 1)) run(each);
        process = new ForeignProcess("Kafka", folder, commands.getLast());
        try {
            process.awaitStart(address, KafkaServer.PORT);
        } catch (IOException | RuntimeException failed) {
            process.kill();
            throw failed;
        }
    }

    /** What the settings call a broker. */
    public String broker() {
        return address + ":" + KafkaServer.PORT;
    }

    /** The door that wants TLS and a password. */
    String secureBroker() {
        return address + ":" + SECURE_PORT;
    }

    Path caFile() {
        return folder.resolve("ca.pem");
    }

    /** From now on it does not answer; connections stay open. */
    public void stop() throws IOException, InterruptedException {
        process.stop();
    }

    /** It answers again. */
    public void goOn() throws IOException, InterruptedException {
        process.goOn();
    }

    public boolean isRunning() {
        return process.isRunning();
    }

    /** Ends it at once; what it wrote stays. */
    public void kill() {
        process.kill();
    }

    /** Kills it, and removes what it wrote. */
    @Override
    public void close() {
        process.remove();
    }
}
