package chat.parley.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node of the default configuration on a data folder of its own, which goes when it does. */
final class NodeProcess implements AutoCloseable {
    private static final String READY = "parley ready";
    private static final int STOPPED_SECONDS = 40;

    private final Process process;
    private final Path folder;
    private final int port;
    private final int opsPort;

    private NodeProcess(Process process, Path folder, int port, int opsPort) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.opsPort = opsPort;
    }

    /** Starts it on its cores and waits until it serves. */
    static NodeProcess start(Path home, Cores cores) throws IOException {
        Path folder = Files.createTempDirectory("parley-load");
        int port = freePort();
        int opsPort = freePort();
        List<String> command = new ArrayList<>(cores.forServer());
        command.addAll(List.of(home.resolve("parley").toString(), "serve"));
        command.addAll(List.of("--set", "store.path=" + folder.resolve("data")));
        command.addAll(List.of("--set", "http.port=" + port, "--set", "ops.port=" + opsPort));
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("errors.log").toFile())
                .start();
        NodeProcess node = new NodeProcess(process, folder, port, opsPort);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line == null || !line.startsWith(READY); line = out.readLine()) {
            if (line != null) continue;
            node.close();
            throw new IllegalStateException("The node did not start.");
        }
        Thread.ofPlatform().daemon().start(() -> out.lines().forEach(line -> {})); // or it would wait for a reader
        return node;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    int opsPort() {
        return opsPort;
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
        process.destroy();
        try {
            if (!process.waitFor(STOPPED_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("The node did not stop in " + STOPPED_SECONDS + " s and was killed.");
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.print(Files.readString(folder.resolve("errors.log")));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
