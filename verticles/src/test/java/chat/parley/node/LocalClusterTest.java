package chat.parley.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.store.kafka.KafkaEventLog;
import chat.parley.store.kafka.KafkaOptions;
import chat.parley.store.kafka.RealKafka;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code ./parley cluster}, as somebody meets it who tries it. */
@Isolated
@Tag("real")
@Timeout(500)
class LocalClusterTest {
    private static final long TAKE_OVER_NANOS = SECONDS.toNanos(60);

    @TempDir
    private Path home;

    private final String host = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(1, 255) + ".7";
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> nodes = new TreeMap<>();
    private Installation parley;

    @BeforeEach
    void install() throws IOException {
        parley = new Installation(home);
        for (String server : List.of("cassandra", "kafka"))
            parley.fetched(server, Files.readString(Path.of(System.getProperty(server + ".classpath"))));
    }

    @AfterEach
    void end() throws InterruptedException {
        parley.close();
    }

    @Test
    void aClusterForTryingStartsLosesANodeEndsAndGoesOn() throws Exception {
        Process cluster = parley.start("cluster", "tried", "--host", host);
        BufferedReader out = cluster.inputReader();
        awaitReady(cluster, out);
        String alice = token("alice");
        String bob = token("bob");
        String talk = post(
                        "n1",
                        alice,
                        "/v1/conversations",
                        new JsonObject().put("type", "direct").put("memberIds", new JsonArray().add("bob")))
                .getString("conversationId");
        BlockingQueue<String> heard = listen("n3", bob);
        say("n1", alice, talk, "to the third node");
        assertThat(next(heard, "to the third node")).contains(talk);
        ClusterOfNodes.await(() -> redis("exists", "parley:presence:bob").contains("1"));

        HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://" + host + ":8081/metrics"))
                .build();
        MetricsPage.assertShows(
                http.send(metrics, HttpResponse.BodyHandlers.ofString()).body(), Set.of("embedded store"));

        List<ProcessHandle> processes = cluster.descendants().toList();
        assertThat(processes).as("nodes, Cassandra, Redis, Kafka").hasSizeGreaterThanOrEqualTo(6);
        processOf(processes, "n2.json").destroyForcibly();
        assertThat(out.readLine()).startsWith("n2 has ended; what it said is in ");
        say("n1", alice, talk, "though the second is gone");
        assertThat(next(heard, "though the second is gone")).contains(talk);
        assertThat(exported(4))
                .as("the conversation, its members, and what was said")
                .anyMatch(event -> event.contains("to the third node"))
                .anyMatch(event -> event.contains("though the second is gone"));

        endsInOrder(cluster, "INT", processes);

        Process again = parley.start("cluster", "tried", "--host", host);
        awaitReady(again, again.inputReader());
        assertThat(get("n2", bob, "/v1/conversations/" + talk + "/messages?after=0"))
                .contains("to the third node", "though the second is gone");
        endsInOrder(again, "TERM", again.descendants().toList());
        assertThat(processesOfTheCluster()).isEmpty();
    }

