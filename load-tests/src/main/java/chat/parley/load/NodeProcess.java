package chat.parley.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A node of the default configuration, but for what is said, on a data folder of its own.
 *
 * @param opsPort where its operator asks
 */
public record NodeProcess(Started started, int port, int opsPort) implements AutoCloseable {
    /**
     * Starts it on the server's core and waits until it serves.
     *
     * @param settings that are not as by default
     */
    public static NodeProcess start(Path home, Cores cores, List<String> settings) throws IOException {
        Path folder = Started.folder();
        int port = freePort();
        int opsPort = freePort();
        List<String> arguments = new ArrayList<>(List.of("serve"));
        Stream.concat(
                        Stream.of("store.path=" + folder.resolve("data"), "http.port=" + port, "ops.port=" + opsPort),
                        settings.stream())
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return new NodeProcess(Started.start(home, cores, folder, "parley ready", arguments), port, opsPort);
    }

    /** Where clients come to. */
    public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", port);
    }

    long pid() {
        return started.process().pid();
    }

    /** A figure that a node shows on its ops port, -1 if there is none of that name. */
    static double metric(int opsPort, String name) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + "/metrics"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        started.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
