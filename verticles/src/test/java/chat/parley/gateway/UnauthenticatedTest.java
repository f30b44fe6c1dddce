package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.bus.ManualLoop;
import chat.parley.bus.MemoryBus;
import chat.parley.bus.Topology;
import chat.parley.gateway.api.ApiConfig;
import chat.parley.gateway.api.ApiRoutes;
import chat.parley.gateway.auth.Identity;
import chat.parley.gateway.auth.Tokens;
import chat.parley.gateway.sockjs.SockJsConfig;
import chat.parley.model.UserId;
import chat.parley.node.RawClient;
import chat.parley.store.Ephemeral;
import chat.parley.store.Stores;
import chat.parley.store.embedded.EmbeddedPresence;
import chat.parley.store.memory.MemoryStore;
import chat.parley.store.memory.Weather;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which connections count among the unauthenticated of their source, seen where loopback is a source like any other. */
class UnauthenticatedTest {
    private static final int UNAUTHENTICATED_MAX = 2;

    @Test
    void aConnectionCountsUntilARequestOnItHasProvedWhoAsks() throws Exception {
        try (TestEdges edges = new TestEdges(
                        SockJsConfig.DEFAULT,
                        TestEdges.http(List.of(), 1000, 1000, 0, UNAUTHENTICATED_MAX, 1000, 30, 30, 75, 25),
                        new Proxies(List.of(), false),
                        transport -> new Obedient(transport, name -> {}),
                        UnauthenticatedTest::mountApi);
                RawClient first = RawClient.connect(edges.port());
                RawClient second = RawClient.connect(edges.port())) {
            assertThat(statusOf(first, "bad")).isEqualTo(401);
            assertThat(statusOf(second, "bad")).isEqualTo(401);
            assertIsOneTooMany(edges);

            assertThat(statusOf(first, "anna")).isEqualTo(200);
            try (RawClient third = RawClient.connect(edges.port())) {
                assertThat(statusOf(third, "bad")).isEqualTo(401);
                assertIsOneTooMany(edges);
                assertThat(statusOf(first, "bad")).as("it has proved it once").isEqualTo(401);
                assertIsOneTooMany(edges);

                assertThat(statusOf(third, "ben")).isEqualTo(200);
                try (RawClient fourth = RawClient.connect(edges.port())) {
                    assertThat(fourth.upgrade().status()).isEqualTo(101);
                    assertIsOneTooMany(edges);
                }
            }
        }
    }

    private static void assertIsOneTooMany(TestEdges edges) {
        try (RawClient client = RawClient.connect(edges.port())) {
            assertThat(statusOf(client, "anna")).isEqualTo(429);
        }
    }

    private static int statusOf(RawClient client, String token) {
        return client.request(
                        "GET /v1/settings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                .status();
    }

    /** The token is the user. */
    static void mountApi(Router router, HttpEdge edge) {
        Tokens tokens = (token, nowMillis) ->
                token.equals("bad") ? null : new Identity(new UserId(token), Long.MAX_VALUE, "key");
        ManualLoop loop = new ManualLoop();
        Stores stores = new MemoryStore(false, 7).stores(Weather.FINE);
        SecureRandom random = new SecureRandom();
        Gateway gateway = new Gateway(
                "n1.0",
                1,
                new MemoryBus(loop),
                loop,
                stores,
                Ephemeral.alone(new EmbeddedPresence()),
                Topology.single("n1"),
                tokens,
                random,
                GatewayConfig.DEFAULT);
        new ApiRoutes(gateway, stores, tokens, loop, random, ApiConfig.DEFAULT).mount(router, edge);
    }
}
