package chat.parley.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** All that docker/ says is done: its services run, as it says, with no engine but the kernel. */
@Isolated
@Tag("real")
@Timeout(300)
@TestMethodOrder(OrderAnnotation.class)
class DockerFilesTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> NODES = List.of("parley-1", "parley-2", "parley-3");
    private static final long QUERIES_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    /** By SockJS, on three nodes: that none is on one of them, or all are, does not happen. */
    private static final int SESSIONS = 20;

    private static final int OPEN = (int) (ProcessHandle.current().pid() * 2 % 256); // of a network for tests

    @TempDir
    private static Path folder;

    private static Path docker;
    private static Image parley;
    private static Containers cluster;
    private static Visitor.Place place;

    @BeforeAll
    static void start() throws IOException {
        docker = copyOfDocker(folder.resolve("checkout"));
        Images images = new Images(CHECKOUT, Files.createDirectories(folder.resolve("images")));
        parley = images.parley(Dockerfile.read(docker.resolve("Dockerfile")));
        prepare();
        Compose compose = Compose.read(docker.resolve("compose.cluster.yml"));
        List<String> proxy = List.of("haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg");
        Map<String, Image> standIns = Map.of(
                "parley:local",
                parley,
                image(compose, "cassandra"),
                images.cassandra(),
                image(compose, "kafka"),
                images.kafka(),
                image(compose, "redis"),
                Images.installed(999, List.of(), List.of()),
                image(compose, "prometheus"),
                Images.installed(65_534, List.of("prometheus"), List.of()),
                image(compose, "haproxy"),
                Images.installed(99, List.of(), proxy));
        Shell.out("chmod", "-R", "a+rX", folder.resolve("images").toString());
        cluster = new Containers(compose, standIns, folder, "cluster", OPEN);
        cluster.up();
        Buffer certificate = Buffer.buffer(Files.readAllBytes(docker.resolve("secrets/site.pem")));
        place = Visitor.Place.at(cluster.published("haproxy"), 8443, certificate);
    }

    private static String image(Compose compose, String service) {
        return compose.service(service).image();
    }

    /** As what docker/prepare makes is the operator's. */
    private static Path copyOfDocker(Path checkout) throws IOException {
        Path from = CHECKOUT.resolve("docker");
        Path to = checkout.resolve("docker");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                if (each.startsWith(from.resolve("secrets"))) continue;
                Path target = to.resolve(from.relativize(each).toString());
                Files.createDirectories(target.getParent());
                Files.copy(each, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Shell.out("chmod", "-R", "a+rX", to.toString()); // whatever the umask of this checkout was
        return to;
    }

    /** What README.md says, with a docker that can do that one thing. */
    private static void prepare() throws IOException {
        Path programs = Files.createDirectories(folder.resolve("programs"));
        Container.program(
                programs.resolve("docker"),
                "#!/bin/sh",
                "case \"$1 $2 $3 $5 ${6##*:} $7 $8 $9\" in",
                "    'run --rm --user --volume /bus parley:local certs /bus') ;;",
                "    *) echo \"unexpected: $*\" >&2; exit 64 ;;",
                "esac",
                "folder=${6%:/bus}",
                "shift 9",
                "exec " + parley.files().get("/opt/parley") + "/parley certs \"$folder\" \"$@\"");
        List<String> command = new ArrayList<>(List.of(docker.resolve("prepare").toString()));
        command.addAll(NODES);
        Shell.Ended ended = Shell.run(
                command,
                Map.of(
                        "PATH",
                        programs + ":" + System.getenv("PATH"),
                        "PARLEY_JAVA",
                        System.getProperty("java.home"),
                        "JAVA_HOME",
                        System.getProperty("java.home")));
        assertThat(ended.code()).as(ended.err()).isZero();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) cluster.close();
        if (place != null) place.vertx().close();
    }

    private static String token(String user) {
        return Shell.out(docker.resolve("token").toString(), user).strip();
    }

    private static Visitor visitor(String user) {
        return new Visitor(place, token(user));
    }

    @Test
    @Order(1)
    void messagesGoThroughTheProxy() {
        try (Visitor alice = visitor("alice");
                Visitor bob = visitor("bob")) {
            String talk = alice.talkWith("bob");
            alice.connect();
            bob.connect();
            assertThat(alice.send(talk, "by the proxy").getString("type")).isEqualTo("message_ack");
            bob.next(frame -> "by the proxy".equals(frame.getString("body")));
            assertThat(bob.refused("https://elsewhere.example")).isEqualTo(403);
            assertThat(bob.ask(HttpMethod.POST, "/v1/dev/tokens", "{\"userId\":\"eve\"}")
                            .status())
                    .as("tokens are for others to give")
                    .isEqualTo(404);
        }
    }

    @Test
    @Order(2)
    void theRequestsOfASockJsSessionComeToTheNodeThatHasIt() {
        for (int i = 0; i < 12; i++) {
            try (Visitor visitor = visitor("old" + i)) {
                SockJsSession session = new SockJsSession(visitor);
                session.open();
                for (int j = 0; j < 4; j++) session.heartbeat();
            }
        }
    }

    @Test
    @Order(3)
    void aNodeIsAProcessOfItsOwnUserWithTheHeapThatItsContainerAllows() throws IOException {
        Container node = cluster.get("parley-1");
        Path process = Path.of("/proc", String.valueOf(node.pid()));
        assertThat(Files.readSymbolicLink(process.resolve("exe")).toString())
                .as("signals reach it")
                .endsWith("/bin/java");
        assertThat(Files.readString(process.resolve("status")))
                .contains(
                        "\nUid:\t10001\t10001\t10001\t10001\n", "\nCapEff:\t0000000000000000\n", "\nNoNewPrivs:\t1\n");
        assertThat(node.run(List.of("touch", "/var/tmp/x")).err()).contains("Read-only file system");
        String heap = node.run(
                        List.of("/opt/java/openjdk/bin/jinfo", "-flag", "MaxHeapSize", String.valueOf(node.pid())))
                .out();
        long bytes = Long.parseLong(heap.strip().replaceAll(".*=", ""));
        assertThat(bytes).isBetween((2L << 30) * 39 / 100, (2L << 30) * 41 / 100);
    }

    @Test
    @Order(4)
    void operatorsAskAnyNodeAboutAll() throws Exception {
        String credential =
                Files.readString(docker.resolve("secrets/ops-credential")).strip();
        URI status = URI.create("http://" + cluster.published("haproxy") + ":8404/admin/status");
        HttpRequest request = HttpRequest.newBuilder(status)
                .header("Authorization", "Bearer " + credential)
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            String answer =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            assertThat(new JsonObject(answer)
                            .getJsonArray("nodes").stream()
                                    .map(JsonObject.class::cast)
                                    .filter(node -> node.getBoolean("answers"))
                                    .map(node -> node.getString("name")))
                    .as(answer)
                    .containsExactlyInAnyOrderElementsOf(NODES);
            HttpRequest page = HttpRequest.newBuilder(status.resolve("/admin/")).build();
            assertThat(http.send(page, HttpResponse.BodyHandlers.ofString()).body())
                    .startsWith("<!doctype html>");
            URI health = status.resolve("/health/live");
            assertThat(http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .as("nothing else of that port")
                    .isEqualTo(404);
        }
    }

    @Test
    @Order(5)
    void everyQueryOfTheDashboardFindsWhatItNames() throws Exception {
        List<Queries.Query> queries = Queries.ofDashboard(docker.resolve("grafana/dashboards/parley.json"));
        assertThat(queries).hasSizeGreaterThan(50);
        Prometheus prometheus = new Prometheus(cluster.published("prometheus"));
        try (Visitor alice = visitor("alice");
                Visitor bob = visitor("bob");
                Visitor eve = new Visitor(place, token("eve") + "A")) {
            String talk = alice.talkWith("bob");
            alice.connect();
            bob.connect();
            assertThat(eve.refusedHello()).isEqualTo(4401);
            Map<String, List<String>> missing = new TreeMap<>();
            long until = System.nanoTime() + QUERIES_NANOS_MAX;
            do {
                for (int i = 0; i < 10; i++)
                    assertThat(alice.send(talk, "watched").getString("type")).isEqualTo("message_ack");
                assertThat(alice.send("nowhere", "lost").getString("type")).isEqualTo("error");
                missing.clear();
                for (Queries.Query each : queries) {
                    List<Map<String, String>> found = prometheus.query(each.text());
                    if (found.isEmpty())
                        missing.computeIfAbsent(each.title(), none -> new ArrayList<>())
                                .add(each.text());
                    for (Map<String, String> series : found)
                        assertThat(series.keySet()).as(each.title()).containsAll(each.shown());
                }
            } while (!missing.isEmpty() && System.nanoTime() < until);
            assertThat(missing).isEmpty();
        }
    }

    @Test
    @Order(6)
    void everyAlertAsksForWhatThereIsAndNoneIsFiring() throws Exception {
        Prometheus prometheus = new Prometheus(cluster.published("prometheus"));
        assertThat(prometheus.query("up == 1")).as("nodes and proxy").hasSize(4);
        assertThat(prometheus.query("haproxy_server_status{state=\"UP\"} == 1"))
                .as("three nodes as the proxy sees them, in each of its lists")
                .hasSize(9);
        List<JsonObject> rules = prometheus.rules();
        assertThat(rules).hasSizeGreaterThan(15);
        for (JsonObject rule : rules) {
            assertThat(rule.getString("health")).as(rule.toString()).isEqualTo("ok");
            assertThat(rule.getString("state")).as(rule.toString()).isNotEqualTo("firing");
            Set<String> common = new TreeSet<>(Set.of("instance", "job"));
            for (String selector : Queries.selectors(rule.getString("query"))) {
                List<Map<String, String>> found = prometheus.query(selector);
                assertThat(found).as(selector).isNotEmpty();
                common.retainAll(found.getFirst().keySet());
            }
            assertThat(common)
                    .as(rule.toString())
                    .containsAll(Queries.named(rule.getJsonObject("annotations").getString("summary")));
        }
    }

    @Test
    @Order(9)
    void clientsOfANodeThatEndsGoToTheOthers() throws IOException, InterruptedException {
        List<Visitor> visitors = new ArrayList<>();
        List<SockJsSession> sessions = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) visitors.add(visitor("person" + i));
            for (int i = 0; i < SESSIONS; i++) visitors.add(visitor("old" + i));
            List<Visitor> people = visitors.subList(0, 6);
            String talk = people.getFirst()
                    .talkWith(people.stream().skip(1).map(Visitor::user).toArray(String[]::new));
            people.forEach(Visitor::connect);
            for (Visitor each : visitors.subList(6, 6 + SESSIONS)) sessions.add(new SockJsSession(each));
            ofEach(sessions, SockJsSession::open);

            cluster.refuse("parley-2", 8081); // as for the proxy a node looks that drains for long
            Thread looking = Thread.startVirtualThread(() -> awaitDown("parley-2"));
            while (!looking.join(Duration.ofMillis(500)))
                ofEach(sessions, SockJsSession::heartbeat); // one that nobody polls is forgotten
            assertThat(isDown("parley-2")).isTrue();
            ofEach(sessions, SockJsSession::heartbeat);

            cluster.get("parley-2").stop();
            AtomicInteger ended = new AtomicInteger();
            ofEach(sessions, each -> {
                if (each.isEndedInOrder()) ended.incrementAndGet();
            });
            assertThat(cluster.get("parley-2").awaitEnd(40)).as("its exit code").isZero();
            assertThat(ended.get()).as("sessions that were there").isBetween(1, SESSIONS - 1);
            for (Visitor each : people)
                if (each.wasClosedWith(1012)) each.connect();
                else each.stays();
            for (Visitor each : people)
                assertThat(each.send(talk, "after it").getString("type")).isEqualTo("message_ack");
        } finally {
            visitors.forEach(Visitor::close);
        }
    }

    /** All at once. */
    private static void ofEach(List<SockJsSession> sessions, Consumer<SockJsSession> what) {
        CompletableFuture.allOf(sessions.stream()
                        .map(each -> CompletableFuture.runAsync(() -> what.accept(each), Thread::startVirtualThread))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private static void awaitDown(String node) {
        long until = System.nanoTime() + QUERIES_NANOS_MAX;
        while (!isDown(node) && System.nanoTime() < until) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }

    /** As the proxy sees it. */
    private static boolean isDown(String node) {
        URI metrics = URI.create("http://" + cluster.published("haproxy") + ":8404/metrics");
        String line = "haproxy_server_status{proxy=\"sockjs\",server=\"" + node + "\",state=\"DOWN\"} 1";
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains(line);
        } catch (IOException | InterruptedException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    @Order(0)
    void oneNodeKeepsWhatItHasWhenItIsStartedAgain() throws Exception {
        Compose compose = Compose.read(docker.resolve("compose.yml"));
        try (Containers alone = new Containers(compose, Map.of("parley:local", parley), folder, "alone", OPEN + 1)) {
            alone.up();
            Visitor.Place its = Visitor.Place.at(alone.published("parley"), 8080, null);
            try (Visitor alice = new Visitor(its, token("alice"))) {
                String talk = alice.talkWith("bob");
                alice.connect();
                assertThat(alice.send(talk, "kept").getString("type")).isEqualTo("message_ack");
                Shell.Ended backup =
                        alone.get("parley").run(List.of("/opt/parley/parley", "backup", "/var/lib/parley/2026-01-05"));
                assertThat(backup.code()).as(backup.err()).isZero();
                alone.get("parley").stop();
                assertThat(alone.get("parley").awaitEnd(40)).as("its exit code").isZero();
                alone.start("parley");
                alone.awaitHealthy("parley");
                String page = "/v1/conversations/" + talk + "/messages?after=0";
                assertThat(alice.ask(HttpMethod.GET, page, null).body()).contains("\"kept\"");
            } finally {
                its.vertx().close();
            }
        }
    }
}
