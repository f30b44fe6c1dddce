package chat.parley.gateway.web;

import chat.parley.gateway.web.WebFiles.WebFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Answers with the files of a page. What is not there is left to the other routes, who say so. */
public final class WebRoutes {
    /** Nothing from elsewhere, no script or style in the page, no text that becomes markup. 'self' covers the WebSockets of the page's own host. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src"
            + " 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private static final String ASK_AGAIN = "no-cache";
    private static final String KEEP = "public, max-age=31536000, immutable";

    private final WebFiles files;

    public WebRoutes(WebFiles files) {
        this.files = files;
    }

    public void mount(Router router) {
        for (String path : files.routes())
            router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::answer);
    }

    private void answer(RoutingContext asked) {
        String path = asked.normalizedPath();
        WebFile file = files.at(path);
        if (file == null) {
            if (files.at(path + "/") == null) asked.next();
            else asked.redirect(path + "/");
            return;
        }
        HttpServerResponse response = asked.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, file.contentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, path.startsWith(files.kept()) ? KEEP : ASK_AGAIN)
                .putHeader(HttpHeaders.ETAG, file.tag())
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("X-Frame-Options", "DENY");
        if (file.tag().equals(asked.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else if (asked.request().method() == HttpMethod.HEAD) {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(file.bytes().length))
                    .end();
        } else {
            response.end(Buffer.buffer(file.bytes()));
        }
    }
}