    @Test
    void aStartThatFailsHalfWayLeavesNothingBehind() throws Exception {
        parley.fetched("kafka", "none");
        Installation.Ended ended = parley.run("cluster", "tried", "--host", host);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).contains("redis " + host + ":16379", "cassandra " + host + ":9042");
        assertThat(ended.err())
                .startsWith("parley: kafka did not start; the last it said in ")
                .contains("kafka.Kafka");
        assertThat(processesOfTheCluster()).isEmpty();
    }

    /** All that work in its folder, as the kernel knows them. */
    private List<String> processesOfTheCluster() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    Path folder = Files.readSymbolicLink(process.resolve("cwd"));
                    if (folder.startsWith(home)) found.add(Files.readString(process.resolve("cmdline")));
                } catch (IOException ended) {
                    // then it is not one of these
                }
            }
        }
        return found;
    }

    private String redis(String... words) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-h", host, "-p", "16379"));
        command.addAll(List.of(words));
        try {
            Process cli = new ProcessBuilder(command).start();
            return new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The first so many entries in Kafka. */
    private List<String> exported(int count) throws Exception {
        Vertx vertx = Vertx.vertx();
        KafkaOptions options =
                new KafkaOptions(List.of(host + ":9092"), "parley", 16, 1, Duration.ofDays(1), null, false, null);
        try (KafkaEventLog events = KafkaEventLog.open(
                vertx, options, new MemoryStore(false, 7).stores(Weather.FINE).log())) {
            return RealKafka.read(events, count).stream()
                    .map(each -> each.event().toString())
                    .toList();
        } finally {
            vertx.close();
        }
    }

    private void awaitReady(Process cluster, BufferedReader out) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null && !line.startsWith("data"); line = out.readLine()) {
            lines.add(line);
            String[] words = line.split(" ");
            if (words[0].equals("node")) nodes.put(words[1], words[2]);
        }
        assertThat(lines)
                .as(() -> said(cluster))
                .contains(
                        "cluster ready",
                        "cassandra " + host + ":9042",
                        "redis " + host + ":16379",
                        "kafka " + host + ":9092");
        assertThat(nodes)
                .containsOnly(
                        Map.entry("n1", "http://" + host + ":8080"),
                        Map.entry("n2", "http://" + host + ":8090"),
                        Map.entry("n3", "http://" + host + ":8100"));
    }

    private String said(Process cluster) {
        try {
            return parley.errors(cluster);
        } catch (IOException unread) {
            return unread.toString();
        }
    }

    private static ProcessHandle processOf(List<ProcessHandle> processes, String argument) {
        return processes.stream()
                .filter(each -> each.info()
                        .arguments()
                        .map(all -> all.length > 0 && all[all.length - 1].endsWith(argument))
                        .orElse(false))
                .filter(each -> each.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
    }

    private void endsInOrder(Process cluster, String signal, List<ProcessHandle> processes) throws Exception {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(cluster.pid()))
                .start()
                .waitFor();
        assertThat(cluster.waitFor(90, SECONDS)).isTrue();
        assertThat(cluster.exitValue()).isZero();
        assertThat(parley.errors(cluster)).isEmpty();
        for (ProcessHandle each : processes) each.onExit().get(10, SECONDS);
    }

    private String token(String user) throws Exception {
        Installation.Ended ended = parley.run("token", user, "--set", "store.path=tried");
        assertThat(ended.code()).as(ended.err()).isZero();
        return ended.out().strip();
    }

    /** As soon as it is taken: the shard may be without an owner for a moment. */
    private void say(String node, String token, String conversation, String body) throws Exception {
        JsonObject message = new JsonObject().put("body", body);
        long until = System.nanoTime() + TAKE_OVER_NANOS;
        String id = "id-" + body.hashCode();
        while (send(node, token, "/v1/conversations/" + conversation + "/messages", id, message)
                        .statusCode()
                != 201) {
            assertThat(System.nanoTime()).as("somebody takes over").isLessThan(until);
            LockSupport.parkNanos(100_000_000);
        }
    }

    private JsonObject post(String node, String token, String path, JsonObject body) throws Exception {
        HttpResponse<String> answer = send(node, token, path, null, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body());
    }

    private HttpResponse<String> send(String node, String token, String path, @Nullable String id, JsonObject body)
            throws Exception {
        HttpRequest.Builder request = request(node, token, path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.encode()));
        if (id != null) request.header("Idempotency-Key", id);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String get(String node, String token, String path) throws Exception {
        return http.send(request(node, token, path).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private HttpRequest.Builder request(String node, String token, String path) {
        return HttpRequest.newBuilder(URI.create(nodes.get(node) + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    /** What a device there hears, from when it is in step. */
    private BlockingQueue<String> listen(String node, String token) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(nodes.get(node).replace("http", "ws") + "/v1/ws"), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
                        text.append(data);
                        if (isLast) {
                            heard.add(text.toString());
                            text.setLength(0);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .get(30, SECONDS);
        socket.sendText(
                new JsonObject()
                        .put("type", "hello")
                        .put("token", token)
                        .put("deviceId", "phone")
                        .encode(),
                true);
        next(heard, "\"synced\"");
        return heard;
    }

    private static String next(BlockingQueue<String> heard, String part) throws InterruptedException {
        for (String text = heard.poll(60, SECONDS); text != null; text = heard.poll(60, SECONDS))
            if (text.contains(part)) return text;
        throw new AssertionError("nothing was heard with " + part);
    }
}
