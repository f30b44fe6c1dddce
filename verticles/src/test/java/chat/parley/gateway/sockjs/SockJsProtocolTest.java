package chat.parley.gateway.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.gateway.Inbound;
import chat.parley.gateway.Packet;
import chat.parley.gateway.TestEdges;
import chat.parley.gateway.Transport;
import chat.parley.node.RawClient;
import chat.parley.node.RawClient.Response;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of the published protocol suite (sockjs-protocol 0.3.3 and what was added since) against edges on three loops, in our own
 * words: an echo where the suite has one, and a session that closes at once.
 *
 * <table>
 * <caption>Which cases apply</caption>
 * <tr><td>BaseUrlGreeting 2, InfoTest basic, entropy, options</td><td>here</td></tr>
 * <tr><td>InfoTest null origin; verify_cors with {@code *}</td><td>the contrary: an origin is on the list or refused, and who names none gets no CORS headers</td></tr>
 * <tr><td>InfoTest disabled websocket</td><td>no: WebSockets cannot be switched off</td></tr>
 * <tr><td>IframePage 5, HtmlFile 4 to 6, JsonPolling 7 to 8</td><td>off: 404</td></tr>
 * <tr><td>SessionURLs 3</td><td>here, with ids that nobody could guess; shorter ones are refused</td></tr>
 * <tr><td>Protocol 2, WebsocketHttpErrors 3</td><td>here; a GET without a handshake is 426 as at /v1/ws, not 400</td></tr>
 * <tr><td>WebsocketHixie76, Hybi10 headers of drafts, haproxy</td><td>no: only RFC 6455 is spoken</td></tr>
 * <tr><td>Websocket transport, close, headers, empty frame, reuse, broken JSON; RawWebsocket 2</td><td>here</td></tr>
 * <tr><td>XhrPolling 7</td><td>here; broken JSON is 400 with the suite's words, not 500</td></tr>
 * <tr><td>XhrStreaming 3, EventSource 2</td><td>here</td></tr>
 * <tr><td>JsessionidCookie 6</td><td>no cookie is set, whoever asks</td></tr>
 * <tr><td>JSONEncoding 2, HandlingClose 4, Http10 2, Http11 2</td><td>here</td></tr>
 * </table>
 */
class SockJsProtocolTest {
    private static final String FROM = "Origin: " + TestEdges.ORIGIN;
    private static final String SCRIPT = "application/javascript;charset=UTF-8";

    /** As the suite's server: streams end after 4 KiB. */
    private static final SockJsConfig CONFIG = new SockJsConfig(true, 25, 5, 1000, 4096);

    private static TestEdges echo;
    private static TestEdges closing;
    private static Requests it;
    private static Requests closes;

    @BeforeAll
    static void start() throws Exception {
        echo = new TestEdges(CONFIG, TestEdges.http(30), Echo::new);
        closing = new TestEdges(CONFIG, TestEdges.http(30), transport -> {
            Vertx.currentContext().runOnContext(open -> transport.close(3000, "Go away!"));
            return new Echo(transport);
        });
        it = new Requests(echo.port());
        closes = new Requests(closing.port());
    }

    @AfterAll
    static void stop() throws Exception {
        echo.close();
        closing.close();
    }

