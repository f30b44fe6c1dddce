package chat.parley.gateway.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /v1/openapi.json} and {@code /v1/asyncapi.json}: what this server promises on HTTP and on sockets, for whoever asks. */
final class ContractRoutes {
    private static final Buffer OPENAPI = read("openapi.json");
    private static final Buffer ASYNCAPI = read("asyncapi.json");

    private ContractRoutes() {}

    static void mount(Router router) {
        serve(router, "/v1/openapi.json", OPENAPI);
        serve(router, "/v1/asyncapi.json", ASYNCAPI);
    }

    private static void serve(Router router, String path, Buffer contract) {
        router.get(path)
                .handler(asked -> asked.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                        .end(contract));
        router.route(path).handler(asked -> {
            asked.response().putHeader(HttpHeaders.ALLOW, "GET");
            asked.fail(405);
        });
    }

    private static Buffer read(String name) {
        try (InputStream in = ContractRoutes.class.getResourceAsStream("/contract/" + name)) {
            if (in == null) throw new IllegalStateException("contract/" + name + " is not on the class path");
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
