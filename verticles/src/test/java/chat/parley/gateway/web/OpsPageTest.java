package chat.parley.gateway.web;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the operators' page. What they show is tested in a browser ({@code clients/ops}). */
class OpsPageTest {
    private static final Pattern FILE = Pattern.compile("(?:href|src)=\"(/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("from '([^']+)'");

    private static final Vertx vertx = Vertx.vertx();
    private static final HttpClient client = HttpClient.newHttpClient();
    private static URI address;

    @BeforeAll
    static void start() throws Exception {
        Router router = Router.router(vertx);
        new WebRoutes(WebFiles.ops()).mount(router);
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(20, SECONDS);
        address = URI.create("http://127.0.0.1:" + server.actualPort());
    }

    @AfterAll
    static void end() throws Exception {
        client.close();
        vertx.close().await(20, SECONDS);
    }

    @Test
    void thePageAndAllThatItNeedsAreThereWithStrictHeaders() throws Exception {
        HttpResponse<String> page = get("/admin/");
        assertThat(page.body()).contains("Parley operations").doesNotContain("{{", "<style", " style=", " onload=");
        Set<String> paths = new LinkedHashSet<>();
        paths.add("/admin/");
        for (Matcher file = FILE.matcher(page.body()); file.find(); ) addWithImports(paths, file.group(1));
        assertThat(paths).anyMatch(path -> path.endsWith("/web/modules/dom.js"));
        for (String path : paths) {
            HttpResponse<String> file = get(path);
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            assertThat(file.headers().firstValue("content-type")).as(path).isPresent();
            assertThat(file.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(file.headers().firstValue("referrer-policy")).contains("no-referrer");
            assertThat(file.headers().firstValue("content-security-policy"))
                    .contains(WebRoutes.CONTENT_SECURITY_POLICY);
        }
    }

    private static void addWithImports(Set<String> paths, String path) throws Exception {
        if (!paths.add(path) || !path.endsWith(".js")) return;
        for (Matcher each = IMPORT.matcher(get(path).body()); each.find(); )
            addWithImports(paths, URI.create(path).resolve(each.group(1)).getPath());
    }

    @Test
    void whoForgetsTheLastSlashIsSentThere() throws Exception {
        HttpResponse<String> answer = get("/admin");
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).contains("/admin/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/admin/index.html", "/admin/files/", "/admin/status", "/sdk/index.js"})
    void nothingElseIsThere(String path) throws Exception {
        assertThat(get(path).statusCode()).isEqualTo(404);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(address.resolve(path)).build(), BodyHandlers.ofString());
    }
}