    // BaseUrlGreeting, and what is not there.

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void theBaseGreets(String path) {
        Response response = it.get(path);
        assertThat(response.status()).isEqualTo(200);
        assertType(response, "text/plain;charset=UTF-8");
        assertThat(response.body()).isEqualTo("Welcome to SockJS!\n");
        assertThat(response.headers()).doesNotContainKey("set-cookie");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a",
                "/a.html",
                "//",
                "///",
                "/a/a",
                "/a/a/",
                "/a/",
                "/iframe.html",
                "/iframe-1.html",
                "/a/abcdefghijklmnopqrstuvwxyz/jsonp?c=x",
                "/a/abcdefghijklmnopqrstuvwxyz/jsonp",
                "/a/abcdefghijklmnopqrstuvwxyz/jsonp_send",
                "/a/abcdefghijklmnopqrstuvwxyz/htmlfile?c=x",
                "/a/abcdefghijklmnopqrstuvwxyz/htmlfile",
                "/a/abcdefghijklmnopqrstuvwxyz/",
            })
    void whatIsNotThereOrOffIs404(String path) {
        assertThat(it.get(path).status()).isEqualTo(404);
        assertThat(it.post(path, "").status()).isEqualTo(404);
        assertThat(it.ask("OPTIONS", path, "", FROM).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/./sockjs/info", "//v1/sockjs/info", "/x/../v1/sockjs", "/v1/%73ockjs/info", "/v1/sockjsx"})
    void aPathWrittenInAnotherWayIs404(String path) {
        try (RawClient client = RawClient.connect(echo.port())) {
            assertThat(client.request("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                            .status())
                    .isEqualTo(404);
        }
    }

    // InfoTest

    @Test
    void infoSaysWhatThereIs() {
        Response response = it.get("/info", FROM);
        assertThat(response.status()).isEqualTo(200);
        assertType(response, "application/json;charset=UTF-8");
        assertThat(response.headers()).doesNotContainKey("set-cookie");
        assertNotCached(response);
        assertCors(response);
        JsonObject info = new JsonObject(response.body());
        assertThat(info.getBoolean("websocket")).isTrue();
        assertThat(info.getBoolean("cookie_needed")).isFalse();
        assertThat(info.getJsonArray("origins")).isEqualTo(new JsonArray(List.of("*:*")));
    }

    @Test
    void entropyIsAnotherEachTime() {
        List<Long> all = IntStream.range(0, 20)
                .mapToObj(i -> new JsonObject(it.get("/info").body()).getLong("entropy"))
                .toList();
        assertThat(all).doesNotHaveDuplicates().allMatch(each -> each >= 0 && each < 1L << 32);
    }

    @Test
    void optionsSayWhatMayBeAsked() {
        assertOptions("/info", "GET");
        assertOptions("/abc/abc/xhr", "POST");
        assertOptions("/abc/abc/xhr_send", "POST");
        assertOptions("/abc/abc/xhr_streaming", "POST");
        assertOptions("/abc/abc/eventsource", "GET");
    }

    @Test
    void whoNamesNoOriginGetsNoCorsHeaders() {
        assertThat(it.get("/info").headers())
                .containsEntry("vary", "Origin")
                .doesNotContainKeys("access-control-allow-origin", "access-control-allow-credentials");
    }

    // SessionURLs

    @Test
    void anyServerAndAnyLongIdWillDo() {
        String id = UUID.randomUUID().toString().replace("-", "");
        for (String path : List.of("/a/a" + id, "/_/_" + id, "/1/1" + id, "/abcdefgh_i-j%20/abcdefg_i-j" + id)) {
            Response response = it.post(path + "/xhr", "");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("o\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"//", "/a./abcdefghijklmnopqrstuvwxyz", "/a/abcdefghijklmnopqrstuvwxyz.", "/./.", "/", "///"})
    void brokenSessionPathsAre404(String path) {
        assertThat(it.get(path + "/xhr").status()).isEqualTo(404);
        assertThat(it.post(path + "/xhr", "").status()).isEqualTo(404);
    }

    @Test
    void theServerPartIsIgnored() {
        String id = UUID.randomUUID().toString();
        assertThat(it.post("/000/" + id + "/xhr", "").body()).isEqualTo("o\n");
        assertTaken(it.post("/000/" + id + "/xhr_send", "[\"a\"]"));
        assertThat(it.post("/999/" + id + "/xhr", "").body()).isEqualTo("a[\"a\"]\n");
    }

    // Protocol

    @Test
    void aSessionOpensEchoesAndHasOneReader() {
        String session = Requests.session();
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("o\n");
        assertTaken(it.post(session + "/xhr_send", "[\"a\"]"));
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"a\"]\n");
        assertThat(it.post("/000/" + UUID.randomUUID() + "/xhr_send", "[\"a\"]").status())
                .isEqualTo(404);
        try (RawClient reader = theOneOfTwoReaders(session)) {
            assertTaken(it.post(session + "/xhr_send", "[\"b\"]"));
            assertThat(reader.response().body()).isEqualTo("a[\"b\"]\n");
        }
    }

    @Test
    void aClosedSessionSaysSoEachTime() {
        String session = Requests.session();
        assertThat(closes.post(session + "/xhr", "").body()).isEqualTo("o\n");
        for (int i = 0; i < 3; i++) {
            Response response = closes.post(session + "/xhr", "");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("c[3000,\"Go away!\"]\n");
        }
    }

    // WebsocketHttpErrors and Websocket

    @Test
    void whatIsNoHandshakeIsRefused() {
        String path = Requests.session() + "/websocket";
        assertThat(it.get(path).status()).isEqualTo(426);
        assertThat(it.get("/websocket").status()).isEqualTo(426);
        assertThat(it.get(path, "Upgrade: WebSocket", "Connection: close").status())
                .isEqualTo(400);
        for (String upgrade : List.of("X: y", "Upgrade: WebSocket")) {
            Response response = it.post(path, "", upgrade, "Connection: Upgrade");
            assertThat(response.status()).isEqualTo(405);
            assertThat(response.headers().get("allow")).contains("GET");
        }
    }

    @Test
    void theHandshakeIsTheOneOfTheRfc() {
        try (RawClient client = RawClient.connect(echo.port())) {
            Response response = client.upgradeAt(
                    Resource.ROOT + Requests.session() + "/websocket",
                    "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==",
                    "Connection: keep-alive, Upgrade");
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.headers())
                    .containsEntry("sec-websocket-accept", "HSmrc0sMlYUkAGmm5OPpG2HaGWk=")
                    .doesNotContainKey("content-length");
            assertThat(response.headers().get("connection")).isEqualToIgnoringCase("upgrade");
            assertThat(client.nextText()).isEqualTo("o");
        }
    }

    @Test
    void aWebSocketCarriesFrames() {
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            assertThat(client.nextText()).isEqualTo("o");
            assertThat(client.text("[\"a\"]").nextText()).isEqualTo("a[\"a\"]");
            assertThat(client.text("\"b\"").nextText()).isEqualTo("a[\"b\"]");
        }
    }

    @Test
    void aWebSocketIsClosedInBothWays() {
        try (RawClient client = closes.webSocket(Requests.session() + "/websocket")) {
            assertThat(client.nextText()).isEqualTo("o");
            assertThat(client.nextText()).isEqualTo("c[3000,\"Go away!\"]");
            assertThat(client.closeCode()).isEqualTo(3000);
            assertThat(client.isClosedSilently()).isTrue();
        }
    }

    @Test
    void emptyTextsAreIgnored() {
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            assertThat(client.nextText()).isEqualTo("o");
            client.text("").text("[]").text("[\"a\"]");
            assertThat(client.nextText()).isEqualTo("a[\"a\"]");
        }
    }

    @Test
    void webSocketsMayHaveTheSameId() {
        String path = Requests.session() + "/websocket";
        try (RawClient one = it.webSocket(path);
                RawClient other = it.webSocket(path)) {
            assertThat(one.nextText()).isEqualTo("o");
            assertThat(other.nextText()).isEqualTo("o");
            assertThat(one.text("[\"a\"]").nextText()).isEqualTo("a[\"a\"]");
            assertThat(other.text("[\"b\"]").nextText()).isEqualTo("a[\"b\"]");
        }
        try (RawClient again = it.webSocket(path)) {
            assertThat(again.nextText()).isEqualTo("o");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"a", "{}", "[1]", "null", "[\"a\"] x"})
    void brokenJsonEndsAWebSocket(String text) {
        try (RawClient client = it.webSocket(Requests.session() + "/websocket")) {
            assertThat(client.nextText()).isEqualTo("o");
            assertThat(client.text(text).closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void aRawWebSocketHasNoFraming() {
        try (RawClient client = it.webSocket("/websocket")) {
            assertThat(client.text("Hello world!\uffff").nextText()).isEqualTo("Hello world!\uffff");
        }
        try (RawClient client = closes.webSocket("/websocket")) {
            RawClient.Frame frame = client.next();
            assertThat(frame.closeCode()).isEqualTo(3000);
            assertThat(frame.text()).endsWith("Go away!");
        }
    }

    // XhrPolling

    @Test
    void pollingCarriesMessagesForPages() {
        String session = Requests.session();
        Response opened = it.post(session + "/xhr", "", FROM);
        assertThat(opened.body()).isEqualTo("o\n");
        assertType(opened, SCRIPT);
        assertCors(opened);
        assertNotCached(opened);
        Response sent = it.post(session + "/xhr_send", "[\"x\"]", FROM);
        assertTaken(sent);
        assertType(sent, "text/plain;charset=UTF-8");
        assertCors(sent);
        assertNotCached(sent);
        assertThat(it.post(session + "/xhr", "", FROM).body()).isEqualTo("a[\"x\"]\n");
    }

    @Test
    void brokenPostsAreRefusedAndTheSessionGoesOn() {
        String session = Requests.session();
        it.post(session + "/xhr", "");
        Response broken = it.post(session + "/xhr_send", "[\"x");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(broken.body()).contains("Broken JSON encoding.");
        Response empty = it.post(session + "/xhr_send", "");
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.body()).contains("Payload expected.");
        assertThat(it.post(session + "/xhr_send", "[[\"x\"]]").status()).isEqualTo(400);
        assertTaken(it.post(session + "/xhr_send", "[\"a\"]"));
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"a\"]\n");
    }

    @Test
    void contentTypesMeanNothing() {
        String session = Requests.session();
        it.post(session + "/xhr", "");
        List<String> types = List.of(
                "text/plain",
                "T",
                "application/json",
                "application/xml",
                "",
                "application/json; charset=utf-8",
                "text/xml; charset=utf-8",
                "text/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x");
        for (String type : types) assertTaken(it.post(session + "/xhr_send", "[\"a\"]", "Content-Type: " + type));
        assertThat(it.post(session + "/xhr", "").body())
                .isEqualTo("a[" + "\"a\",".repeat(types.size() - 1) + "\"a\"]\n");
    }

    @Test
    void theHeadersThatAreAskedForAreAllowed() {
        String path = Requests.session() + "/xhr";
        Response response = it.ask("OPTIONS", path, "", FROM, "Access-Control-Request-Headers: a, b, c");
        assertThat(response.headers()).containsEntry("access-control-allow-headers", "a, b, c");
        for (String none : List.of("X: y", "Access-Control-Request-Headers:", "Access-Control-Request-Headers: a;\tb"))
            assertThat(it.ask("OPTIONS", path, "", FROM, none).headers())
                    .doesNotContainKey("access-control-allow-headers");
    }

    @Test
    void aPostWithoutMessagesIsTaken() {
        String session = Requests.session();
        it.post(session + "/xhr", "");
        assertTaken(it.post(session + "/xhr_send", "[]"));
        assertTaken(it.post(session + "/xhr_send", "[\"a\"]"));
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"a\"]\n");
    }

    // XhrStreaming and EventSource

    @Test
    void aStreamCarriesFramesAsTheyCome() {
        String session = Requests.session();
        try (RawClient stream = it.open("POST", session + "/xhr_streaming", FROM)) {
            Response response = stream.response();
            assertThat(response.status()).isEqualTo(200);
            assertType(response, SCRIPT);
            assertCors(response);
            assertNotCached(response);
            assertThat(stream.chunk()).isEqualTo("h".repeat(2048) + "\n");
            assertThat(stream.chunk()).isEqualTo("o\n");
            assertTaken(it.post(session + "/xhr_send", "[\"x\"]", FROM));
            assertThat(stream.chunk()).isEqualTo("a[\"x\"]\n");
        }
    }

    @Test
    void aStreamEndsAfterSoManyBytesAndTheNextGoesOn() {
        String session = Requests.session();
        String message = "\"" + "x".repeat(128) + "\"";
        try (RawClient stream = it.stream(session)) {
            assertThat(stream.chunk()).isEqualTo("o\n");
            for (int i = 0; i < 31; i++) {
                assertTaken(it.post(session + "/xhr_send", "[" + message + "]"));
                assertThat(stream.chunk()).isEqualTo("a[" + message + "]\n");
            }
            assertThat(stream.chunk()).isEmpty();
        }
        assertTaken(it.post(session + "/xhr_send", "[\"more\"]"));
        try (RawClient next = it.stream(session)) {
            assertThat(next.chunk()).isEqualTo("a[\"more\"]\n");
        }
    }

    @Test
    void eventsCarryFramesAndEndAfterSoManyBytes() {
        String session = Requests.session();
        try (RawClient events = it.open("GET", session + "/eventsource")) {
            Response response = events.response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().get("content-type")).startsWith("text/event-stream");
            assertNotCached(response);
            assertThat(events.chunk()).isEqualTo("\r\n");
            assertThat(events.chunk()).isEqualTo("data: o\r\n\r\n");
            assertTaken(it.post(session + "/xhr_send", "[\"  \\u0000\\n\\r \"]"));
            assertThat(events.chunk()).isEqualTo("data: a[\"  \\u0000\\u000a\\u000d \"]\r\n\r\n");
            assertTaken(it.post(session + "/xhr_send", "[\"100 % of %25\"]")); // sockjs-client decodes it
            assertThat(events.chunk()).isEqualTo("data: a[\"100 %25 of %2525\"]\r\n\r\n");
            String message = "\"" + "x".repeat(4096) + "\"";
            assertTaken(it.post(session + "/xhr_send", "[" + message + "]"));
            assertThat(events.chunk()).isEqualTo("data: a[" + message + "]\r\n\r\n");
            assertThat(events.chunk()).isEmpty();
        }
    }

    // JsessionidCookie

    @Test
    void noCookieIsEverSet() {
        String cookie = "Cookie: JSESSIONID=abcdef";
        String session = Requests.session();
        assertThat(it.get("/info", cookie).headers()).doesNotContainKey("set-cookie");
        assertThat(it.post(session + "/xhr", "", cookie).headers()).doesNotContainKey("set-cookie");
        assertThat(it.post(session + "/xhr_send", "[\"a\"]", cookie).headers()).doesNotContainKey("set-cookie");
        for (String request : List.of("POST xhr_streaming", "GET eventsource")) {
            String[] words = request.split(" ");
            try (RawClient stream = it.open(words[0], Requests.session() + "/" + words[1], cookie)) {
                assertThat(stream.response().headers()).doesNotContainKey("set-cookie");
            }
        }
    }

    // JSONEncoding

    @Test
    void theServerEscapesWhatBrowsersWouldChange() {
        String session = Requests.session();
        it.post(session + "/xhr", "");
        Pattern fragile = Pattern.compile("[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff]");
        StringBuilder raw = new StringBuilder();
        StringBuilder escaped = new StringBuilder();
        for (int unit = 255; unit < 65_536; unit++) {
            if (!fragile.matcher(Character.toString(unit)).matches()) continue;
            raw.append((char) unit);
            escaped.append(String.format("\\u%04x", unit));
        }
        assertTaken(it.post(session + "/xhr_send", "[\"" + raw + "\"]"));
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("a[\"" + escaped + "\"]\n");
    }

    @Test
    void theServerUnderstandsWhatClientsEscape() {
        String session = Requests.session();
        it.post(session + "/xhr", "");
        StringBuilder escaped = new StringBuilder();
        for (int unit = 0; unit < 65_536; unit += unit < 0x400 ? 1 : 7)
            if (!Character.isSurrogate((char) unit)) escaped.append(String.format("\\u%04x", unit));
        escaped.append("\\ud83d\\ude00");
        assertTaken(it.post(session + "/xhr_send", "[\"" + escaped + "\"]"));
        String body = it.post(session + "/xhr", "").body();
        assertThat(new JsonArray(body.substring(1))).isEqualTo(new JsonArray("[\"" + escaped + "\"]"));
    }

    // HandlingClose

    @Test
    void aCloseIsSaidToTheOpenStreamAndToTheNext() {
        String session = Requests.session();
        try (RawClient first = closes.stream(session);
                RawClient second = closes.stream(Requests.session())) {
            for (RawClient each : List.of(first, second)) {
                assertThat(each.chunk()).isEqualTo("o\n");
                assertThat(each.chunk()).isEqualTo("c[3000,\"Go away!\"]\n");
                assertThat(each.chunk()).isEmpty();
            }
        }
        try (RawClient next = closes.stream(session)) {
            assertThat(next.chunk()).isEqualTo("c[3000,\"Go away!\"]\n");
            assertThat(next.chunk()).isEmpty();
        }
    }

    @Test
    void aSecondStreamIsRefused() {
        String session = Requests.session();
        try (RawClient first = it.stream(session)) {
            assertThat(first.chunk()).isEqualTo("o\n");
            try (RawClient second = it.stream(session)) {
                assertThat(second.chunk()).isEqualTo("c[2010,\"Another connection still open\"]\n");
                assertThat(second.chunk()).isEmpty();
            }
            assertTaken(it.post(session + "/xhr_send", "[\"still here\"]"));
            assertThat(first.chunk()).isEqualTo("a[\"still here\"]\n");
        }
    }

    @Test
    void anInterruptedPollEndsTheSession() {
        String session = Requests.session();
        assertThat(it.post(session + "/xhr", "").body()).isEqualTo("o\n");
        theOneOfTwoReaders(session).close();
        assertInterrupted(session);
    }

    @Test
    void anInterruptedStreamEndsTheSession() {
        String session = Requests.session();
        try (RawClient stream = it.stream(session)) {
            assertThat(stream.chunk()).isEqualTo("o\n");
        }
        assertInterrupted(session);
    }

    // Http10 and Http11

    @Test
    void http10IsSpoken() {
        try (RawClient client = RawClient.connect(echo.port())) {
            Response response =
                    client.request("GET /v1/sockjs HTTP/1.0\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n");
            assertThat(response.headers()).doesNotContainKey("transfer-encoding");
            assertThat(response.body()).isEqualTo("Welcome to SockJS!\n");
        }
        try (RawClient client = RawClient.connect(closing.port())) {
            Response response = client.request("POST /v1/sockjs" + Requests.session()
                    + "/xhr_streaming HTTP/1.0\r\n"
                    + "Host: localhost\r\n"
                    + "Connection: Keep-Alive\r\n"
                    + "Content-Length: 0\r\n\r\n");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers()).doesNotContainKeys("transfer-encoding", "content-length");
            assertThat(client.rest()).isEqualTo("h".repeat(2048) + "\no\nc[3000,\"Go away!\"]\n");
        }
    }

    @Test
    void http11KeepsItsConnection() {
        try (RawClient client = RawClient.connect(closing.port())) {
            String session = Requests.session();
            for (int i = 0; i < 2; i++) {
                Response response = client.request(Requests.head("GET", "", "", "Connection: Keep-Alive"));
                assertThat(response.headers()).containsEntry("content-length", "19");
            }
            client.raw(Requests.head("POST", session + "/xhr_streaming", "").getBytes(StandardCharsets.US_ASCII));
            Response stream = client.response();
            assertThat(stream.headers())
                    .containsEntry("transfer-encoding", "chunked")
                    .doesNotContainKey("content-length");
            assertThat(client.chunk()).startsWith("h");
            assertThat(client.chunk()).isEqualTo("o\n");
            assertThat(client.chunk()).isEqualTo("c[3000,\"Go away!\"]\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.request(Requests.head("POST", session + "/xhr", ""))
                            .body())
                    .isEqualTo("c[3000,\"Go away!\"]\n");
        }
    }

    /** Of two that ask, one waits and the other is refused; which is up to the loops. */
    private static RawClient theOneOfTwoReaders(String session) {
        RawClient one = it.open("POST", session + "/xhr");
        RawClient other = it.open("POST", session + "/xhr");
        while (!one.hasMore() && !other.hasMore()) Thread.onSpinWait();
        RawClient refused = one.hasMore() ? one : other;
        assertThat(refused.response().body()).isEqualTo("c[2010,\"Another connection still open\"]\n");
        refused.close();
        return refused == one ? other : one;
    }

    /** As soon as the server has seen it. */
    private static void assertInterrupted(String session) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        String said = it.post(session + "/xhr", "").body();
        while (said.startsWith("c[2010") && System.nanoTime() < until)
            said = it.post(session + "/xhr", "").body();
        assertThat(said).isEqualTo("c[1002,\"Connection interrupted\"]\n");
    }

    private static void assertTaken(Response response) {
        assertThat(response.status()).as(response.toString()).isEqualTo(204);
        assertThat(response.body()).isEmpty();
    }

    private static void assertOptions(String path, String method) {
        Response response = it.ask("OPTIONS", path, "", FROM, "Access-Control-Request-Method: " + method);
        assertThat(response.status()).isEqualTo(204);
        assertThat(response.headers())
                .containsEntry("cache-control", "public, max-age=31536000")
                .containsEntry("access-control-max-age", "31536000")
                .containsEntry("access-control-allow-methods", "OPTIONS, " + method)
                .containsKey("expires");
        assertCors(response);
    }

    private static void assertCors(Response response) {
        assertThat(response.headers())
                .containsEntry("access-control-allow-origin", TestEdges.ORIGIN)
                .containsEntry("access-control-allow-credentials", "true")
                .containsEntry("vary", "Origin");
    }

    private static void assertNotCached(Response response) {
        assertThat(response.headers())
                .containsEntry("cache-control", "no-store, no-cache, no-transform, must-revalidate, max-age=0")
                .doesNotContainKeys("expires", "last-modified");
    }

    private static void assertType(Response response, String type) {
        assertThat(response.headers().get("content-type").replace(" ", "")).isEqualTo(type);
    }

    private record Echo(Transport transport) implements Inbound {
        @Override
        public void onText(byte[] json) {
            Packet packet = Packet.of(json);
            transport.write(packet);
            packet.release();
        }

        @Override
        public void onClosed() {}
    }
}
