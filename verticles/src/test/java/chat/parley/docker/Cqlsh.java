package chat.parley.docker;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/** Stands for the cqlsh of Cassandra, which is Python: {@code --cqlshrc FILE HOST PORT}, and statements to read. */
public final class Cqlsh {
    private Cqlsh() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4 || !arguments[0].equals("--cqlshrc")) System.exit(2);
        Properties rc = new Properties();
        try (var file = Files.newBufferedReader(Path.of(arguments[1]))) {
            rc.load(file);
        }
        try (CqlSession session = CqlSession.builder()
                .addContactPoint(new InetSocketAddress(arguments[2], Integer.parseInt(arguments[3])))
                .withLocalDatacenter("datacenter1")
                .withAuthCredentials(rc.getProperty("username"), rc.getProperty("password"))
                .withConfigLoader(DriverConfigLoader.programmaticBuilder()
                        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(20))
                        .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
                        .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
                        .build())
                .build()) {
            String statements = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            for (String each : statements.split(";\\s*\n")) if (!each.isBlank()) session.execute(each.strip());
        } catch (AllNodesFailedException refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
    }
}
