package chat.parley.node.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chat.parley.bus.BusCodecs;
import chat.parley.bus.Command;
import chat.parley.bus.NodeRole;
import chat.parley.bus.Topology;
import chat.parley.bus.VertxBus;
import chat.parley.node.RawClient;
import chat.parley.node.Refusal;
import chat.parley.store.Stores;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminRoutesTest {
    private static final List<String> ROUTES = List.of(
            "GET /admin/status", "POST /admin/scale", "POST /admin/drain", "GET /admin/why?messageId=c.1&userId=ann");

    /** What a scanner tries to get around a guard. */
    private static final List<String> ELSEWHERE = List.of(
            "GET /admin",
            "GET /admin/",
            "GET /admin/nothing",
            "GET /admin//status",
            "GET //admin/status",
            "GET /./admin/status",
            "GET /x/../admin/status",
            "GET /%61dmin/status",
            "GET /admin/status/",
            "GET /admin/status;x",
            "GET /admin%2fstatus",
            "GET /ADMIN/status",
            "PUT /admin/status",
            "OPTIONS /admin/status",
            "HEAD /admin/status",
            "DELETE /admin/drain");

    @TempDir
    private Path folder;

    private final List<Command> told = new ArrayList<>();
    private final Stores store = new MemoryStore(true, 1).stores(Weather.FINE);
    private long nanos;
    private boolean breaks;
    private Vertx vertx;
    private int port;
    private Operator operator;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        BusCodecs.register(vertx.eventBus());
        Credential credential = Credential.open(null, folder);
        Topology topology = new Topology(
                "n1",
                List.of(
                        new Topology.Node("n1", EnumSet.allOf(NodeRole.class)),
                        new Topology.Node("n7", EnumSet.of(NodeRole.GATEWAY)),
                        new Topology.Node("n8", EnumSet.of(NodeRole.GATEWAY))));
        Nodes nodes = new Nodes(
                topology,
                new VertxBus(vertx),
                command -> {
                    told.add(command);
                    if (breaks) return Future.failedFuture("broken");
                    return Future.succeededFuture(Answers.done(new JsonObject().put("name", "n1")));
                },
                node -> node.equals("n8")); // who does not hear it, and n7 is of a version that would not read it
        Router router = Router.router(vertx);
        new AdminRoutes(credential, nodes, new Why(store, 100, 10_000), () -> 7, () -> nanos).mount(router);
        port = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(20, SECONDS)
                .actualPort();
        operator = new Operator(port, Credential.read(Credential.file(null, folder)));
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void whoHasTheCredentialIsAnswered() {
        JsonObject status = new JsonObject(operator.get("/admin/status").body());
        assertThat(status.getString("askedNode")).isEqualTo("n1");
        assertThat(status.getLong("now")).isEqualTo(7);
        assertThat(status.getJsonArray("nodes"))
                .containsExactly(new JsonObject().put("name", "n1").put("answers", true), silent("n7"), silent("n8"));
        assertThat(operator.ask("POST", "/admin/drain", "{\"node\":\"n1\"}").status())
                .isEqualTo(200);
        assertThat(told).extracting(Command::name).containsExactly("status", "drain");
    }

    @Test
    void whoCannotReadWhatItIsToldOrDoesNotAnswerIsSaidTo() {
        RawClient.Response old = operator.post("/admin/drain", "{\"node\":\"n7\"}");
        assertThat(old.status()).isEqualTo(409);
        assertThat(new JsonObject(old.body()).getString("detail")).contains("n7 is of a version of Parley that");
        RawClient.Response silent = operator.post("/admin/drain", "{\"node\":\"n8\"}");
        assertThat(silent.status()).isEqualTo(504);
        assertThat(new JsonObject(silent.body()).getString("code")).isEqualTo("outcome_unknown");
    }

    @Test
    void aNodeThatFailsSaysSo() {
        breaks = true;
        assertThat(operator.post("/admin/drain", "{\"node\":\"n1\"}").status()).isEqualTo(500);
        JsonObject status = new JsonObject(operator.get("/admin/status").body());
        assertThat(status.getJsonArray("nodes").getJsonObject(0).getBoolean("answers"))
                .isFalse();
    }

    private static JsonObject silent(String node) {
        return new JsonObject().put("name", node).put("answers", false).put("roles", new JsonArray().add("gateway"));
    }

    @Test
    void nothingIsAnsweredWithoutTheCredential() {
        List<String> all = new ArrayList<>(ROUTES);
        all.addAll(ELSEWHERE);
        for (String each : all) {
            String method = each.substring(0, each.indexOf(' '));
            RawClient.Response answer = new Operator(port, null).ask(method, each.substring(method.length() + 1), "");
            assertThat(answer.status()).as(each).isIn(401, 429, 404);
            assertThat(answer.body()).as(each).doesNotContain("n1");
        }
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "Bearer", "Bearer ", "Basic eDp5", "Bearer 01234567890123456789012345678901234567890123"
            })
    void aWrongCredentialIsNone(String authorization) {
        RawClient.Response answer =
                new Operator(port, null).ask("GET", "/admin/status", "", "Authorization: " + authorization);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers()).containsEntry("www-authenticate", "Bearer");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("unauthenticated");
    }

    @Test
    void whoGuessesIsAnsweredOnceASecondAndOperatorsAreLetInMeanwhile() {
        Operator stranger = new Operator(port, "0123456789012345678901234567890123456789");
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 30; i++) statuses.add(stranger.get("/admin/status").status());
        assertThat(statuses.subList(0, 10)).containsOnly(401);
        assertThat(statuses.subList(10, 30)).containsOnly(429);
        assertThat(stranger.get("/admin/status").headers()).containsEntry("retry-after", "1");
        assertThat(operator.get("/admin/status").status()).isEqualTo(200);
        nanos += 1_000_000_000L;
        assertThat(stranger.get("/admin/status").status()).isEqualTo(401);
        assertThat(stranger.get("/admin/status").status()).isEqualTo(429);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST /admin/drain |                            | 400 | bad_request",
                "POST /admin/drain | x                          | 400 | bad_request",
                "POST /admin/drain | [\"n1\"]                   | 400 | bad_request",
                "POST /admin/drain | {}                         | 400 | bad_request",
                "POST /admin/drain | {\"node\":1}               | 400 | bad_request",
                "POST /admin/drain | {\"node\":\"n1\",\"force\":1} | 400 | bad_request",
                "POST /admin/drain | {\"node\":\"n1\",\"x\":1}  | 400 | bad_request",
                "POST /admin/drain | {\"node\":\"n2\"}          | 404 | not_found",
                "GET /admin/drain  |                            | 405 | bad_request",
                "POST /admin/status | {}                        | 405 | bad_request",
                "POST /admin/scale | {}                         | 400 | bad_request",
                "POST /admin/scale | {\"node\":\"n1\",\"verticle\":\"gateway\"} | 400 | bad_request",
                "POST /admin/scale | {\"node\":\"n1\",\"verticle\":\"gateway\",\"instances\":\"2\"} | 400 |"
                        + " bad_request",
                "POST /admin/scale | {\"node\":\"n1\",\"verticle\":\"gateway\",\"instances\":1.5} | 400 | bad_request",
                "POST /admin/scale | {\"node\":\"n9\",\"verticle\":\"gateway\",\"instances\":2} | 404 | not_found",
                "GET /admin/why    |                            | 400 | bad_request",
                "GET /admin/why?messageId=x&userId=ann |        | 400 | bad_request",
                "GET /admin/why?messageId=c.0&userId=ann |      | 400 | bad_request",
                "GET /admin/why?messageId=c.1&userId=!! |       | 400 | bad_request",
                "GET /admin/why?messageId=c.1&messageId=c.2&userId=ann | | 400 | bad_request",
                "GET /admin/x      |                            | 404 | not_found",
            })
    void whatIsNotRightIsRefusedWithASentence(String request, String body, int status, String code) {
        String[] words = request.split(" ");
        RawClient.Response answer = operator.ask(words[0], words[1], body == null ? "" : body);
        JsonObject problem = new JsonObject(answer.body());
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getString("detail")).isNotEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aBodyHasABound() {
        assertThat(operator.post("/admin/drain", "{\"node\":\"" + "n".repeat(8_000) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(told).isEmpty();
    }

    @Test
    void theNodesOwnCredentialIsRandomStaysAndIsItsOwnersOnly() throws Exception {
        Path file = folder.resolve("ops-credential");
        String made = Files.readString(file).strip();
        assertThat(made).matches("[A-Za-z0-9_-]{43}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Credential.open(null, folder);
        assertThat(Files.readString(file).strip()).isEqualTo(made);
        Path other = Files.createDirectory(folder.resolve("other"));
        Credential.open(null, other);
        assertThat(Files.readString(other.resolve("ops-credential")).strip()).isNotEqualTo(made);
    }

    @Test
    void aCredentialThatCouldBeGuessedOrIsNotThereIsRefused() throws Exception {
        Path file = folder.resolve("set");
        assertThatThrownBy(() -> Credential.open(file, folder))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("cannot be read");
        for (String bad : List.of("", "short", "x".repeat(31), "with a space in it, though it is long enough")) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> Credential.open(file, folder))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("32 characters or more")
                    .hasMessageNotContaining(bad.isEmpty() ? "\u0000" : bad);
        }
        Files.writeString(file, " " + "x".repeat(32) + "\n");
        assertThat(Credential.open(file, folder).isProvedBy("bearer " + "x".repeat(32)))
                .isTrue();
        Files.writeString(file, "x".repeat(5_000));
        assertThatThrownBy(() -> Credential.open(file, folder)).hasMessageContaining("too long");
    }
}
