package chat.parley.servers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How one Redis is started, which keeps nothing when it ends. It is the one of the system's packages. */
public final class RedisServer {
    /** The usual one. */
    public static final int PORT = 6379;

    private RedisServer() {}

    /**
     * What starts it.
     *
     * @param folder in which it works
     * @param settings more, as on its command line
     * @throws CannotStart if it is not installed
     */
    public static List<String> command(Path folder, String address, int port, List<String> settings)
            throws CannotStart {
        List<String> command = new ArrayList<>(List.of(
                program(),
                "--bind",
                address,
                "--bind-source-addr",
                address,
                "--port",
                String.valueOf(port),
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--appendonly",
                "no"));
        command.addAll(settings);
        return command;
    }

    private static String program() throws CannotStart {
        for (String folder : String.valueOf(System.getenv("PATH")).split(File.pathSeparator)) {
            Path program = Path.of(folder, "redis-server");
            if (Files.isExecutable(program)) return program.toString();
        }
        throw new CannotStart(
                "there is no redis-server on the PATH; install one (on Debian, apt-get install" + " redis-server).");
    }
}
