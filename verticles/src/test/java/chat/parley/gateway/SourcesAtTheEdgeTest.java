package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Response;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each source may have and ask for, on real sockets: behind a trusted proxy, which is loopback here, and without one. */
class SourcesAtTheEdgeTest {
    private static final String ONE = "X-Forwarded-For: 203.0.113.7";
    private static final String OTHER = "X-Forwarded-For: 203.0.113.8";
    private static final List<Network> LOOPBACK = List.of(Network.parse("127.0.0.0/8"));

    @Test
    void behindAProxyEachSourceHasItsOwnPlaces() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestEdges edges = edges(LOOPBACK, 100)) {
            assertThat(upgrade(edges, clients, ONE)).isEqualTo(101);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: 198.51.100.1, 203.0.113.7"))
                    .isEqualTo(101);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: 198.51.100.2, 203.0.113.7"))
                    .as("what a client puts before it changes nothing")
                    .isEqualTo(429);
            assertThat(upgrade(edges, clients, OTHER)).isEqualTo(101);
            for (int i = 0; i < 2; i++)
                assertThat(upgrade(edges, clients, "X-Forwarded-For: 2a00:1:1:1::" + i))
                        .isEqualTo(101);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: [2a00:1:1:1:ffff::]:4711"))
                    .as("of the same /64")
                    .isEqualTo(429);
            for (int i = 0; i < 2; i++)
                assertThat(upgrade(edges, clients, "X-Forwarded-For: garbage" + i))
                        .isEqualTo(101);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: other garbage"))
                    .isEqualTo(429);
            for (int i = 0; i < 5; i++)
                assertThat(upgrade(edges, clients)).as("the proxy's own").isEqualTo(101);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void withoutATrustedProxyTheHeaderIsNotRead() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestEdges edges = edges(List.of(), 100)) {
            for (int i = 0; i < 2; i++)
                assertThat(upgrade(edges, clients, "X-Forwarded-For: 203.0.113." + i))
                        .isEqualTo(101);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: 203.0.113.3")).isEqualTo(429);
            assertThat(upgrade(edges, clients, "X-Forwarded-For: 127.0.0.1")).isEqualTo(429);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void behindAProxyThatSaysWhoAsksASockJsSessionMayHaveAnyId() throws Exception {
        try (TestEdges edges = edges(LOOPBACK, 100);
                RawClient client = RawClient.connect(edges.port())) {
            assertThat(poll(client, "abcdefgh").status()).as("whose is it?").isEqualTo(400);
            assertThat(poll(client, "abcdefgh", ONE).body()).isEqualTo("o\n");
            assertThat(poll(client, "abcdefgh", OTHER).body()).as("another one").isEqualTo("o\n");
            assertThat(poll(client, "abcdefgh", "X-Forwarded-For: unknown").status())
                    .isEqualTo(400);
        }
    }

    @Test
    void whoGuessesTokensIsSlowedDownAndNobodyElse() throws Exception {
        try (TestEdges edges = edges(LOOPBACK, 5);
                RawClient client = RawClient.connect(edges.port())) {
            for (int i = 0; i < 5; i++)
                assertThat(settings(client, "bad", ONE).status()).isEqualTo(401);
            Response refused = refused(() -> settings(client, "bad", ONE));
            JsonObject problem = new JsonObject(refused.body());
            assertThat(problem.getString("code")).isEqualTo("rate_limited");
            assertThat(problem.getBoolean("retryable")).isTrue();
            assertThat(problem.getLong("retryAfterMillis")).isPositive();
            assertThat(refused.headers()).containsKey("retry-after");
            assertThat(afterRefusals(
                            () -> settings(client, "bad", ONE),
                            () -> settings(client, "anna", ONE).status()))
                    .as("nothing of it is looked at any more")
                    .contains(429);
            assertThat(settings(client, "anna", OTHER).status()).isEqualTo(200);
        }
    }

    @Test
    void requestsWithATokenDoNotCount() throws Exception {
        try (TestEdges edges = edges(LOOPBACK, 5);
                RawClient client = RawClient.connect(edges.port())) {
            for (int i = 0; i < 50; i++)
                assertThat(settings(client, "anna", ONE).status()).isEqualTo(200);
        }
    }

    @Test
    void whatNeedsNoTokenCountsToo() throws Exception {
        try (TestEdges edges = edges(LOOPBACK, 5);
                RawClient client = RawClient.connect(edges.port())) {
            for (String path : List.of("/", "/nothing", "/v1/sockjs/info", "/v1/ws", "/v1/openapi.json"))
                assertThat(get(client, path, ONE).status()).as(path).isNotEqualTo(429);
            List<RawClient> upgraded = new ArrayList<>();
            assertThat(afterRefusals(() -> get(client, "/", ONE), () -> upgrade(edges, upgraded, ONE)))
                    .contains(429);
            upgraded.forEach(RawClient::close);
        }
    }

    @Test
    void aConnectionThatHasProvedWhoAsksGoesOnWhenItsSourceIsRefused() throws Exception {
        try (TestEdges edges = edges(List.of(), 5);
                RawClient anna = RawClient.connect(edges.port());
                RawClient guesser = RawClient.connect(edges.port())) {
            long began = System.nanoTime();
            assertThat(settings(anna, "anna").status()).isEqualTo(200);
            for (int i = 0; i < 5; i++)
                assertThat(settings(guesser, "bad").status()).isEqualTo(401);
            assertThat(settings(guesser, "bad").status()).isEqualTo(429);
            int guesses = 0;
            for (int i = 0; i < 50; i++) {
                assertThat(settings(anna, "anna").status()).isEqualTo(200);
                if (settings(guesser, "bad").status() == 401) guesses++;
            }
            assertThat((long) guesses)
                    .as("what is asked with a token is nobody's to guess by")
                    .isLessThanOrEqualTo(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + 1);
            assertThat(settings(anna, "bad").status()).isIn(401, 429);
            assertThat(settings(anna, "bad").status())
                    .as("once it has guessed it is trusted no more")
                    .isEqualTo(429);
        }
    }

    /** Two places for the unauthenticated of a source, and so many requests at once; as good as none later. */
    private static TestEdges edges(List<Network> proxies, int requestsBurst) throws Exception {
        HttpConfig http = new HttpConfig(
                "127.0.0.1",
                0,
                List.of(),
                proxies,
                1000,
                1000,
                0,
                2,
                1000,
                1000,
                1,
                requestsBurst,
                1000,
                8192,
                30,
                30,
                75,
                25);
        return new TestEdges(
                SockJsConfig.DEFAULT,
                http,
                new Proxies(proxies, false),
                transport -> new Obedient(transport, name -> {}),
                UnauthenticatedTest::mountApi);
    }

    /** As soon as it is: one more a second is taken. */
    private static Response refused(Supplier<Response> asked) {
        return Stream.generate(asked)
                .limit(100)
                .filter(answer -> answer.status() == 429)
                .findFirst()
                .orElseThrow();
    }

    /** What is answered right after refusals: seldom, one that was due meanwhile. */
    private static List<Integer> afterRefusals(Supplier<Response> refused, Supplier<Integer> asked) {
        return Stream.generate(() -> {
                    refused(refused);
                    return asked.get();
                })
                .limit(10)
                .toList();
    }

    private static int upgrade(TestEdges edges, List<RawClient> clients, String... headers) {
        RawClient client = RawClient.connect(edges.port());
        clients.add(client);
        return client.upgrade(headers).status();
    }

    private static Response settings(RawClient client, String token, String... headers) {
        return request(client, "GET /v1/settings", "Authorization: Bearer " + token, headers);
    }

    private static Response get(RawClient client, String path, String... headers) {
        return request(client, "GET " + path, "Accept: */*", headers);
    }

    private static Response poll(RawClient client, String session, String... headers) {
        return request(client, "POST /v1/sockjs/000/" + session + "/xhr", "Content-Length: 0", headers);
    }

    private static Response request(RawClient client, String line, String header, String... headers) {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        return client.request(line + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n" + more + "\r\n");
    }
}
