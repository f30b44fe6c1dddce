package chat.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may come, asked on a real socket at every door there is: a page of another's must not act for its reader. */
class OriginsTest {
    private static final String GOOD = "Origin: " + TestEdges.ORIGIN;
    private static final String SESSION = "/v1/sockjs/000/";

    /** Doors that open a session or bring something to one; {@code WS}: a handshake. */
    private static final List<String> DOORS = List.of(
            "WS /v1/ws",
            "WS /v1/sockjs/websocket",
            "WS " + SESSION + "{id}/websocket",
            "POST " + SESSION + "{id}/xhr",
            "POST " + SESSION + "{id}/xhr_streaming",
            "GET " + SESSION + "{id}/eventsource",
            "POST " + SESSION + "{id}/xhr_send",
            "GET /v1/sockjs",
            "GET /v1/sockjs/info",
            "GET " + SESSION + "{id}/jsonp",
            "OPTIONS /v1/sockjs/info",
            "OPTIONS " + SESSION + "{id}/xhr",
            "OPTIONS " + SESSION + "{id}/xhr_send",
            "OPTIONS " + SESSION + "{id}/xhr_streaming",
            "OPTIONS " + SESSION + "{id}/eventsource");

    private static TestEdges edges;

    @BeforeAll
    static void start() throws Exception {
        edges = TestEdges.obedient(name -> {});
    }

    @AfterAll
    static void stop() throws Exception {
        edges.close();
    }

    @ParameterizedTest
    @MethodSource("chat.parley.gateway.TestEdges#foreignOrigins")
    void aForeignPageIsRefusedAtEveryDoor(String origin) {
        assertRefused("Origin: " + onTheWire(origin));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin", "origin", "ORIGIN"})
    void aSecondOriginMakesEveryOneForeign(String name) {
        assertRefused(GOOD, name + ": https://evil.example");
        assertRefused(name + ": https://evil.example", GOOD);
        assertRefused(GOOD, name + ": " + TestEdges.ORIGIN);
        assertRefused(GOOD, name + ": " + TestEdges.OTHER_ORIGIN);
        assertRefused(GOOD, name + ": null");
    }

    @Test
    void anOriginThatGoesOnInTheNextLineIsForeign() {
        assertRefused(GOOD + "\r\n .evil.example");
    }

    /** Else none of this would show anything. */
    @Test
    void itsOwnPageAndAProgramComeIn() {
        for (String door : DOORS) {
            if (door.endsWith("/jsonp")) continue; // is closed for all
            assertThat(statusAt(door, GOOD))
                    .as(door)
                    .isIn(door.startsWith("WS") ? List.of(101) : List.of(200, 204, 404));
            assertThat(statusAt(door)).as(door).isIn(door.startsWith("WS") ? List.of(101) : List.of(200, 204, 404));
        }
    }

    private static void assertRefused(String... headers) {
        int before = edges.sessions();
        for (String door : DOORS) {
            try (RawClient client = RawClient.connect(edges.port())) {
                Response response = ask(client, door, headers);
                assertThat(response.status()).as(door).isEqualTo(403);
                assertThat(response.headers())
                        .as(door)
                        .doesNotContainKeys("access-control-allow-origin", "access-control-allow-credentials");
            }
        }
        assertThat(edges.sessions()).as("sessions that began").isLessThanOrEqualTo(before);
    }

    private static int statusAt(String door, String... headers) {
        try (RawClient client = RawClient.connect(edges.port())) {
            return ask(client, door, headers).status();
        }
    }

    private static Response ask(RawClient client, String door, String... headers) {
        String[] words = door.replace("{id}", UUID.randomUUID().toString()).split(" ");
        if (words[0].equals("WS")) return client.upgradeAt(words[1], headers);
        StringBuilder head = new StringBuilder(words[0] + " " + words[1] + " HTTP/1.1\r\nHost: localhost\r\n");
        if (words[0].equals("POST")) head.append("Content-Length: 0\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        client.raw((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return client.responseHead();
    }

    /** As UTF-8, whose bytes the client sends one by one. */
    private static String onTheWire(String origin) {
        return new String(origin.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
