package chat.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.node.RawClient.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The web client as a node serves it, asked for over real sockets. */
class WebClientTest {
    private static final Pattern FILE = Pattern.compile("(?:href|src)=\"(/web/[^\"]+)\"");

    @TempDir
    static Path folder;

    private static TestNode node;

    /** Gives no development tokens. */
    private static TestNode strict;

    /** Has no web client. */
    private static TestNode bare;

    @BeforeAll
    static void start() {
        node = TestNode.start(folder.resolve("node"));
        String key = "{\"id\":\"k\",\"algorithm\":\"HS256\",\"secret\":\"" + "x".repeat(32) + "\"}";
        strict = TestNode.start(folder.resolve("strict"), "auth.dev=false", "auth.keys=[" + key + "]");
        bare = TestNode.start(folder.resolve("bare"), "http.web=false");
    }

    @AfterAll
    static void end() {
        Stream.of(node, strict, bare).parallel().forEach(TestNode::close);
    }

    @Test
    void thePageAndAllThatItNamesAreThereWithTheirTypes() {
        Response page = get(node, "/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers())
                .containsEntry("content-type", "text/html; charset=utf-8")
                .containsEntry("cache-control", "no-cache");
        assertThat(page.body()).contains("data-tokens=\"offered\"").doesNotContain("{{");
        List<String> types = new ArrayList<>();
        for (String path : files(page)) {
            Response file = get(node, path);
            assertThat(file.status()).as(path).isEqualTo(200);
            assertThat(file.headers()).as(path).containsEntry("cache-control", "public, max-age=31536000, immutable");
            types.add(file.headers().get("content-type"));
        }
        assertThat(types).contains("text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml");
    }

    @Test
    void theSdkIsThereForOtherPagesToo() {
        Response sdk = get(node, "/sdk/index.js");
        assertThat(sdk.status()).isEqualTo(200);
        assertThat(sdk.headers())
                .containsEntry("content-type", "text/javascript; charset=utf-8")
                .containsEntry("cache-control", "no-cache");
        assertProblem(get(node, "/sdk/nothing.js"), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "/docs, text/html; charset=utf-8",
        "/docs/http, text/html; charset=utf-8",
        "/docs/socket, text/html; charset=utf-8",
        "/docs/docs.js, text/javascript; charset=utf-8",
        "/docs/docs.css, text/css; charset=utf-8"
    })
    void theContractsAreThereForReaders(String path, String type) {
        Response file = get(node, path);
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.headers()).containsEntry("content-type", type).containsEntry("cache-control", "no-cache");
        assertThat(file.body()).doesNotContain("<style", " style=", " onload=", " onclick=");
    }

    @Test
    void everyAnswerForbidsWhatThePageDoesNotNeed() {
        Response page = get(node, "/");
        List<String> paths = new ArrayList<>(files(page));
        paths.addAll(List.of("/", "/docs", "/docs/http"));
        for (String path : paths) {
            Map<String, String> headers = get(node, path).headers();
            assertThat(headers)
                    .as(path)
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsEntry("referrer-policy", "no-referrer")
                    .containsEntry("x-frame-options", "DENY")
                    .containsEntry("cross-origin-opener-policy", "same-origin");
            assertThat(headers.get("content-security-policy"))
                    .as(path)
                    .contains(
                            "default-src 'none'",
                            "script-src 'self';",
                            "style-src 'self';",
                            "connect-src 'self';",
                            "frame-ancestors 'none'",
                            "base-uri 'none'",
                            "form-action 'none'",
                            "require-trusted-types-for 'script'",
                            "trusted-types 'none'")
                    .doesNotContain("unsafe", "*");
        }
    }

    @Test
    void thePageHoldsNoScriptOrStyleOfItsOwn() {
        assertThat(get(node, "/").body())
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContain("<style", " style=", " onload=", " onclick=", "javascript:");
    }

    @Test
    void whoHasThePageAlreadyIsToldSo() {
        String tag = get(node, "/").headers().get("etag");
        Response again = get(node, "/", "If-None-Match: " + tag);
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(get(node, "/", "If-None-Match: \"other\"").status()).isEqualTo(200);
    }

    @Test
    void theHeadAloneCanBeAskedFor() {
        Response page = get(node, "/");
        try (RawClient client = RawClient.connect(node.port())) {
            client.raw("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            Response head = client.responseHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().get("content-length"))
                    .isEqualTo(Integer.toString(page.body().getBytes(StandardCharsets.UTF_8).length));
            assertThat(client.response().body()).isEqualTo(page.body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/web",
                "/web/",
                "/web/modules/main.js",
                "/web/0123456789abcdef/modules/main.js",
                "/favicon.ico",
                "/..%2f..%2fetc/passwd",
                "/nothing",
            })
    void whatIsNotThereIsAProblem(String path) {
        assertProblem(get(node, path), 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/index.html", "/../../logback.xml", "/%2e%2e/logback.xml", "/modules", "/MODULES/MAIN.JS"})
    void nothingIsFoundBesideTheFilesOfAVersion(String path) {
        String file = files(get(node, "/")).getFirst();
        String version = file.substring(0, file.indexOf('/', "/web/".length()));
        assertProblem(get(node, version + path), 404);
    }

    @ParameterizedTest
    @CsvSource({"POST, 405", "PUT, 405", "DELETE, 405"})
    void onlyReadingIsTaken(String method, int status) {
        try (RawClient client = RawClient.connect(node.port())) {
            assertProblem(client.request(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), status);
        }
    }

    @Test
    void thePageSaysWhenThereAreNoDevelopmentTokens() {
        assertThat(get(strict, "/").body()).contains("data-tokens=\"none\"");
    }

    @Test
    void aNodeWithoutWebClientSaysWhatItIs() {
        Response page = get(bare, "/");
        assertThat(page.headers()).containsEntry("content-type", "text/plain; charset=utf-8");
        assertThat(page.body()).startsWith("Parley");
        for (String path : files(get(node, "/"))) assertProblem(get(bare, path), 404);
    }

    private static List<String> files(Response page) {
        List<String> files = new ArrayList<>();
        for (Matcher file = FILE.matcher(page.body()); file.find(); ) files.add(file.group(1));
        assertThat(files).isNotEmpty();
        return files;
    }

    private static Response get(TestNode node, String path, String... headers) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a\r\n");
        for (String header : headers) request.append(header).append("\r\n");
        try (RawClient client = RawClient.connect(node.port())) {
            return client.request(request + "\r\n");
        }
    }

    private static void assertProblem(Response response, int status) {
        assertThat(response.status()).as(response.toString()).isEqualTo(status);
        assertThat(response.headers()).containsEntry("content-type", "application/problem+json");
    }
}
